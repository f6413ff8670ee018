"""Databases with the three packs of the tests, in which each test undoes its changes."""

from contextlib import suppress

import pytest

from api.entries.essay_folder import EssayFolder
from models.database import Database
from tests.databases import SEEDS
from tests.seeds.packs import ESSAYS, SECOND, SECOND_ESSAY, load_packs

PACKS = (SEEDS, SECOND, SECOND_ESSAY)


class Undone(Exception):
    """Ends a transaction without a commit."""


@pytest.fixture(scope="session")
def all_packs(engine):
    """A database with three packs. Tests change it in transactions that they roll back."""
    engine.template("three-packs", "pack", lambda database: load_packs(database, *PACKS))
    with engine.fresh("three-packs") as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def session(all_packs):
    with suppress(Undone), all_packs.write_session() as session:
        yield session
        raise Undone


@pytest.fixture(scope="session")
def essays():
    return EssayFolder(ESSAYS)
