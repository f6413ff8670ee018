"""Generations of revisions: who reads them in this order misses none, whoever commits at the same time."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select, text

from models import ContentGeneration, Revision, Theme, migrations
from models.database import Database
from tests.models.content import theme
from tests.models.history import everything, generation, history

WRITERS, CHANGES = 8, 25


def read_after(database, position):
    """Return the generation and resource of each revision after a generation, as a follower reads them."""
    columns = (Revision.generation, Revision.type_name, Revision.resource_id)
    with database.read_session() as session:
        statement = select(*columns, Revision.number).where(Revision.generation > position)
        return session.execute(statement.order_by(*columns)).all()


def generations(database, slug):
    return [revision.generation for revision in history(database, slug)]


class TestGeneration:
    def test_it_is_that_of_the_commit(self, filled):
        for title in ("One", "Two"):
            with everything(filled) as (_, all_):
                all_.film.title = title
        assert generations(filled, "the-lamp-1950") == [1, 2, 3]
        assert generation(filled) == 3

    def test_one_commit_has_one_whatever_it_changes(self, filled):
        with everything(filled) as (session, all_):
            for resource in (all_.film, all_.light, all_.storm):
                resource.label = "Changed"
                session.flush()
            with session.begin_nested():
                all_.dark.label = "Changed"
        changed = ("the-lamp-1950", "light", "the-lamp-1950-storm", "dark")
        assert [generations(filled, slug) for slug in changed] == [[1, 2]] * 4

    def test_a_revision_that_was_rolled_back_has_none(self, filled):
        with everything(filled) as (session, all_):
            savepoint = session.begin_nested()
            all_.light.label = "Never"
            session.flush()
            savepoint.rollback()
            all_.dark.label = "Changed"
        assert [generations(filled, slug) for slug in ("light", "dark")] == [[1], [1, 2]]

    def test_a_revision_of_an_older_version_gets_the_next(self, filled):
        # During a rolling upgrade, the older version stores revisions without a generation.
        with filled.write_session() as session:
            session.connection().execute(
                text("UPDATE revisions SET generation = NULL WHERE type_name = 'theme'")
            )
        assert generations(filled, "light") == [None]
        with everything(filled) as (_, all_):
            all_.film.title = "Changed"
        assert (generations(filled, "light"), generations(filled, "the-lamp-1950")) == ([2], [1, 2])


class TestMigration:
    def test_revisions_from_before_get_the_generation_at_which_it_ran(self, engine, small_content):
        with engine.fresh(small_content) as url:
            database = Database(url)
            with everything(database) as (_, all_):
                all_.film.title = "Changed"
            migrations.downgrade(database.engine, "0018")
            migrations.upgrade(database.engine)
            before = set(read_after(database, 0))
            with everything(database) as (_, all_):
                all_.light.label = "Changed"
            after = read_after(database, 2)
            database.close()
        assert {row.generation for row in before} == {2}
        # Rebuilding the search index may raise the generation, too.
        assert [(row.generation > 2, row.number) for row in after] == [(True, 2)]


class TestFollower:
    def test_a_transaction_that_commits_later_comes_later(self, postgresql_engine):
        with postgresql_engine.fresh() as url:
            database = Database(url)
            with database.write_session() as first:
                first.add(theme("first"))
                first.flush()
                with database.write_session() as second:
                    second.add(theme("second"))
                [seen] = read_after(database, 0)
            [missing] = read_after(database, seen.generation)
            with database.read_session() as session:
                slugs = session.scalars(
                    select(Theme.slug).join(Revision, Revision.resource_id == Theme.id).order_by(Revision.id)
                ).all()
            database.close()
        assert (seen.generation, missing.generation) == (1, 2)
        # The order of keys is another: a follower by key would have gone past the first for ever.
        assert slugs == ["first", "second"]

    @pytest.fixture
    def followed(self, postgresql_engine):
        """A database that many writers have changed, and the revisions that a follower read meanwhile."""
        with postgresql_engine.opened() as database:
            yield database, self.follow(database)

    def follow(self, database):
        def write(writer):
            for number in range(CHANGES):
                with database.write_session() as session:
                    Theme.by_slug(session, f"theme-{writer}").name = f"Name {number}"

        with database.write_session() as session:
            session.add_all([theme(f"theme-{writer}") for writer in range(WRITERS)])
        rows = read_after(database, 0)
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, writer) for writer in range(WRITERS)]
            while wait(writers, timeout=0.005).not_done:
                rows += read_after(database, rows[-1].generation)
            for writer in writers:
                writer.result()
        return rows + read_after(database, rows[-1].generation)

    def test_it_misses_nothing_and_reads_each_once_in_order(self, followed):
        database, rows = followed
        with database.read_session() as session:
            stored = session.execute(select(Revision.resource_id, Revision.number)).all()
            assert ContentGeneration.current(session) == WRITERS * CHANGES + 1
        assert len(rows) == WRITERS * (CHANGES + 1)
        assert sorted((row.resource_id, row.number) for row in rows) == sorted(map(tuple, stored))
        for resource in {row.resource_id for row in rows}:
            numbers = [row.number for row in rows if row.resource_id == resource]
            assert numbers == list(range(1, CHANGES + 2))
