"""Revisions: a transaction adds one for every resource that it changed, signed and with its record."""

import datetime as dt

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import (
    RESOURCES,
    Alias,
    Film,
    Presence,
    Quote,
    Revision,
    Theme,
)
from models.base import set_if_changed
from models.owned_rows import OwnedRow
from models.revision import change_set
from tests.models.conftest import fill_database
from tests.models.content import RELEASED, Everything, theme
from tests.models.history import count_revisions, everything, generation, history, revisions

LATER = dt.datetime(2027, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


class TestCreatedResource:
    def test_it_starts_at_revision_one(self, filled):
        assert revisions(filled) == {}

    def test_each_has_one_record(self, filled):
        with filled.read_session() as session:
            resources = sum(session.scalar(select(func.count()).select_from(model)) for model in RESOURCES)
        assert count_revisions(filled) == resources

    def test_records_equal_the_stored_resources(self, filled):
        with filled.read_session() as session:
            records = {
                (model.type_name, resource.id): resource.to_record()
                for model in RESOURCES
                for resource in session.scalars(select(model))
            }
            revisions = {(r.type_name, r.resource_id): r.record for r in session.scalars(select(Revision))}
        assert revisions == records

    def test_its_record_has_columns_and_the_slugs_of_links(self, filled):
        record = history(filled, "the-lamp-1950-lamp-on")[0].record
        expected = {
            "id": "the-lamp-1950-lamp-on",
            "status": "published",
            "label": "The-lamp-1950-lamp-on",
            "deleted": False,
            "film": "the-lamp-1950",
            "position": 1,
            "text": "Leave the lamp on.",
            "language": "en",
            "kind": "dialogue",
            "voice": "film",
            "fidelity": "as-quoted-by-source",
            "speaker": "the-lamp-1950-keeper",
            "speaker_certainty": "explicit",
            "scene": "the-lamp-1950-storm",
            "themes": ["light"],
            "advisories": [{"advisory": "crude", "severity": 2}],
            "citations": [{"source": "on-the-lamp", "paragraphs": [2]}],
            "editor_note": None,
        }
        assert {name: record[name] for name in expected} == expected

    def test_a_change_in_the_same_transaction_adds_no_revision(self, database):
        with database.write_session() as session:
            light = theme("light")
            session.add(light)
            session.flush()
            light.name = "Daylight"
        assert revisions(database) == {}
        [revision] = history(database, "light")
        assert revision.record["name"] == "Daylight"


class TestChangedResource:
    def test_its_revision_rises_by_one(self, filled):
        with everything(filled) as (_, all_):
            all_.film.title = "The Lamp, Again"
        assert revisions(filled) == {"the-lamp-1950": 2}

    def test_the_old_record_is_preserved(self, filled):
        with everything(filled) as (_, all_):
            all_.film.title = "The Lamp, Again"
        titles = [
            (revision.number, revision.record["title"]) for revision in history(filled, "the-lamp-1950")
        ]
        assert titles == [(1, "The Lamp"), (2, "The Lamp, Again")]

    def test_several_flushes_add_one_revision(self, filled):
        with everything(filled) as (session, all_):
            for year in (1951, 1952, 1953):
                all_.film.release_year = year
                session.flush()
        assert revisions(filled) == {"the-lamp-1950": 2}
        assert [revision.record["release_year"] for revision in history(filled, "the-lamp-1950")] == [
            1950,
            1953,
        ]

    def test_two_transactions_add_two_revisions(self, filled):
        for year in (1951, 1952):
            with everything(filled) as (_, all_):
                all_.film.release_year = year
        assert revisions(filled) == {"the-lamp-1950": 3}
        assert [revision.number for revision in history(filled, "the-lamp-1950")] == [1, 2, 3]

    def test_two_transactions_of_one_session_add_two_revisions(self, filled):
        with Session(filled.engine) as session:
            film = Everything(session).film
            for year in (1951, 1952):
                film.release_year = year
                session.commit()
        assert revisions(filled) == {"the-lamp-1950": 3}

    def test_a_rename_between_two_flushes_is_in_the_same_revision(self, filled):
        with everything(filled) as (session, all_):
            all_.light.name = "Lamplight"
            session.flush()
            all_.light.slug = "lamplight"
        assert revisions(filled) == {"lamplight": 2}
        assert [revision.record["id"] for revision in history(filled, "lamplight")] == ["light", "lamplight"]

    def test_reloading_in_the_same_transaction_adds_no_second_revision(self, filled):
        with everything(filled) as (session, all_):
            all_.film.release_year = 1951
            session.flush()
            session.expunge_all()
            Everything(session).film.release_year = 1952
        assert revisions(filled) == {"the-lamp-1950": 2}
        assert [revision.record["release_year"] for revision in history(filled, "the-lamp-1950")] == [
            1950,
            1952,
        ]

    def test_a_deletion_is_a_change(self, filled):
        with everything(filled) as (_, all_):
            all_.doubt.deleted_at = LATER
        assert history(filled, "the-lamp-1950-doubt")[-1].record["deleted"] is True


def same_columns(all_):
    film = all_.film
    film.title, film.directors, film.identifiers = "The Lamp", ["Agnès Voß"], {}


def same_links(all_):
    all_.storm.assign({"themes": [all_.dark], "status": all_.storm.status})


def same_owned_rows(all_):
    all_.storm.assign(
        {
            "appearances": [{"character": all_.keeper, "presence": Presence.PRESENT}],
            "advisories": [{"advisory": all_.crude, "severity": 1}],
            "citations": [{"source": all_.essay, "cited": [all_.essay.paragraphs[0]]}],
        }
    )


def change_and_revert(all_):
    film = all_.film
    film.title = "Another"
    film.title = "The Lamp"


def same_relationship(all_):
    set_if_changed(all_.claim, "scenes", [all_.storm])


class TestUnchangedResource:
    @pytest.mark.parametrize(
        "assign", [same_columns, same_links, same_owned_rows, change_and_revert, same_relationship]
    )
    def test_it_adds_no_revision_and_no_generation(self, filled, assign):
        before = count_revisions(filled)
        with everything(filled) as (_, all_):
            assign(all_)
        assert (revisions(filled), count_revisions(filled), generation(filled)) == ({}, before, 1)


class TestChangeSet:
    def test_it_signs_its_changes(self, filled):
        with everything(filled) as (session, all_), change_set(session, "ada", at=LATER, note="A year late"):
            all_.film.release_year = 1951
        first, second = history(filled, "the-lamp-1950")
        assert (first.editor, first.created_at, first.note) == ("maker", RELEASED, None)
        assert (second.editor, second.created_at, second.note) == ("ada", LATER, "A year late")

    def test_its_time_is_that_of_the_changed_resource(self, filled):
        with everything(filled) as (session, all_), change_set(session, "ada", at=LATER):
            all_.film.release_year = 1951
        with everything(filled) as (_, all_):
            assert (all_.film.created_at, all_.film.updated_at) == (RELEASED, LATER)

    def test_a_new_resource_keeps_its_own_times(self, database):
        with database.write_session() as session, change_set(session, "ada", at=LATER):
            session.add_all([theme("own", created_at=RELEASED, updated_at=RELEASED), theme("without")])
        with database.read_session() as session:
            times = session.execute(
                select(Theme.slug, Theme.created_at, Theme.updated_at).order_by(Theme.slug)
            )
            assert times.all() == [("own", RELEASED, RELEASED), ("without", LATER, LATER)]
        assert history(database, "own")[0].created_at == RELEASED

    def test_without_one_the_editor_is_unknown_and_the_time_is_now(self, filled):
        before = dt.datetime.now(dt.UTC).replace(microsecond=0)
        with everything(filled) as (_, all_):
            all_.film.release_year = 1951
        last = history(filled, "the-lamp-1950")[-1]
        assert (last.editor, last.note) == ("unknown", None)
        assert before <= last.created_at <= dt.datetime.now(dt.UTC)

    def test_an_inner_one_signs_its_own_changes(self, filled):
        with everything(filled) as (session, all_), change_set(session, "outer"):
            all_.film.title = "Outer"
            session.flush()
            with change_set(session, "inner"):
                all_.light.name = "Inner"
            all_.dark.name = "Outer"
        editors = [history(filled, slug)[-1].editor for slug in ("the-lamp-1950", "light", "dark")]
        assert editors == ["outer", "inner", "outer"]

    def test_it_ends_with_its_block_even_after_an_error(self, filled):
        with everything(filled) as (session, all_):
            with pytest.raises(ZeroDivisionError), change_set(session, "ada"):
                raise ZeroDivisionError
            all_.film.title = "After"
        assert history(filled, "the-lamp-1950")[-1].editor == "unknown"


def add_and_delete(database):
    with database.write_session() as session:
        light = theme("light")
        session.add(light)
        session.flush()
        session.delete(light)


def add(database, slug):
    with database.write_session() as session:
        session.add(theme(slug))


class TestDeletedRow:
    @pytest.mark.parametrize("model", RESOURCES)
    def test_none_of_a_resource_is_deleted(self, small, model):
        with pytest.raises(TypeError, match="never deleted"), small.write_session() as session:
            session.delete(session.scalars(select(model)).first())

    def test_a_new_one_is_not_deleted_either(self, database):
        with pytest.raises(TypeError, match="Set its deleted_at instead"):
            add_and_delete(database)
        assert count_revisions(database) == 0

    def test_the_key_of_a_deleted_resource_stays_its_own(self, filled):
        with filled.write_session() as session:
            last = session.scalars(select(Theme).order_by(Theme.id.desc()).limit(1)).one()
            last.deleted_at = LATER
            key, slug = last.id, last.slug
        add(filled, "new")
        assert history(filled, "new")[0].resource_id > key
        assert len(history(filled, slug)) == 2

    def test_otherwise_its_revisions_would_be_those_of_the_next(self, sqlite_engine):
        """Why the session refuses it: SQLite gives a key again."""
        with sqlite_engine.opened(sqlite_engine.template("small", "empty", fill_database)) as database:
            add(database, "new")
            with database.write_session() as session:
                session.connection().execute(delete(Theme.__table__).where(Theme.slug == "new"))
            with pytest.raises(IntegrityError, match="UNIQUE constraint failed: revisions"):
                add(database, "another")


def versioned_models():
    return [*RESOURCES, *owned_rows()]


def owned_rows(base=OwnedRow):
    for model in base.__subclasses__():
        yield from owned_rows(model)
        if hasattr(model, "__table__"):
            yield model


class TestBulkStatements:
    def test_they_are_refused_on_versioned_tables(self, small):
        assert len(versioned_models()) > len(RESOURCES)
        for model in versioned_models():
            for construct in (insert, update, delete):
                with pytest.raises(TypeError, match="versioned"), small.write_session() as session:
                    session.execute(construct(model))

    def test_they_are_refused_in_every_form(self, small):
        with small.write_session() as session:
            for statement in (
                update(Film).where(Film.slug == "the-lamp-1950").values(title="Past the history"),
                insert(Theme).returning(Theme.id),
                delete(Quote).execution_options(synchronize_session=False),
            ):
                with pytest.raises(TypeError, match="versioned"):
                    session.execute(statement)

    def test_they_are_accepted_on_tables_without_history(self, filled):
        with filled.write_session() as session:
            session.execute(delete(Alias))
        with filled.read_session() as session:
            assert session.scalars(select(Alias)).all() == []
