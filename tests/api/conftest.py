"""Content of which much is hidden, for tests that look for what is hidden wherever it might show."""

from contextlib import contextmanager

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.conftest import STATEMENT_SECONDS
from tests.generated import worst
from tests.storing import store


@pytest.fixture(scope="session")
def make_app():
    """What opens an app over the database with a URL."""

    @contextmanager
    def opened(url):
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
        yield app
        app.extensions["database"].close()

    return opened


@pytest.fixture(scope="session")
def hidden_app(engine, make_app):
    """An app over content of which much is hidden; nobody writes to it."""
    template = engine.template("hidden", "empty", store_worst)
    with engine.fresh(template) as url, make_app(url) as app:
        yield app


def store_worst(database):
    with database.write_session() as session:
        store(session, worst())


@pytest.fixture(params=["pack", "hidden"])
def anyone(request, app, hidden_app):
    """A client over the pack, then one over content of which much is hidden."""
    return {"pack": app, "hidden": hidden_app}[request.param].test_client()
