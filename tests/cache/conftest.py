"""Apps over the pack with a response cache, and clients that record whether the database was read."""

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.conftest import STATEMENT_SECONDS
from tests.statements import statements


class RecordingClient:
    """A client whose responses have ``is_from_database``: whether the database was read for them."""

    def __init__(self, app):
        self.app, self.client = app, app.test_client()

    @property
    def cache(self):
        return self.app.extensions["response_cache"]

    def __call__(self, path, method="GET", **headers):
        sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with statements(self.app.extensions["database"].engine) as recorded:
            response = self.client.open(path, method=method, headers=sent_headers)
        response.is_from_database = bool(recorded)
        return response


@pytest.fixture(scope="session")
def shared(engine):
    """A shared app over the pack; tests must not write to its database."""
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
        yield app
        app.extensions["database"].close()


@pytest.fixture
def client(shared):
    """A client of an app with an empty response cache."""
    shared.extensions["response_cache"].clear()
    return RecordingClient(shared)


@pytest.fixture
def uncached(app):
    """A client of an app without a response cache."""
    return RecordingClient(app)


@pytest.fixture
def make_client(shared):
    """A function that returns a client of an app over the pack with other settings: ``make(rate_limits=("3/hour",))``."""
    apps = []

    def create(**settings):
        url = shared.extensions["settings"].database_url
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, **settings))
        apps.append(app)
        return RecordingClient(app)

    yield create
    for app in apps:
        app.extensions["database"].close()


@pytest.fixture
def make_writable_client(packed):
    """A function that returns clients of new apps over a pack that the test may write to."""
    apps = []

    def create():
        url = packed.url.render_as_string(hide_password=False)
        apps.append(create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS)))
        return RecordingClient(apps[-1])

    yield create
    for app in apps:
        app.extensions["database"].close()
