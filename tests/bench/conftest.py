"""A small catalogue, on each kind of database, and the app over it."""

import pytest

from api.app import create_app
from api.core.config import Settings
from api.query import random_scan, random_selection
from bench.catalogue import generate
from bench.comparison import recorded_statements
from bench.sample_ids import sample_ids
from models.database import Database
from tests.conftest import STATEMENT_SECONDS

QUOTES = 1_200


@pytest.fixture(scope="module")
def catalogue(engine):
    """A catalogue that nobody writes to."""
    with engine.fresh(None) as url:
        generate(url, QUOTES)
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def over_catalogue(catalogue):
    """The app over the catalogue."""
    url = catalogue.url.render_as_string(hide_password=False)
    made = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, cache_bytes=0))
    yield made
    made.extensions["database"].close()


@pytest.fixture(scope="module")
def known(catalogue):
    """What is common in the catalogue and what is not, by name."""
    with catalogue.read_session() as session:
        return vars(sample_ids(session))


def statements_of(app, address, status=200):
    """Return the response of a URL, which has this status, and the statements that were run for it."""
    with recorded_statements(app.extensions["database"].engine) as statements:
        answer = app.test_client().get(address)
    assert answer.status_code == status, answer.text
    return answer, statements


def let_few_be_many(monkeypatch, *, ranked, window, crowd):
    """Let choosing by lot do with few candidates what it does with many."""
    for of, name, value in (
        (random_selection, "MAX_RANKED", ranked),
        (random_selection, "WINDOW_SIZE", window),
        (random_scan, "SKIP_COUNT_ABOVE", crowd),
        (random_scan, "MAX_SCANNED", 600),
    ):
        monkeypatch.setattr(of, name, value)
