"""Databases for the tests of the models: each test gets the same ones, with their content restored."""

from contextlib import closing

import pytest
from sqlalchemy import select

from models import AssertedBy, Character, Commentary
from models.database import Database
from tests.models.content import fill
from tests.models.restored import restoring


@pytest.fixture(scope="session")
def small_content(engine):
    """The name of the template that holds the small content, all of it at revision 1, generation 1."""
    engine.template("small", "empty", fill_database)
    return "small"


def fill_database(database):
    with database.write_session() as session:
        fill(session)


@pytest.fixture(scope="session")
def restore_empty(engine):
    with restoring(engine) as restore:
        yield restore


@pytest.fixture
def database(restore_empty):
    """A migrated, empty database."""
    return restore_empty()


@pytest.fixture(scope="session")
def restore_filled(engine, small_content):
    with restoring(engine, small_content) as restore:
        yield restore


@pytest.fixture
def filled(restore_filled):
    """A database with the small content."""
    return restore_filled()


@pytest.fixture(scope="session")
def small(engine, small_content):
    """A database with the small content, for tests that commit nothing."""
    with engine.fresh(small_content) as url, closing(Database(url)) as database:
        yield database


@pytest.fixture
def older_pack(packed):
    """A database with the pack, without what a downgrade to a migration before 0010 loses."""
    with packed.write_session() as session:
        for claim in session.scalars(select(Commentary)):
            claim.asserted_by = AssertedBy.SOURCE
        for character in session.scalars(select(Character)):
            character.advisory_links, character.citations = [], []
    return packed


@pytest.fixture(scope="session")
def pack(engine):
    """A database with the pack, for tests that commit nothing."""
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        yield database
