"""Migrations: up, down and up again, to exactly the tables that the models describe."""

from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Index, Integer, MetaData, Text, inspect, select

import models.migrations.sqlite_indexes  # noqa: F401 (Alembic uses it once it is loaded)
from models import Base, migrations
from models.database import Database
from models.list_index_table import LISTED, ListIndexRow
from models.search.index_tables import SearchDocument
from models.searchable import DOCUMENT_ID_STRIDE
from tests.table_definitions import table_definitions

TABLES = set(Base.metadata.tables)


@pytest.fixture
def unmigrated(engine):
    """The engine of a database without tables."""
    with engine.fresh(None) as url, closing(Database(url)) as database:
        yield database.engine


@pytest.fixture
def database(engine):
    """A migrated, empty database of its own: these tests change its tables."""
    with engine.fresh() as url, closing(Database(url)) as database:
        yield database


def tables(engine):
    names = inspect(engine).get_table_names()
    return {name for name in names if migrations.is_modelled(name, "table", None)}


def differences(database, metadata=Base.metadata):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": migrations.is_modelled}
        )
        return compare_metadata(context, metadata)


def copy_of_models():
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    return metadata


def listed(database):
    """Return all rows of the list index, and the positions of search documents."""
    with database.read_session() as session:
        return [
            {tuple(row) for row in session.execute(select(*columns))}
            for columns in (ListIndexRow.__table__.columns, (SearchDocument.id, SearchDocument.position))
        ]


class TestUpgrade:
    def test_it_creates_every_table(self, unmigrated):
        assert tables(unmigrated) == set()
        migrations.upgrade(unmigrated)
        assert tables(unmigrated) == {*TABLES, "alembic_version"}

    def test_it_is_idempotent(self, database):
        migrations.upgrade(database.engine)
        assert tables(database.engine) == {*TABLES, "alembic_version"}

    def test_after_a_downgrade_it_creates_them_again(self, database):
        before = table_definitions(database.engine)
        migrations.downgrade(database.engine)
        migrations.upgrade(database.engine)
        assert table_definitions(database.engine) == before


class TestDowngrade:
    def test_it_drops_every_table(self, database):
        migrations.downgrade(database.engine)
        assert tables(database.engine) == {"alembic_version"}

    def test_it_drops_every_table_of_a_filled_database(self, packed):
        migrations.downgrade(packed.engine)
        assert tables(packed.engine) == {"alembic_version"}

    def test_each_step_leaves_the_tables_of_the_revision_before(self, unmigrated):
        revisions = [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()]
        expected = {}
        for revision in reversed(revisions):
            migrations.upgrade(unmigrated, revision)
            expected[revision] = table_definitions(unmigrated)
        for revision in revisions[1:]:
            migrations.downgrade(unmigrated, revision)
            assert table_definitions(unmigrated) == expected[revision], revision


class TestListIndex:
    def test_existing_rows_are_indexed(self, packed):
        rows, documents = listed(packed)
        migrations.downgrade(packed.engine, "0003")
        migrations.upgrade(packed.engine)
        indexed_rows, indexed_documents = listed(packed)
        # The downgrade dropped the tables of resources that are newer than the list index.
        numbers = {LISTED[name].search_number for name in ("character", "scene", "quote", "commentary")}
        assert {row for row in rows if row[0] in numbers} == indexed_rows
        assert {
            row for row in documents if row[0] % DOCUMENT_ID_STRIDE in numbers | {1, 3}
        } == indexed_documents


class TestCurrentRevision:
    def test_an_empty_database_has_none(self, unmigrated):
        assert migrations.current(unmigrated) is None

    def test_an_upgraded_database_has_the_latest(self, unmigrated):
        migrations.upgrade(unmigrated)
        assert migrations.current(unmigrated) == migrations.newest()

    def test_it_stands_where_alembic_says(self, database):
        scripts = ScriptDirectory.from_config(migrations.configuration(database.engine))
        assert migrations.newest() == scripts.get_current_head()
        with database.engine.connect() as connection:
            stands = MigrationContext.configure(connection).get_current_revision()
        assert migrations.current(database.engine) == stands

    def test_a_downgraded_database_has_none(self, database):
        migrations.downgrade(database.engine)
        assert migrations.current(database.engine) is None


class TestModelsAndMigrations:
    def test_they_describe_the_same_tables(self, small):
        assert differences(small) == []

    def test_they_create_the_same_tables(self, small, unmigrated):
        # Alembic does not compare CHECK constraints and collations.
        Base.metadata.create_all(unmigrated)
        of_models, of_migrations = table_definitions(unmigrated), table_definitions(small.engine)
        # On PostgreSQL, migration 0002 makes it a GIN index; the model does not say so.
        for definitions in (of_models, of_migrations):
            del definitions["index ix_search_documents_terms"]
        assert of_migrations == of_models

    def test_copied_tables_are_the_same(self, sqlite_engine):
        # SQLite cannot alter a constraint: batch_alter_table copies the table.
        with sqlite_engine.fresh() as url, closing(Database(url)) as database:
            before = table_definitions(database.engine)
            with database.engine.connect() as connection:
                operations = Operations(MigrationContext.configure(connection))
                for table in TABLES:
                    with operations.batch_alter_table(table, recreate="always"):
                        pass
                connection.commit()
            assert table_definitions(database.engine) == before
        assert before["index ix_films_title_down"] == [
            "CREATE INDEX ix_films_title_down ON films (title DESC, slug)"
        ]


def more_columns(metadata):
    metadata.tables["films"].append_column(Column("colour", Integer))


def another_type(metadata):
    metadata.tables["films"].c.release_year.type = Text()


def null_allowed(metadata):
    metadata.tables["films"].c.title.nullable = True


def no_table(metadata):
    metadata.remove(metadata.tables["aliases"])


def no_index(metadata):
    metadata.tables["films"].indexes.clear()


def another_direction(metadata):
    table = metadata.tables["films"]
    table.indexes = {one for one in table.indexes if one.name != "ix_films_title_down"}
    Index("ix_films_title_down", table.c.title, table.c.slug)


def no_unique_slug(metadata):
    table = metadata.tables["films"]
    table.constraints = {one for one in table.constraints if one.name != "uq_films_slug"}


class TestComparison:
    """The comparison above can fail: it reports each of these."""

    def test_it_reports_a_difference(self, small):
        assert differences(small, copy_of_models()) == []
        for change in (
            more_columns,
            another_type,
            null_allowed,
            no_table,
            no_index,
            another_direction,
            no_unique_slug,
        ):
            metadata = copy_of_models()
            change(metadata)
            assert differences(small, metadata), change.__name__
