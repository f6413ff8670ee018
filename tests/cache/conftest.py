"""An app over the pack that keeps what it answers, and others over packs of their own."""

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.conftest import PATIENT
from tests.statements import statements


class Asked:
    """A client that says whether the database was asked for the answer."""

    def __init__(self, app):
        self.app, self.client = app, app.test_client()

    @property
    def kept(self):
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
        app = create_app(Settings(database_url=url, statement_seconds=PATIENT))
        yield app
        app.extensions["database"].close()


@pytest.fixture
def ask(shared):
    """Ask an app that keeps what it answers, and has answered nothing yet."""
    shared.extensions["response_cache"].clear()
    return Asked(shared)


@pytest.fixture
def plain(app):
    """Ask an app that keeps nothing."""
    return Asked(app)


@pytest.fixture
def make(shared):
    """Make apps like the one that is shared, but for some settings: ``make(rate_limits=("3/hour",))``."""
    made = []

    def opened(**settings):
        url = shared.extensions["settings"].database_url
        app = create_app(Settings(database_url=url, statement_seconds=PATIENT, **settings))
        made.append(app)
        return Asked(app)

    yield opened
    for app in made:
        app.extensions["database"].close()


@pytest.fixture
def own(packed):
    """Make apps over a pack of this test's own, which may be written to."""
    made = []

    def opened():
        url = packed.url.render_as_string(hide_password=False)
        made.append(create_app(Settings(database_url=url, statement_seconds=PATIENT)))
        return Asked(made[-1])

    yield opened
    for app in made:
        app.extensions["database"].close()
