"""A small catalogue, on each kind of database."""

import pytest

from bench.catalogue import Sizes, make
from models.database import Database

QUOTES = 1_200


@pytest.fixture(scope="module")
def catalogue(engine):
    """A catalogue that nobody writes to."""
    with engine.fresh(None) as url:
        make(url, Sizes(QUOTES))
        opened = Database(url)
        yield opened
        opened.close()
