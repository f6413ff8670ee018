"""The access log: which requests have a line, and what it does not contain."""

import json
from contextlib import closing
from types import SimpleNamespace

import pytest
from flask import request
from sqlalchemy import text

from api.app import create_app
from api.core import logging as logs
from api.core.config import Settings
from api.http.authentication import authenticate, require_scopes
from api.http.observability import access_log as access_logs
from models.api_token import ApiToken
from models.database import Database
from tests.api_keys import add_key
from tests.cases import each

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def url(engine):
    with engine.fresh("pack") as url:
        yield url


@pytest.fixture
def lines(url, capfd):
    """A function that sends requests to an app with these settings, and returns the lines of its log."""
    apps = []

    def send(*paths, method="GET", **settings):
        apps.append(create_app(Settings(database_url=url, **settings)))
        apps[-1].add_url_rule("/slow", "slow", lambda: "")
        apps[-1].add_url_rule("/bug", "bug", lambda: 1 / 0)
        client = apps[-1].test_client()
        for path in paths:
            client.open(
                path, method=method, headers={"X-Forwarded-For": "203.0.113.7", "User-Agent": "Spy/1"}
            )
        return [json.loads(line) for line in capfd.readouterr().err.strip("\n").split("\n") if line]

    yield send
    for app in apps:
        app.extensions["database"].close()


class TestKeys:
    def test_no_line_has_the_secret_of_a_key(self, url, capfd):
        """Wherever a client puts its key, at the level that logs most, with errors and tracebacks."""
        app = create_app(Settings(database_url=url, access_log="all", access_log_search_terms=True))
        database = app.extensions["database"]
        header = add_key(database, "publish")
        token = header["Authorization"].removeprefix("Bearer ")

        def fail():
            authenticate()
            raise ValueError(f"A bug with {token}") from KeyError(request.headers["Authorization"])

        app.add_url_rule("/v1/bug", view_func=fail, methods=["POST"])
        app.add_url_rule("/v1/keyed", view_func=lambda: require_scopes("admin"), methods=["POST"])
        client, mistyped = app.test_client(), token[:-1]
        for path in (
            "/v1/bug",
            "/v1/keyed",
            "/v1/quotes",
            f"/v1/quotes/{token}",
            f"/v1/{mistyped}?key={token}",
        ):
            for sent in (
                header,
                {"Authorization": f"Basic {token}"},
                {"Authorization": f"Bearer {mistyped}"},
            ):
                client.post(path, headers=sent)
        for query in (
            f"access_token={token}",
            f"q={token.replace('_', '%5F')}",
            f"q={mistyped}",
            f"{token}={token}",
        ):
            client.get(f"/v1/search?{query}", headers=header)
        database.close()
        log = capfd.readouterr().err
        assert log.count("\n") == 19
        assert (log.count("A bug with subtext_"), log.count(f"subtext_{token.split('_')[1]}_…") > 10) == (
            1,
            True,
        )
        assert token.split("_")[2][:20] not in log

    def test_neither_has_a_traceback_nor_an_error_of_the_database(self, url, capfd):
        token = ApiToken.generate()
        database = Database(url)
        with (
            closing(database),
            database.read_session() as session,
            pytest.raises(Exception, match="no such column") as error,
        ):
            session.execute(text("SELECT :token FROM api_keys WHERE no_such = 1"), {"token": str(token)})
        logs.write_event("failed", exception=logs.format_exception(error.value), other=str(token))
        assert token.secret not in capfd.readouterr().err
        assert token.secret not in repr(token)


class TestLevels:
    @each(
        ("level", "slow", "logged"),
        [
            ("off", 1, ["/bug"]),
            ("errors", 1, ["/bug"]),
            ("slow", 999_999, ["/bug"]),
            ("slow", 0, ["/slow", "/bug", "/nowhere"]),
            ("all", 999_999, ["/slow", "/bug", "/nowhere"]),
        ],
    )
    def test_requests_with_a_line(self, lines, level, slow, logged):
        sent = lines("/slow", "/bug", "/nowhere", access_log=level, slow_milliseconds=slow)
        assert [line["path"] for line in sent] == logged

    def test_cached_responses_share_lines(self, lines):
        sent = lines(*["/v1/films"] * 7, access_log="all", access_log_hits=3)
        assert [(line["cache"], line.get("sample")) for line in sent] == [
            ("miss", None),
            ("hit", 3),
            ("hit", 3),
        ]

    def test_a_flood_of_errors_does_not_flood_the_log(self, lines, monkeypatch):
        monkeypatch.setattr(access_logs, "MAX_LINES_PER_SECOND", 2)
        seconds = iter([1, 1, 1, 1, 2])
        monkeypatch.setattr(access_logs, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
        sent = lines(*["/bug"] * 5)
        assert [line.get("suppressed") for line in sent] == [None, None, 2]


class TestLine:
    def test_its_fields(self, lines):
        [line] = lines("/v1/quotes/no-such-quote?fields=text", access_log="all")
        assert line.pop("timestamp").endswith("Z")
        assert line.pop("ms") > 0
        assert line.pop("bytes") > 100
        assert len(line.pop("request_id")) == 26
        assert line == {
            "level": "info",
            "event": "request",
            "method": "GET",
            "route": "/v1/quotes/{quote}",
            "path": "/v1/quotes/no-such-quote",
            "query": "fields=text",
            "status": 404,
            "cache": "miss",
        }

    @each(
        ("path", "query"),
        [
            ("/v1/search?q=my+secret&limit=1", "q=…&limit=1"),
            ("/search?limit=1&%71=secret", "limit=1&%71=…"),
            ("/v1/quotes?q=secret&q=secret", "q=…&q=…"),
        ],
    )
    def test_search_terms_are_left_out_unless_asked(self, lines, path, query):
        [line] = lines(path, access_log="all")
        assert line["query"] == query
        [line] = lines(path, access_log="all", access_log_search_terms=True)
        assert line["query"] == path.partition("?")[2]

    @each("name", ["note", "n%6fte", "release", "editor"])
    def test_private_parameters_are_always_left_out(self, lines, name):
        path = f"/v1/drafts?limit=1&{name}=my+secret"
        [line] = lines(path, access_log="all", access_log_search_terms=True)
        assert line["query"] == f"limit=1&{name}=…"

    @each(
        ("path", "logged"),
        [
            ("/v1/releases/secret", "/v1/releases/…"),
            ("/v1/releases/secret/publish", "/v1/releases/…/publish"),
            ("/v1//releases//secret/", "/v1//releases//…/"),
            ("/V1/Releases/Secret_name", "/V1/Releases/…"),
            ("/edit/releases/secret", "/edit/releases/…"),
            ("/previews/secret/v1/releases/secret", "/previews/…/v1/releases/…"),
            ("/v1/releases%2Fsecret", "/v1/releases/…"),
            ("/v1/releases", "/v1/releases"),
        ],
    )
    def test_private_segments_of_paths_are_left_out(self, lines, path, logged):
        [line] = lines(path, access_log="all")
        assert line["path"] == logged

    @each(
        "url",
        [
            "http://127.0.0.1:8000/previews/secret/quotes/a",
            "http%3A%2F%2F127.0.0.1%3A8000%2Fpreviews%2Fsecret",
            "http%3A%2F%2F127.0.0.1%3A8000%2F%2570reviews%2Fsecret",
            "/edit/releases/secret",
        ],
    )
    def test_so_are_parameters_whose_value_is_such_a_url(self, lines, url):
        sent = lines(f"/oembed?format=json&url={url}", f"/edit?{url}", access_log="all")
        assert [line["query"] for line in sent] == ["format=json&url=…", "…"]

    def test_it_has_nothing_about_the_client(self, lines):
        text = json.dumps(lines("/v1/films", "/bug", access_log="all", trusted_proxies=1))
        assert not any(secret in text for secret in ("203.0.113.7", "127.0.0.1", "Spy"))

    @each("path", ["/%0A%1B%5B31m%22", "/%FF%FE", "/%E2%80%A8", "/" + "x" * 5_000, "/?%0A%00"])
    def test_hostile_paths_are_one_short_line(self, lines, path):
        [line] = lines(path, access_log="all")
        assert len(line["path"]) <= 2_000

    def test_a_busy_database_is_a_cause_and_no_traceback(self, lines, monkeypatch):
        from sqlalchemy.exc import OperationalError

        class LockTimeout(Exception):
            sqlstate = "55P03"

        def fail():
            raise OperationalError(
                "SELECT 'secret'", {}, LockTimeout("canceling statement\ndue to lock timeout")
            )

        monkeypatch.setattr("api.views.reads.session", fail)
        [line] = lines("/v1/quotes")
        assert (line["status"], line["level"]) == (503, "error")
        assert line["cause"] == "LockTimeout: canceling statement due to lock timeout"
        assert "exception" not in line
