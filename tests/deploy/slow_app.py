"""The service, with one more path: ``/slow`` takes three seconds in a thread of the server.

python -m tests.deploy.slow_app
"""

import time

from api.core.config import Settings
from api.http.admission import MUST_NOT_WAIT, HandOver, Lane
from subtext_cli import server

SECONDS = 3


def app(environ, start_response):
    if environ["PATH_INFO"] != "/slow":
        from wsgi import app as service

        return service(environ, start_response)
    if environ.get(MUST_NOT_WAIT):
        raise HandOver(Lane.ORDINARY)
    time.sleep(SECONDS)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]


if __name__ == "__main__":
    server.run(Settings.from_environment(), "tests.deploy.slow_app:app")
