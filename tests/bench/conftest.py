"""A small generated catalogue on each kind of database, and an app over it."""

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
    """A read-only catalogue."""
    with engine.fresh(None) as url:
        generate(url, QUOTES)
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(scope="module")
def catalogue_app(catalogue):
    """The app over the catalogue."""
    url = catalogue.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, cache_bytes=0))
    yield app
    app.extensions["database"].close()


@pytest.fixture(scope="module")
def sample(catalogue):
    """Ids of common and rare things in the catalogue, by the names of ``SampleIds``."""
    with catalogue.read_session() as session:
        return vars(sample_ids(session))


def record_statements(app, url, status=200):
    """Request a URL and check its status; return the response and the statements that were run for it."""
    with recorded_statements(app.extensions["database"].engine) as statements:
        response = app.test_client().get(url)
    assert response.status_code == status, response.text
    return response, statements


def lower_selection_limits(monkeypatch, *, ranked, window, crowd):
    """Lower the limits of random selection, so that few candidates are treated like many."""
    for module, name, value in (
        (random_selection, "MAX_RANKED", ranked),
        (random_selection, "WINDOW_SIZE", window),
        (random_scan, "SKIP_COUNT_ABOVE", crowd),
        (random_scan, "MAX_SCANNED", 600),
    ):
        monkeypatch.setattr(module, name, value)
