"""The changes that commits store for followers: visible transitions only, and none is missed."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import text

from models import Status, Theme, migrations
from models.change import Position, changes_after, feed_end
from models.database import Database
from models.purge import purge
from tests.models.content import FILM, theme
from tests.models.history import everything, generation

WRITERS = 8


def changes(database, after=0, **options):
    """Return the change, the id, the former id and the revision of each change after a generation."""
    with database.read_session() as session:
        position = Position(feed_end(session).epoch, after)
        found = changes_after(session, position, limit=1000, **options)
        return [(each.change.value, each.slug, each.previous_slug, each.revision) for each in found]


class TestTransitions:
    def test_a_new_item_is_created_and_then_updated_once_for_each_commit(self, filled):
        before = generation(filled)
        with filled.write_session() as session:
            session.add(theme("new"))
        with filled.write_session() as session:
            found = Theme.by_slug(session, "new")
            found.name = "Newer"
            session.flush()
            found.name = "Newest"
        assert changes(filled, before) == [("create", "new", None, 1), ("update", "new", None, 2)]

    def test_a_rename_names_both_ids(self, filled):
        before = generation(filled)
        with everything(filled) as (_, all_):
            all_.light.slug = "brightness"
            all_.light.name = "Brightness"
        assert changes(filled, before) == [("rename", "brightness", "light", 2)]

    def test_a_deletion_and_its_end(self, filled):
        before = generation(filled)
        with everything(filled) as (_, all_):
            all_.dusk.deleted_at = all_.dusk.updated_at
        with everything(filled) as (_, all_):
            all_.dusk.deleted_at = None
        assert changes(filled, before) == [("delete", "dusk", None, 2), ("create", "dusk", None, 3)]

    def test_a_hidden_item_has_none_until_it_is_published(self, filled):
        before = generation(filled)
        with filled.write_session() as session:
            session.add(theme("secret", status=Status.DRAFT))
        with filled.write_session() as session:
            # Not visible, so not by Theme.by_slug().
            session.query(Theme).filter_by(slug="secret").one().name = "Still secret"
        assert (changes(filled, before), generation(filled)) == ([], before + 2)
        with filled.write_session() as session:
            session.query(Theme).filter_by(slug="secret").one().status = Status.PUBLISHED
        assert changes(filled, before) == [("create", "secret", None, 3)]

    def test_a_commit_without_a_visible_difference_has_none(self, filled):
        before = generation(filled)
        with filled.write_session() as session:
            secret = theme("secret", status=Status.DRAFT)
            session.add(secret)
            session.flush()
            secret.deleted_at = secret.created_at
        assert changes(filled, before) == []

    def test_what_was_purged_says_so_even_if_it_was_deleted_before(self, filled):
        before = generation(filled)
        with everything(filled) as (_, all_):
            all_.dusk.deleted_at = all_.dusk.updated_at
        for _ in range(2):
            with everything(filled) as (session, all_):
                purge(session, all_.dusk)
        assert [each[:2] for each in changes(filled, before)] == [("delete", "dusk"), ("purge", "dusk")]

    def test_what_was_never_public_is_not_named_when_it_is_purged(self, filled):
        before = generation(filled)
        with filled.write_session() as session:
            session.add(theme("secret", status=Status.DRAFT))
        with filled.write_session() as session:
            purge(session, session.query(Theme).filter_by(slug="secret").one())
        assert changes(filled, before) == []

    def test_a_film_takes_its_parts_along(self, filled):
        before, parts = generation(filled), self.parts(filled)
        for status in (Status.DRAFT, Status.PUBLISHED):
            with everything(filled) as (_, all_):
                all_.film.status = status
        found = changes(filled, before)
        film, *others = found[: len(found) // 2]
        assert film[:2] == ("delete", FILM)
        assert {slug for _, slug, _, _ in others} == parts
        assert {change for change, *_ in others} == {"delete"}
        film, *others = found[len(found) // 2 :]
        assert film[:2] == ("create", FILM)
        assert {slug for _, slug, _, _ in others} == parts
        assert {change for change, *_ in others} == {"create"}

    def parts(self, database):
        """Return the ids of everything that is part of the film, from the changes that made it public."""
        with database.read_session() as session:
            return {
                each.slug
                for each in changes_after(session, None, limit=1000)
                if ["film", FILM] in each.parents and each.change.value == "create"
            }

    def test_a_commit_that_is_rolled_back_has_none(self, filled):
        before = generation(filled)
        with everything(filled) as (session, all_):
            all_.light.name = "Never"
            session.flush()
            session.rollback()
        assert changes(filled, before) == []

    def test_what_an_older_version_stored_comes_with_the_next_commit(self, filled):
        with everything(filled) as (_, all_):
            all_.light.name = "By an older version"
        with filled.write_session() as session:
            connection = session.connection()
            connection.execute(text("DELETE FROM changes WHERE generation = 2"))
            connection.execute(text("UPDATE revisions SET generation = NULL WHERE generation = 2"))
        with everything(filled) as (_, all_):
            all_.dark.name = "By this one"
        assert sorted(changes(filled, 1)) == [("update", "dark", None, 2), ("update", "light", None, 2)]


class TestReading:
    def test_pages_together_are_the_feed_in_order(self, filled):
        with filled.read_session() as session:
            whole = changes_after(session, None, limit=1000)
            places = [(each.generation, each.ordinal) for each in whole]
            paged, position = [], None
            while page := changes_after(session, position, limit=3):
                paged += [(each.generation, each.ordinal) for each in page]
                position = Position("0" * 16, *paged[-1])
        assert places == sorted(set(places)) == paged
        # Films and sources come first, as others are part of them.
        types = [each.type_name for each in whole if each.generation == 1]
        assert types[: types.index("character")] == ["film", "film", "source", "source"]

    def test_the_newest_leave_out_what_is_obsolete_but_no_rename(self, filled):
        before = generation(filled)
        for slug, new, name in (
            ("light", "light", "One"),
            ("light", "brightness", "Two"),
            ("brightness", "brightness", "Three"),
        ):
            with filled.write_session() as session:
                found = Theme.by_slug(session, slug)
                found.slug, found.name = new, name
        assert len(changes(filled, before)) == 3
        newest = changes(filled, before, is_newest_only=True)
        assert newest == [("rename", "brightness", "light", 3), ("update", "brightness", None, 4)]

    def test_the_text_of_a_position_is_read_back(self):
        for text_ in ("0123456789abcdef-7", "0123456789abcdef-7-3", "0123456789abcdef-999999999-999999999"):
            assert str(Position.parse(text_)) == text_
        assert Position.parse("0123456789abcdef-7-3") == Position("0123456789abcdef", 7, 3)
        for wrong in ("", "0123456789abcdef", "0123456789ABCDEF-7", "0123456789abcdef-7-", "x-1", "-1-1"):
            assert Position.parse(wrong) is None
        assert Position.parse("0123456789abcdef-٣") is None


class TestMigration:
    def test_the_feed_begins_with_what_is_public_and_what_was_deleted(self, engine, small_content):
        with engine.fresh(small_content) as url:
            database = Database(url)
            with everything(database) as (session, all_):
                all_.dusk.deleted_at = all_.dusk.updated_at
                session.add(theme("secret", status=Status.DRAFT))
            with everything(database) as (session, all_):
                purge(session, all_.maxim)
            expected = {(slug, change) for change, slug, *_ in changes(database, is_newest_only=True)}
            with database.read_session() as session:
                parents = {each.slug: each.parents for each in changes_after(session, None, limit=1000)}
            migrations.downgrade(database.engine, "0025")
            migrations.upgrade(database.engine)
            after = {(slug, change) for change, slug, *_ in changes(database)}
            with database.read_session() as session:
                found = {each.slug: each.parents for each in changes_after(session, None, limit=1000)}
            database.close()
        assert after == expected
        assert {("dusk", "delete"), (f"{FILM}-maxim", "purge")} <= after
        assert found == parents


class TestFollower:
    @pytest.mark.parametrize("count", [25, pytest.param(100, marks=pytest.mark.slow)])
    def test_it_sees_each_change_once(self, postgresql_engine, count):
        with postgresql_engine.opened() as database:
            followed = self.follow(database, count)
        expected = [
            (f"theme-{writer}", number) for writer in range(WRITERS) for number in range(1, count + 2)
        ]
        assert sorted(followed) == sorted(expected)

    def follow(self, database, count):
        """Let many writers change a database; return the changes that a follower reads meanwhile and after."""

        def write(writer):
            for number in range(count):
                with database.write_session() as session:
                    Theme.by_slug(session, f"theme-{writer}").name = f"Name {number}"

        def read(position):
            with database.read_session() as session:
                found = changes_after(session, position, limit=7)
                rows.extend((each.slug, each.revision) for each in found)
                last = found[-1] if found else None
                return Position("0" * 16, last.generation, last.ordinal) if last else position

        rows, position = [], None
        with database.write_session() as session:
            session.add_all([theme(f"theme-{writer}") for writer in range(WRITERS)])
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, writer) for writer in range(WRITERS)]
            while wait(writers, timeout=0.005).not_done:
                position = read(position)
            for writer in writers:
                writer.result()
        while len(rows) < WRITERS * (count + 1):
            following = read(position)
            assert following != position, "changes are missing"
            position = following
        return rows
