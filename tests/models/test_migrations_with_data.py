"""Each migration with rows in the tables: what an older version can store survives, down and up again.

During a rolling upgrade and after one that was undone, the previous version serves the newer tables. So no
migration takes a table or a column away.
"""

from contextlib import closing
from itertools import pairwise

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, select, text

from models import migrations
from models.database import Database
from tests.databases import seed

REVISIONS = [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()][::-1]
#: Tables that are derived from others, and rebuilt at the newest migration; and what was loaded from packs.
DERIVED = {"alembic_version", "listings", "loaded_pack", "search_documents", "search_terms", "search_totals"}
#: What the tables of a migration cannot hold, of rows that the newer ones have: only scenes, quotes and
#: commentary had advisories and citations.
UNSTORABLE = {
    "0012": (
        "DELETE FROM advisory_links WHERE character_id IS NOT NULL",
        "DELETE FROM citation_paragraphs WHERE citation_id IN"
        " (SELECT id FROM citations WHERE character_id IS NOT NULL)",
        "DELETE FROM citations WHERE character_id IS NOT NULL",
    )
}
#: Tables of links that migrations have changed, and another.
LINKS = ("advisory_links", "commentary_relations", "quote_themes")


@pytest.fixture
def packed(engine):
    """A database with the pack, of its own: these tests change its tables."""
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        yield database


def content(engine):
    """Return the rows of each table that is not derived, as a list of values by column."""
    metadata = MetaData()
    names = [name for name in inspect(engine).get_table_names() if not name.startswith("search_index")]
    metadata.reflect(engine, only=[name for name in names if name not in DERIVED])
    with engine.connect() as connection:
        return {
            f"{table.name}.{column.name}": sorted(map(repr, connection.scalars(select(column))))
            for table in metadata.tables.values()
            for column in table.columns
            if column.name != "pack_digest"
        }


def rows(engine, table, columns):
    with engine.connect() as connection:
        names = [text(f'"{name}"') for name in columns]
        return sorted(map(repr, connection.execute(select(*names).select_from(text(table)))))


def joined(engine, columns):
    """Return whole rows of each table, so that no two columns can have changed places."""
    tables = {}
    for name in columns:
        table, _, column = name.partition(".")
        tables.setdefault(table, []).append(column)
    return {table: rows(engine, table, sorted(names)) for table, names in tables.items()}


@pytest.mark.nightly
class TestEachMigration:
    def test_down_and_up_again_preserves_what_the_older_tables_hold(self, packed):
        newest = content(packed.engine)
        assert len(newest["quotes.text"]) > 20
        for older, newer in reversed(list(pairwise(REVISIONS))):
            with packed.engine.begin() as connection:
                for statement in UNSTORABLE.get(older, ()):
                    assert connection.exec_driver_sql(statement).rowcount
            before = content(packed.engine)
            migrations.downgrade(packed.engine, older)
            below = content(packed.engine)
            # An older version has fewer columns. Those that it has, have the same values.
            kept = [name for name in below if name in before]
            assert kept == list(below), older
            assert {name: below[name] for name in kept} == {name: before[name] for name in kept}, older
            whole = joined(packed.engine, kept)
            migrations.upgrade(packed.engine, newer)
            again = content(packed.engine)
            assert again.keys() == before.keys(), newer
            assert joined(packed.engine, kept) == whole, newer
            migrations.downgrade(packed.engine, older)
            assert joined(packed.engine, kept) == whole, older

    def test_all_the_way_down_and_up_again_preserves_the_content(self, packed):
        migrations.downgrade(packed.engine, REVISIONS[0])
        oldest = list(content(packed.engine))
        before, known = joined(packed.engine, oldest), set(oldest)
        assert len(before["quotes"]) > 20
        assert len(before["revisions"]) > 100
        for revision in REVISIONS[1:]:
            migrations.upgrade(packed.engine, revision)
            assert joined(packed.engine, oldest) == before, revision
            names = set(content(packed.engine))
            assert known <= names, f"{revision} takes a table or a column away"
            known = names
        # Building the search index may change results, so it counts as a change of content.
        migrations.upgrade(packed.engine)
        generation = before.pop("content_generation")
        after = joined(packed.engine, oldest)
        assert (generation, after.pop("content_generation")) == (["(1, 1)"], ["(1, 2)"])
        assert after == before

    def test_loading_the_pack_afterwards_restores_the_rest(self, engine, packed):
        migrations.downgrade(packed.engine, REVISIONS[0])
        migrations.upgrade(packed.engine)
        seed(packed)
        with engine.fresh("pack") as url, closing(Database(url)) as expected:
            loaded = content(expected.engine)
            for table in ("films", "scenes", "characters", "quotes", "commentary", "sources", *LINKS):
                names = [name.partition(".")[2] for name in loaded if name.startswith(f"{table}.")]
                compared = [name for name in names if name not in ("id", "revision", "updated_at")]
                found = rows(packed.engine, table, compared)
                assert found == rows(expected.engine, table, compared), table


class TestNewerDatabase:
    @pytest.fixture
    def upgrade_further(self, packed):
        """Return a function that runs SQL as a newer version's migration would."""

        def run(*statements):
            with packed.engine.begin() as connection:
                for statement in (*statements, "UPDATE alembic_version SET version_num = '9999'"):
                    connection.exec_driver_sql(statement)

        return run

    def test_one_with_more_columns_and_tables_is_readable(self, packed, upgrade_further):
        assert not migrations.is_newer_but_readable(packed.engine)
        upgrade_further("ALTER TABLE films ADD COLUMN colour VARCHAR(20)", "CREATE TABLE places (id INTEGER)")
        assert not migrations.is_current(packed.engine)
        assert migrations.is_newer_but_readable(packed.engine)

    def test_one_that_lacks_a_column_is_not(self, packed, upgrade_further):
        upgrade_further("ALTER TABLE films DROP COLUMN imdb")
        assert not migrations.is_newer_but_readable(packed.engine)
        with pytest.raises(migrations.MigrationError, match="a newer version has upgraded it"):
            migrations.upgrade(packed.engine)

    def test_an_older_one_is_not(self, packed):
        migrations.downgrade(packed.engine, REVISIONS[-2])
        assert not migrations.is_newer_but_readable(packed.engine)
        migrations.downgrade(packed.engine)
        assert not migrations.is_newer_but_readable(packed.engine)
