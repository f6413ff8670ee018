"""Pins: the same content has the same digest everywhere, and a pin never names other content."""

from contextlib import ExitStack

import pytest
from sqlalchemy import select, text

from models import RESOURCES, Film, Quote, Revision, migrations
from models.database import Database
from models.pin import Pin, record_digest
from models.revision import change_set
from models.stored_revision import PACK_EDITOR
from tests.models.history import everything, history

FILM = "the-lamp-1950"
NO_PINS = ["", "0", "03", "-1", "+1", " 1", "1\n", "x", "٣", "1" * 10]
NO_PINS += ["1.", "1.ab12c", "1.AB12CD", "1.ab12cg", "1.ab12cd.ef", f"1.{'a' * 65}"]


@pytest.fixture
def two(engine, small_content):
    """Two databases with the same content."""
    with ExitStack() as stack:
        yield [stack.enter_context(engine.opened(small_content)) for _ in range(2)]


def retitle(database, *titles, editor="ada"):
    """Change the title of the film in one commit each; return the newest revision."""
    for title in titles:
        with everything(database) as (session, all_), change_set(session, editor):
            all_.film.title = title
    return history(database, FILM)[-1]


def find(database, pin):
    with database.read_session() as session:
        return Revision.find(session, Film.by_slug(session, FILM), Pin.parse(pin))


def pins(engine):
    """Return the pin of every revision of the first pack, by type and id."""
    with engine.opened("pack") as database, database.read_session() as session:
        slugs = {
            (model.type_name, id_): slug
            for model in RESOURCES
            for id_, slug in session.execute(select(model.id, model.slug))
        }
        return {
            (revision.type_name, slugs[revision.type_name, revision.resource_id]): str(revision.pin)
            for revision in session.scalars(select(Revision))
        }


class TestText:
    @pytest.mark.parametrize("pin", ["1", "3.ab12cd", "999999999", f"12.{'a' * 64}"])
    def test_it_is_read_and_written(self, pin):
        assert str(Pin.parse(pin)) == pin

    @pytest.mark.parametrize("pin", NO_PINS)
    def test_everything_else_is_none(self, pin):
        assert Pin.parse(pin) is None


class TestDigest:
    def test_it_is_of_canonical_json(self):
        # sha256 of {"id":"a","links":[{"to":"ü"},{}],"position":0}
        record = {"position": 0, "links": [{"to": "ü", "note": None}, {}], "id": "a", "deleted": False}
        expected = "7590a8b475a34846da12018085479be43d27ccfa41cb5b8bbb29427d17713533"
        assert record_digest(record) == expected

    @pytest.mark.parametrize("empty", [None, False, "", [], {}, {"note": None}])
    def test_a_key_without_a_value_does_not_count(self, empty):
        assert record_digest({"id": "a"}) == record_digest({"id": "a", "new": empty})

    @pytest.mark.parametrize("value", [0, 1, True, "x", ["x"], [None], {"severity": 0}])
    def test_any_other_does(self, value):
        assert record_digest({"id": "a"}) != record_digest({"id": "a", "new": value})

    def test_the_order_of_keys_does_not_count_but_that_of_lists_does(self):
        assert record_digest({"a": 1, "b": 2}) == record_digest({"b": 2, "a": 1})
        assert record_digest({"a": [1, 2]}) != record_digest({"a": [2, 1]})

    def test_that_of_every_revision_is_stored(self, filled):
        retitle(filled, "Changed")
        with filled.read_session() as session:
            revisions = session.scalars(select(Revision)).all()
            assert all(revision.digest == record_digest(revision.record) for revision in revisions)
            assert len({revision.digest for revision in revisions}) == len(revisions)

    def test_a_later_change_in_the_transaction_changes_it(self, filled):
        with everything(filled) as (session, all_):
            for title in ("First", "Second"):
                all_.film.title = title
                session.flush()
        last = history(filled, FILM)[-1]
        assert (last.record["title"], last.digest) == ("Second", record_digest(last.record))

    def test_it_is_the_same_in_both_databases(self, sqlite_engine, postgresql_engine):
        sqlite = pins(sqlite_engine)
        assert len(sqlite) > 100
        assert sqlite == pins(postgresql_engine)


class TestMigration:
    def test_revisions_from_before_have_the_same_digests(self, engine, small_content):
        with engine.fresh(small_content) as url:
            database = Database(url)
            before = {revision.digest for revision in (retitle(database, "B"), *history(database, FILM))}
            migrations.downgrade(database.engine, "0020")
            migrations.upgrade(database.engine)
            after = {revision.digest for revision in history(database, FILM)}
            database.close()
        assert after == before
        assert len(after) == 2


class TestFind:
    def test_a_pin_names_its_revision(self, filled):
        retitle(filled, "Second", "Third")
        for revision in history(filled, FILM):
            assert find(filled, str(revision.pin)).number == revision.number
            assert find(filled, str(revision.number)).number == revision.number

    def test_the_digest_wins_over_the_number(self, two):
        longer, shorter = two
        pin = retitle(longer, "Second", "Third").pin
        retitle(shorter, "Third", "Fourth", "Fifth")
        assert pin.number == 3
        found = find(shorter, str(pin))
        assert (found.number, found.record["title"]) == (2, "Third")

    def test_a_pin_of_lost_content_names_nothing(self, two):
        lost, restored = two
        pin = retitle(lost, "Lost").pin
        assert retitle(restored, "Other").number == pin.number
        assert find(restored, str(pin)) is None

    def test_of_equal_contents_it_is_the_one_with_the_number_or_else_the_newest(self, filled):
        # 1 and 3 are equal, and so are 2 and 4.
        retitle(filled, "Other", "The Lamp", "Other")
        first, second, third, fourth = (str(revision.pin) for revision in history(filled, FILM))
        assert [find(filled, pin).number for pin in (first, second, third, fourth)] == [1, 2, 3, 4]
        assert find(filled, f"9.{first.partition('.')[2]}").number == 3

    def test_a_missing_number_names_nothing(self, filled):
        assert find(filled, "2") is None

    def test_other_resources_have_revisions_of_their_own(self, filled):
        pin = retitle(filled, "Second").pin
        with filled.read_session() as session:
            line = Quote.by_slug(session, f"{FILM}-lamp-on")
            assert Revision.find(session, line, pin) is None
            assert Revision.find(session, line, Pin(1)).record["id"] == line.slug

    def test_a_revision_of_an_older_version_has_a_pin_too(self, filled):
        pin = str(retitle(filled, "Second").pin)
        with filled.write_session() as session:
            session.connection().execute(text("UPDATE revisions SET digest = NULL"))
        assert str(history(filled, FILM)[-1].pin) == pin
        assert find(filled, pin).number == 2


class TestValidator:
    """What If-Match compares: a number that is given out twice never passes for the same."""

    def test_a_number_that_is_given_out_again_differs(self, two):
        before, restored = (retitle(each, title) for each, title in zip(two, ("Lost", "Other"), strict=True))
        assert before.number == restored.number == 2
        assert before.validator != restored.validator

    def test_equal_content_is_equal_on_every_machine(self, two):
        first, second = (retitle(each, "Same") for each in two)
        assert first.validator == second.validator == str(first.pin)

    def test_an_edit_differs_from_what_a_pack_has_under_that_number(self, two):
        of_pack, of_editor = (
            retitle(each, "Same", editor=editor)
            for each, editor in zip(two, (PACK_EDITOR, "ada"), strict=True)
        )
        assert (of_pack.validator, of_editor.validator) == ("2", str(of_editor.pin))
