"""The memory guard: a worker near its memory limit refuses long bodies, and no others."""

from contextlib import closing

import pytest

from api.app import create_app
from api.core.config import Settings
from subtext_cli.dispatcher import Dispatcher
from tests.test_dispatcher import Protocol

pytestmark = pytest.mark.any_database
LONG, SHORT = "/docs/reference/scalar.js", "/v1"


def responses(url, worker_memory):
    """Return the responses to a long and a short body of a worker with this memory limit in megabytes."""
    settings = Settings(database_url=url, worker_memory=worker_memory)
    app = create_app(settings)
    dispatcher = Dispatcher(app, settings, 1)
    with closing(app.extensions["database"]):
        for path in (LONG, SHORT):
            protocol = Protocol()
            environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "x"}
            dispatcher(
                protocol, environ | {"wsgi.url_scheme": "http", "SERVER_NAME": "x", "SERVER_PORT": "80"}
            )
            yield protocol.response


def test_long_bodies_are_refused_near_the_limit(engine):
    with engine.fresh("pack") as url:
        # Any process is larger than a megabyte.
        (long_status, headers, body), (short_status, _, _) = responses(url, worker_memory=1)
    assert (long_status, short_status) == (503, 200)
    assert headers["Retry-After"] == "5"
    assert headers["Cache-Control"] == "no-store"
    assert b'"code":"unavailable"' in body


def test_they_are_sent_below_it(engine):
    with engine.fresh("pack") as url:
        (status, _, body), _ = responses(url, worker_memory=100_000)
    assert status == 200
    assert len(body) > 1_000_000
