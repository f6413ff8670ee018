"""Every route × method × conditional header: errors are never cacheable, and have a problem or a short page."""

from itertools import cycle, product

import pytest
from flask import Response

from api.app import create_app
from api.core.config import Settings
from tests.conftest import STATEMENT_SECONDS

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO")
LONG_AGO, NEVER = "Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
CONDITIONS = (
    {},
    {"If-Match": '"x"'},
    {"If-Match": "*"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": NEVER},
    {"If-Unmodified-Since": LONG_AGO},
    {"Range": "bytes=0-9"},
    {"Range": "bytes=999999999-"},
    {"Range": "bytes=0-1,5-6"},
    {"Range": "lines=1-2"},
    {"Range": "bytes=0-9", "If-Range": '"x"'},
    {"Range": "bytes=999999999-", "If-Match": '"x"'},
)
#: Values of the variables of routes, for a page that exists.
VALUES = {
    "film": "her-2013",
    "source": "her-perfection-is-the-enemy-of-real",
    "character": "her-2013-catherine",
    "scene": "her-2013-lunch-with-catherine",
    "quote": "her-2013-a-wife-without-the-challenges",
    "commentary": "her-2013-perfection-opposes-reality",
    "theme": "loneliness",
    "advisory": "spoiler",
}
#: Headers that tell caches about a representation, which an error is none of.
REPRESENTATION_HEADERS = ("ETag", "Last-Modified", "Expires", "Accept-Ranges", "Content-Encoding")
#: Files have views of their own.
FILES = ("/docs/reference/scalar.js", "/favicon.svg")
MAX_PAGE_BYTES = 40_000


@pytest.fixture(scope="module")
def cached_app(engine):
    with engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, access_log="off"))
        yield app
        app.extensions["database"].close()


def paths(app):
    """Return a path for each route: one that exists where we know a value, else one that does not."""
    router = app.url_map.bind("127.0.0.1:8000")
    for rule in app.url_map.iter_rules():
        values = {name: VALUES.get(name, "x") for name in rule.arguments}
        try:
            yield router.build(rule.endpoint, values)
        except Exception:
            yield rule.rule


def fault(method, response):
    """Return what is wrong with a response; None if nothing is."""
    status, body = response.status_code, response.data
    cache_control = response.headers.getlist("Cache-Control")
    checks = {
        "a body": method == "HEAD" and body,
        "no request id": len(response.headers.getlist("X-Request-Id")) != 1,
        "an unexpected 5xx": status >= 500 and status != 501,
        "a 304 with a body": status == 304 and (body or "Content-Length" in response.headers),
        "a part of the body": status == 206 or "Content-Range" in response.headers,
    }
    if status >= 400:
        is_problem = response.mimetype == "application/problem+json"
        is_page = response.mimetype == "text/html" and len(body) < MAX_PAGE_BYTES
        checks |= {
            "a cacheable error": cache_control != ["no-store"],
            "validators": any(name in response.headers for name in REPRESENTATION_HEADERS),
            "an error without a body": method != "HEAD" and not body,
            "another body": not (is_problem or is_page),
            "a body of a type to guess": response.headers.get("X-Content-Type-Options") != "nosniff",
            "a wrong status in the problem": is_problem and body and response.get_json()["status"] != status,
            "no Allow": status == 405 and "Allow" not in response.headers,
        }
    return next((name for name, is_wrong in checks.items() if is_wrong), None)


def crawl_errors(app, requests, methods=METHODS, accepts=("*/*",)):
    """Send requests to pairs of a path and conditional headers; return the faults and the statuses."""
    client, faults, statuses = app.test_client(), set(), set()
    for (path, condition), method, accept in product(requests, methods, accepts):
        response = client.open(path, method=method, headers=condition | {"Accept": accept})
        statuses.add(response.status_code)
        found = fault(method, response)
        if found:
            faults.add(f"{found}: {response.status_code} {method} {path} {condition} {accept}")
    return sorted(faults), statuses


@pytest.mark.any_database
class TestEveryError:
    def test_every_route_with_a_condition(self, cached_app):
        """Each route with a precondition that fails, and with one other condition in turn; files with all."""
        requests = [(path, CONDITIONS[1]) for path in paths(cached_app)]
        requests += zip(paths(cached_app), cycle(CONDITIONS[2:]))
        requests += product(FILES, CONDITIONS)
        faults, statuses = crawl_errors(cached_app, requests, ("GET",))
        assert faults == []
        assert statuses >= {200, 304, 404, 412}

    def test_every_route_with_every_method(self, cached_app):
        faults, statuses = crawl_errors(cached_app, [(path, {}) for path in paths(cached_app)])
        assert faults == []
        assert 405 in statuses

    @pytest.mark.nightly
    def test_every_combination(self, cached_app):
        requests = list(product(paths(cached_app), CONDITIONS))
        faults, _ = crawl_errors(cached_app, requests, accepts=("*/*", "text/html,*/*;q=0.1"))
        assert faults == []

    def test_an_error_that_a_view_makes_itself(self, engine):
        with engine.fresh("empty") as url:
            app = create_app(Settings(database_url=url, cache_bytes=0))
            app.add_url_rule(
                "/made", "made", lambda: Response("Gone.", 410, {"Cache-Control": "public", "ETag": '"1"'})
            )
            response = app.test_client().get("/made")
            app.extensions["database"].close()
        assert fault("GET", response) is None
        assert response.get_json()["code"] == "gone"
