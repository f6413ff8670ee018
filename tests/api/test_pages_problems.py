"""The pages of problems: sending the displayed request returns the displayed response."""

import datetime as dt
import re

import pytest
from flask import request
from sqlalchemy import select, text
from werkzeug.http import HTTP_STATUS_CODES

from api.app import create_app
from api.core import app_context
from api.core.config import Settings
from api.http.authentication import authenticate, require_scopes
from api.http.problem_types import PROBLEM_TYPES
from api.pages.problem_examples import HTTP_EXAMPLES
from models import Quote
from tests.api_keys import add_key
from tests.browser.parsed import Parsed
from tests.conftest import STATEMENT_SECONDS
from tests.documented.matching import check_http

pytestmark = pytest.mark.any_database

#: Problems that their example requests cause without any set-up.
SIMPLE_PROBLEMS = [
    "not-found",
    "method-not-allowed",
    "not-acceptable",
    "precondition-failed",
    "uri-too-long",
    "invalid-parameters",
    "not-implemented",
]


@pytest.fixture(scope="module")
def url(sqlite_engine):
    """The URL of a database with the pack. The pages are the same over both databases."""
    with sqlite_engine.fresh("pack") as url:
        yield url


@pytest.fixture
def make_app(url):
    """A function that returns an app over the pack with these settings."""
    apps = []

    def create(**settings):
        apps.append(
            create_app(Settings(**{"database_url": url, "statement_seconds": STATEMENT_SECONDS} | settings))
        )
        return apps[-1]

    yield create
    for app in apps:
        app.extensions["database"].close()


@pytest.fixture
def get_example(make_app):
    """A function that returns the request and the response on the page of a problem."""

    def get(code):
        page = Parsed(make_app().test_client().get(f"/docs/problems/{code}").text)
        return tuple(
            "".join(text.words for text in page.texts if element in text.within)
            for name in ("request", "response")
            for element in page.all("code", id=name)
        )

    return get


def assert_response(example, app, path=None):
    """Send the displayed request, to ``path`` if given, and compare the response with the displayed one."""
    request, response = example
    (request_line, *lines) = request.strip().splitlines()
    method, target, version = request_line.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    body = b" " * int(headers.get("Content-Length", "0"))
    url = path or target.replace("…", "her-2013-feel-by-proxy," * 2000)
    actual = app.test_client().open(url, method=method, headers=headers, data=body or None)
    lines = [f"{name}: {value}" for name, value in actual.headers.items() if name != "Allow"]
    allow = [f"Allow: {', '.join(sorted(actual.allow))}"] if actual.allow else []
    status = f"{version} {actual.status_code} {HTTP_STATUS_CODES[actual.status_code]}"
    actual_text = "\n".join([status, *allow, *lines, "", actual.text])
    check_http(allow_common_headers(response), actual_text.replace(f'"{path}"', f'"{target}"'))


def allow_common_headers(response):
    """Return a response with a placeholder for its request id, and an omission for common headers."""
    request_id = re.search(r"X-Request-Id: (\w+)", response)[1]
    head, _, body = response.replace(request_id, "<request id>").partition("\n\n")
    return f"{head}\n…\n\n{body}"


class TestProblemPage:
    @pytest.mark.parametrize(("code", "is_temporary"), [("unavailable", True), ("not-found", False)])
    def test_says_whether_the_problem_is_temporary(self, make_app, code, is_temporary):
        page = make_app().test_client().get(f"/docs/problems/{code}").text
        assert ("The same request may succeed later." in page) is is_temporary


class TestExample:
    def test_every_problem_has_an_example(self):
        assert list(HTTP_EXAMPLES) == list(PROBLEM_TYPES)

    @pytest.mark.parametrize("code", SIMPLE_PROBLEMS)
    def test_the_example_is_correct(self, make_app, get_example, code):
        assert_response(get_example(code), make_app())

    def test_a_foreign_host(self, make_app, get_example):
        assert_response(get_example("bad-request"), make_app(trusted_hosts=("subtext.example",)))

    def test_a_deleted_item(self, sqlite_engine, make_app, get_example):
        with sqlite_engine.fresh("pack") as url:
            app = make_app(database_url=url)
            with app.extensions["database"].write_session() as session:
                quote = session.scalars(select(Quote).limit(1)).one()
                quote.slug, quote.deleted_at = "her-2013-withdrawn", dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
            assert_response(get_example("gone"), app)

    def test_a_large_request_body(self, make_app, get_example):
        app = make_app()
        app.add_url_rule("/body", view_func=lambda: str(len(request.data)), methods=["POST"])
        assert_response(get_example("content-too-large"), app, "/body")

    def test_a_request_without_a_key(self, make_app, get_example):
        app = make_app()
        app.add_url_rule("/keyed", view_func=lambda: authenticate().name, methods=["POST"])
        assert_response(get_example("unauthorized"), app, "/keyed")

    def test_a_key_that_lacks_a_scope(self, sqlite_engine, make_app, get_example):
        with sqlite_engine.fresh("pack") as url:
            app = make_app(database_url=url)
            app.add_url_rule(
                "/keyed", view_func=lambda: require_scopes("write:quotes", "publish").name, methods=["POST"]
            )
            request, response = get_example("forbidden")
            header = add_key(app.extensions["database"], "write:quotes")["Authorization"]
            assert_response((request.replace("Bearer subtext_…", header), response), app, "/keyed")

    def test_too_many_requests(self, make_app, get_example):
        app = make_app(rate_limits=("600/minute",))
        for _ in range(600):
            app.test_client().head("/v1/nothing")
        request, response = get_example("too-many-requests")
        assert_response((request, re.sub(r"(Retry-After: |;t=)\d+", r"\g<1><n>", response)), app)

    def test_an_unexpected_exception(self, make_app, get_example, monkeypatch):
        monkeypatch.setattr("api.views.reads.session", lambda: 1 / 0)
        assert_response(get_example("internal-error"), make_app())

    def test_a_slow_statement(self, make_app, get_example):
        app = make_app(statement_seconds=0.05)
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        app.add_url_rule("/slow", view_func=lambda: str(app_context.session().scalar(text(endless))))
        assert_response(get_example("query-timeout"), app, "/slow")

    def test_an_unreachable_database(self, make_app, get_example):
        assert_response(
            get_example("unavailable"), make_app(database_url="postgresql://nobody@127.0.0.1:1/nothing")
        )


class TestPage:
    @pytest.mark.parametrize("code", PROBLEM_TYPES)
    def test_it_has_the_cause_the_fix_and_a_guide(self, make_app, code):
        client, problem = make_app().test_client(), PROBLEM_TYPES[code]
        page = Parsed(client.get(f"/docs/problems/{code}").text)
        assert problem.cause in page.behind("main")
        assert problem.remedy in page.behind("main")
        assert f"/docs/guides/{problem.guide}" in page.links
        assert client.get(f"/docs/guides/{problem.guide}").status_code == 200
