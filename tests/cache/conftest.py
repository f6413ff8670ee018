"""An app over a pack of its own that keeps what it answers, and another that keeps nothing."""

import pytest

from api.app import create_app
from api.config import Settings
from tests.conftest import PATIENT
from tests.counting import statements


class Asked:
    """A client that says whether the database was asked for the answer."""

    def __init__(self, app):
        self.app, self.client = app, app.test_client()

    @property
    def kept(self):
        return self.app.extensions["kept"]

    def __call__(self, path, method="GET", **headers):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        with statements(self.app.extensions["database"].engine) as seen:
            answer = self.client.open(path, method=method, headers=given)
        answer.was_made = bool(seen)
        return answer


@pytest.fixture
def make(packed):
    """Make apps over the same database: ``make(cache_bytes=0)``."""
    made = []

    def opened(**settings):
        app = create_app(
            Settings(
                database_url=packed.url.render_as_string(hide_password=False),
                statement_seconds=PATIENT,
                **settings,
            )
        )
        made.append(app)
        return Asked(app)

    yield opened
    for app in made:
        app.extensions["database"].close()


@pytest.fixture
def ask(make):
    """Ask an app that keeps what it answers."""
    return make()
