"""Packs to be read, checked and loaded: the two of this repository, and a copy to be spoilt."""

import shutil

import pytest

from models.database import Database
from seeds.pack import read_pack
from tests.databases import SEEDS
from tests.seeds.packs import SECOND, PackCopy, load_packs


@pytest.fixture(scope="session")
def vocabularies():
    """Type and id of the shared themes and advisories, which any pack may refer to."""
    shared = read_pack(SEEDS, types=("theme", "advisory"))
    return {(entry.type_name, entry.slug) for entry in shared.entries}


@pytest.fixture
def second(tmp_path, vocabularies):
    """A copy of the second pack that a test may edit."""
    root = shutil.copytree(SECOND, tmp_path / "second")
    return PackCopy(root, vocabularies)


@pytest.fixture(scope="session")
def filled(engine):
    """The engine, with a template that holds both packs."""
    engine.template("both", "pack", lambda database: load_packs(database, SECOND))
    return engine


@pytest.fixture
def both(filled):
    """A database of its own that holds both packs."""
    with filled.fresh("both") as url:
        opened = Database(url)
        yield opened
        opened.close()
