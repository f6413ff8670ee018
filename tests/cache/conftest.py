"""Apps over the pack with a response cache, and others over packs of their own."""

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.conftest import STATEMENT_SECONDS
from tests.statements import statements


class RecordingClient:
    """A client whose responses tell whether the database was read for them."""

    def __init__(self, app):
        self.app, self.client = app, app.test_client()

    @property
    def cache(self):
        return self.app.extensions["response_cache"]

    def __call__(self, path, method="GET", **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with statements(self.app.extensions["database"].engine) as seen:
            response = self.client.open(path, method=method, headers=given)
        response.was_made = bool(seen)
        return response


@pytest.fixture(scope="session")
def shared(engine):
    """An app over the pack, to which nobody writes."""
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
        yield app
        app.extensions["database"].close()


@pytest.fixture
def ask(shared):
    """A client of an app whose cache is empty."""
    shared.extensions["response_cache"].clear()
    return RecordingClient(shared)


@pytest.fixture
def plain(app):
    """A client of an app without a cache."""
    return RecordingClient(app)


@pytest.fixture
def make(shared):
    """Make apps like the one that is shared, but for some settings: ``make(rate_limits=("3/hour",))``."""
    made = []

    def opened(**settings):
        url = shared.extensions["settings"].database_url
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, **settings))
        made.append(app)
        return RecordingClient(app)

    yield opened
    for app in made:
        app.extensions["database"].close()


@pytest.fixture
def own(packed):
    """Make apps over a pack of this test's own, which may be written to."""
    made = []

    def opened():
        url = packed.url.render_as_string(hide_password=False)
        made.append(create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS)))
        return RecordingClient(made[-1])

    yield opened
    for app in made:
        app.extensions["database"].close()
