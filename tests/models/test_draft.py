"""Drafts: one for each item, and no change of content."""

import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError

from models import Theme
from models.content_generation import ContentGeneration
from models.draft import Draft
from models.service_secret import ServiceSecret

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def draft(slug="patience", **values):
    columns = {"record": {"name": "Patience"}, "editor": "desk", "created_at": NOW, "updated_at": NOW}
    return Draft(type_name="theme", slug=slug, **columns | values)


def add(database, *drafts):
    with database.write_session() as session:
        session.add_all(drafts)


class TestDraft:
    def test_to_store_one_changes_no_content(self, packed):
        watcher = packed.commit_watcher
        token = watcher.version_token()
        with packed.read_session() as session:
            generation = ContentGeneration.current(session)
        add(packed, draft())
        assert watcher.version_token() == token
        with packed.read_session() as session:
            assert ContentGeneration.current(session) == generation
            found = Draft.find(session, ("theme", "patience"))
            assert (found.record, found.revision) == ({"name": "Patience"}, 1)

    def test_an_item_has_one_at_most(self, database):
        add(database, draft())
        with pytest.raises(IntegrityError):
            add(database, draft(record={}))

    def test_the_etag_changes_with_what_an_editor_changes(self, database):
        etags = {
            each.etag
            for each in (
                draft(revision=1),
                draft(revision=1, note="Again"),
                draft(revision=1, release="autumn"),
                draft(revision=1, base="1.abcdef"),
                draft(revision=1, record={"name": "patience"}),
                draft(revision=1, created_at=NOW + dt.timedelta(seconds=1)),
                draft(revision=2),
            )
        }
        assert len(etags) == 7

    def test_it_follows_its_item_to_another_id(self, packed):
        add(packed, draft("loneliness", base="1"))
        with packed.write_session() as session:
            Draft.follow_rename(session, Theme.by_slug(session, "loneliness"), "solitude")
        with packed.read_session() as session:
            assert Draft.find(session, ("theme", "loneliness")) is None
            assert Draft.find(session, ("theme", "solitude")).base == "1"

    def test_many_are_found_at_once(self, database):
        add(database, *(draft(f"draft-{number}") for number in range(450)))
        keys = {("theme", f"draft-{number}") for number in range(450)}
        with database.read_session() as session:
            assert Draft.existing(session, keys | {("theme", "none"), ("quote", "draft-1")}) == keys


class TestServiceSecret:
    def test_it_is_made_once(self, database):
        secret = ServiceSecret.get(database, "previews")
        assert ServiceSecret.get(database, "previews") == secret != ServiceSecret.get(database, "others")
        assert len(secret) >= 40
