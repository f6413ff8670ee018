"""Both databases accept generated content and return the same records."""

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Enum, select

from models import RESOURCES
from models.database import Database
from tests.cases import each
from tests.choices import NASTY
from tests.generated import contents, worst
from tests.storing import empty, store

hypothesis_settings = settings(
    max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def both_databases(sqlite_engine, postgresql_engine):
    """An empty database of each kind."""
    with (
        sqlite_engine.fresh() as sqlite,
        postgresql_engine.fresh() as postgresql,
        closing(Database(sqlite)) as one,
        closing(Database(postgresql)) as other,
    ):
        yield one, other


def store_and_read(database, content):
    """Store content in an emptied database; return all records, with the columns that records omit."""
    empty(database)
    with database.write_session() as session:
        store(session, content)
    with database.read_session() as session:
        resources = [
            row for model in RESOURCES for row in session.scalars(select(model).order_by(model.slug))
        ]
        return [(row.to_record(), row.revision, *instants(row)) for row in resources]


def instants(row):
    return row.created_at, row.updated_at, row.deleted_at, row.pack_digest


@given(content=contents())
@hypothesis_settings
def test_both_databases_return_the_same_records(both_databases, content):
    sqlite, postgresql = (store_and_read(database, content) for database in both_databases)
    assert sqlite == postgresql
    assert len(sqlite) == sum(map(len, content.values()))


def test_both_databases_accept_the_worst_content(both_databases):
    sqlite, postgresql = (store_and_read(database, worst()) for database in both_databases)
    assert sqlite == postgresql


class TestWorst:
    def test_is_always_the_same(self):
        assert worst() == worst()

    def test_has_every_text(self):
        text_of_content = str(worst())
        assert [hard_text for hard_text in NASTY if repr(hard_text)[1:-1] not in text_of_content] == []

    @each("model", RESOURCES)
    def test_nullable_columns_are_null_and_not_null(self, model):
        rows = worst()[model.type_name]
        for column in model.__table__.columns:
            name = column.name.removesuffix("_id")
            if column.nullable:
                assert {row[name] is None for row in rows} == {True, False}, name

    @each("model", RESOURCES)
    def test_has_every_choice(self, model):
        rows = worst()[model.type_name]
        for column in model.__table__.columns:
            if isinstance(column.type, Enum):
                assert set(column.type.enum_class) == {row[column.name] for row in rows} - {None}

    @each("model", RESOURCES)
    def test_has_lists_that_are_empty_and_lists_that_are_not(self, model):
        rows = worst()[model.type_name]
        for name in [name for name, value in rows[0].items() if isinstance(value, list)]:
            assert {bool(row[name]) for row in rows} == {True, False}, name
