"""Apps over content with many hidden items, for tests that check that these appear nowhere."""

from contextlib import contextmanager

import pytest

from api.app import create_app
from api.core.config import Settings
from tests import two_essays
from tests.conftest import STATEMENT_SECONDS
from tests.generated import worst
from tests.storing import store


@pytest.fixture(scope="session")
def make_app():
    """A context manager that yields an app over the database with this URL, and with other settings."""

    @contextmanager
    def create(url, **settings):
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, **settings))
        yield app
        app.extensions["database"].close()

    return create


@pytest.fixture(scope="session")
def hidden_app(engine, make_app):
    """A read-only app over content with many hidden items."""
    template = engine.template("hidden", "empty", store_worst)
    with engine.fresh(template) as url, make_app(url) as app:
        yield app


def store_worst(database):
    with database.write_session() as session:
        store(session, worst())


@pytest.fixture(params=["pack", "hidden"])
def anyone(request, app, hidden_app):
    """A client over the pack, and one over content with many hidden items."""
    return {"pack": app, "hidden": hidden_app}[request.param].test_client()


@pytest.fixture(scope="session")
def essays_app(engine, make_app):
    """An app over the pack, the second film and a second essay on the first film."""
    template = engine.template("essays", "pack", two_essays.load)
    with engine.fresh(template) as url, make_app(url, cache_bytes=0) as app:
        yield app


@pytest.fixture
def essays(essays_app):
    """A client over two essays on one film."""
    return essays_app.test_client()
