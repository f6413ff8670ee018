"""Migrations: up, down and up again, to exactly the tables that the models describe."""

import re
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, String, Text, inspect, select

from models import Base, migrations
from models.database import Database
from models.list_index_table import ListIndexRow
from models.search.index_tables import SearchDocument

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


def columns_and_indexes(engine):
    """Return the kind, table and name of every column and index."""
    inspector = inspect(engine)
    tables_by_kind = {"column": inspector.get_multi_columns(), "index": inspector.get_multi_indexes()}
    return {
        (kind, table, row["name"])
        for kind, rows_by_table in tables_by_kind.items()
        for (_, table), rows in rows_by_table.items()
        for row in rows
    }


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


def literals(condition):
    """Return the texts and numbers of a condition, sorted: they are the same in every dialect."""
    return sorted(re.findall(r"'[^']*'|\b\d+\b", condition))


def model_checks(engine):
    return {
        constraint.name: literals(
            str(constraint.sqltext.compile(engine, compile_kwargs={"literal_binds": True}))
        )
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def database_checks(engine):
    return {
        check["name"]: literals(check["sqltext"])
        for table in tables(engine)
        for check in inspect(engine).get_check_constraints(table)
    }


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
        migrations.downgrade(database.engine)
        migrations.upgrade(database.engine)
        assert differences(database) == []
        assert database_checks(database.engine) == model_checks(database.engine)


class TestDowngrade:
    def test_it_drops_every_table(self, database):
        migrations.downgrade(database.engine)
        assert tables(database.engine) == {"alembic_version"}

    def test_it_drops_every_table_of_a_filled_database(self, packed):
        migrations.downgrade(packed.engine)
        assert tables(packed.engine) == {"alembic_version"}

    def test_each_step_leaves_the_columns_and_indexes_of_the_revision_before(self, unmigrated):
        revisions = [script.revision for script in ScriptDirectory(migrations.__path__[0]).walk_revisions()]
        expected = {}
        for revision in reversed(revisions):
            migrations.upgrade(unmigrated, revision)
            expected[revision] = columns_and_indexes(unmigrated)
        for revision in revisions[1:]:
            migrations.downgrade(unmigrated, revision)
            assert columns_and_indexes(unmigrated) == expected[revision], revision


class TestListIndex:
    def test_existing_rows_are_indexed(self, packed):
        before = listed(packed)
        assert before
        migrations.downgrade(packed.engine, "0003")
        migrations.upgrade(packed.engine)
        assert listed(packed) == before


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

    def test_they_have_the_same_checks(self, small):
        # Alembic does not compare these.
        checks = database_checks(small.engine)
        assert checks == model_checks(small.engine)
        assert checks["ck_advisory_links_severity_range"] == ["1", "3"]

    def test_they_have_the_same_collations(self, postgresql_engine):
        # Alembic does not compare these either; a server may have another default.
        with postgresql_engine.fresh() as url, closing(Database(url)) as database:
            in_database = {
                (table, column["name"]): column["type"].collation
                for (_, table), columns in inspect(database.engine).get_multi_columns().items()
                for column in columns
                if isinstance(column["type"], String) and table in TABLES
            }
            in_models = {
                (table.name, column.name): column.type.dialect_impl(database.engine.dialect).collation
                for table in Base.metadata.sorted_tables
                for column in table.columns
                if isinstance(column.type, String)
            }
        assert in_database == in_models
        assert in_models["films", "title"] == in_models["quotes", "text"] == "C"


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


def no_unique_slug(metadata):
    table = metadata.tables["films"]
    table.constraints = {one for one in table.constraints if one.name != "uq_films_slug"}


class TestComparison:
    """The comparison above can fail: it reports each of these."""

    def test_it_reports_a_difference(self, small):
        assert differences(small, copy_of_models()) == []
        for change in (more_columns, another_type, null_allowed, no_table, no_index, no_unique_slug):
            metadata = copy_of_models()
            change(metadata)
            assert differences(small, metadata), change.__name__

    def test_checks_differ_by_their_values(self):
        assert literals("kind IN ('a', 'b')") != literals("kind IN ('a', 'b', 'c')")
        assert literals("year BETWEEN 1 AND 20") != literals("year BETWEEN 1 AND 200")
