"""Stale responses: what the cache does while nobody can tell whether the content has changed (RFC 5861)."""

import time

import pytest

from api.app import create_app
from api.core.config import Settings
from models import Unavailable
from models.commit_watcher import KnownVersion
from models.database import ReadSession
from tests.cache.conftest import RecordingClient
from tests.cache.test_front import QUOTE, set_clock
from tests.conftest import STATEMENT_SECONDS

pytestmark = pytest.mark.any_database
ITEM, DAY = f"/v1/quotes/{QUOTE}", 86_400


class Watcher:
    """A watcher of a database that a test can lose."""

    def __init__(self):
        self.token, self.known = "first", None
        self.unreachable = False

    def version_token(self):
        return self.token

    def last_known(self):
        return self.known

    def is_unreachable(self):
        return self.unreachable

    def lose(self, seconds_ago=0, *, unreachable=True):
        """Know nothing any more; the version was last known some seconds ago."""
        self.known = KnownVersion(self.token, time.monotonic() - seconds_ago)
        self.token, self.unreachable = None, unreachable


@pytest.fixture
def watched(engine):
    """A client of an app over the pack, whose ``watcher`` the test controls."""
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
        client = RecordingClient(app)
        client.watcher = app.wsgi_app.application.watcher = Watcher()
        yield client
        app.extensions["database"].close()


@pytest.fixture
def failing(monkeypatch):
    """Makes reading the database fail."""

    def fail():
        def connect(_session):
            raise Unavailable

        monkeypatch.setattr(ReadSession, "connection", connect)

    return fail


class TestUnreachable:
    def test_a_cached_response_is_used_with_its_age(self, watched):
        fresh = watched(ITEM)
        watched.watcher.lose(seconds_ago=100)
        stale = watched(ITEM)
        assert not stale.is_from_database
        assert stale.headers.pop("Age") == "100"
        for response in (fresh, stale):
            del response.headers["X-Request-Id"]
        assert (stale.status_code, stale.data, dict(stale.headers)) == (200, fresh.data, dict(fresh.headers))

    def test_a_304_has_the_age_too(self, watched):
        etag = watched(ITEM).headers["ETag"]
        watched.watcher.lose(seconds_ago=7)
        response = watched(ITEM, if_none_match=etag)
        assert (response.status_code, response.headers["Age"], response.data) == (304, "7", b"")

    def test_it_is_used_for_as_long_as_its_cache_control_says(self, watched):
        watched(ITEM)
        watched.watcher.lose(seconds_ago=60 + DAY - 30)
        assert "Age" in watched(ITEM).headers
        watched.watcher.token = "first"
        watched.watcher.lose(seconds_ago=60 + DAY)
        assert "Age" not in watched(ITEM).headers

    def test_what_is_of_today_is_never_used(self, watched):
        watched("/v1/quotes/daily")
        watched.watcher.lose()
        assert watched("/v1/quotes/daily").is_from_database

    def test_what_was_of_yesterday_is_never_used(self, watched, monkeypatch):
        set_clock(monkeypatch, "2026-12-24T12:00:00Z")
        watched("/feeds/daily.json")
        set_clock(monkeypatch, "2026-12-25T00:00:00Z")
        watched.watcher.lose()
        assert "Age" not in watched("/feeds/daily.json").headers

    def test_an_error_says_when_to_retry(self, watched, failing):
        watched.watcher.lose()
        failing()
        response = watched(ITEM)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert response.headers["Cache-Control"] == "no-store"

    def test_what_is_known_to_be_outdated_is_not_used(self, watched):
        """The version changed after the response was stored, and before the database was lost."""
        watched(ITEM)
        watched.watcher.token = "second"
        watched.watcher.lose()
        assert "Age" not in watched(ITEM).headers

    def test_nothing_stale_is_used_once_the_version_is_known_again(self, watched):
        watched(ITEM)
        watched.watcher.lose()
        watched.watcher.token = "after the outage"
        response = watched(ITEM)
        assert response.is_from_database
        assert "Age" not in response.headers


class TestUnknownVersion:
    """The database responds, but the watcher has lost its connection."""

    def test_the_database_is_asked(self, watched):
        watched(ITEM)
        watched.watcher.lose(unreachable=False)
        response = watched(ITEM)
        assert response.is_from_database
        assert "Age" not in response.headers

    def test_a_cached_response_replaces_an_error(self, watched, failing):
        watched(ITEM)
        watched.watcher.lose(seconds_ago=5, unreachable=False)
        failing()
        response = watched(ITEM)
        assert (response.status_code, response.headers["Age"]) == (200, "5")

    def test_other_responses_are_passed_on(self, watched):
        watched(ITEM)
        watched.watcher.lose(unreachable=False)
        assert watched(f"{ITEM}-none").status_code == 404

    def test_nothing_is_stored(self, watched):
        watched.watcher.lose(unreachable=False)
        watched(ITEM)
        assert len(watched.cache) == 0
