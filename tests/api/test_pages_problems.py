"""The page of each problem: its request, sent as it stands, is answered as the page shows."""

import datetime as dt
import re

import pytest
from flask import request
from sqlalchemy import select, text
from werkzeug.http import HTTP_STATUS_CODES

from api.app import create_app
from api.core import request_context
from api.core.config import Settings
from api.http.problem_types import PROBLEM_TYPES
from api.pages.problem_examples import HTTP_EXAMPLES
from models import Quote
from tests.browser.parsed import Parsed
from tests.conftest import STATEMENT_SECONDS
from tests.documented.matching import check_http

pytestmark = pytest.mark.any_database

#: Where each problem comes by itself; what stands elsewhere is made to come below.
PLAIN = [
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
    """A database with the pack. What is shown is the same over both."""
    with sqlite_engine.fresh("pack") as url:
        yield url


@pytest.fixture
def made(url):
    """Return what makes an app over the pack, with settings of its own."""
    apps = []

    def make(**settings):
        apps.append(
            create_app(Settings(**{"database_url": url, "statement_seconds": STATEMENT_SECONDS} | settings))
        )
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["database"].close()


@pytest.fixture
def example_of(made):
    """Return what gives the request and the answer that the page of a problem shows."""

    def read(code):
        page = Parsed(made().test_client().get(f"/docs/problems/{code}").text)
        return tuple(
            "".join(part.words for part in page.texts if block in part.within)
            for name in ("request", "response")
            for block in page.all("code", id=name)
        )

    return read


def compare(example, app, path=None):
    """Send a request as it is shown, to ``path`` if that is another, and compare the answer."""
    request, response = example
    (first, *lines) = request.strip().splitlines()
    method, target, version = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    body = b" " * int(headers.get("Content-Length", "0"))
    sent = path or target.replace("…", "her-2013-feel-by-proxy," * 2000)
    got = app.test_client().open(sent, method=method, headers=headers, data=body or None)
    lines = [f"{name}: {value}" for name, value in got.headers.items() if name != "Allow"]
    allow = [f"Allow: {', '.join(sorted(got.allow))}"] if got.allow else []
    status = f"{version} {got.status_code} {HTTP_STATUS_CODES[got.status_code]}"
    printed = "\n".join([status, *allow, *lines, "", got.text])
    check_http(open_ended(response), printed.replace(f'"{path}"', f'"{target}"'))


def open_ended(response):
    """Return an answer with a placeholder for its request id, and room for the headers of every answer."""
    request_id = re.search(r"X-Request-Id: (\w+)", response)[1]
    head, _, body = response.replace(request_id, "<request id>").partition("\n\n")
    return f"{head}\n…\n\n{body}"


class TestProblemPage:
    @pytest.mark.parametrize(("code", "is_temporary"), [("unavailable", True), ("not-found", False)])
    def test_says_whether_a_retry_may_help(self, made, code, is_temporary):
        page = made().test_client().get(f"/docs/problems/{code}").text
        assert ("The same request may succeed later." in page) is is_temporary


class TestExchange:
    def test_every_problem_has_one(self):
        assert list(HTTP_EXAMPLES) == list(PROBLEM_TYPES)

    @pytest.mark.parametrize("code", PLAIN)
    def test_it_is_so(self, made, example_of, code):
        compare(example_of(code), made())

    def test_a_foreign_host(self, made, example_of):
        compare(example_of("bad-request"), made(trusted_hosts=("subtext.example",)))

    def test_what_was_deleted(self, sqlite_engine, made, example_of):
        with sqlite_engine.fresh("pack") as url:
            app = made(database_url=url)
            with app.extensions["database"].write_session() as session:
                quote = session.scalars(select(Quote).limit(1)).one()
                quote.slug, quote.deleted_at = "her-2013-withdrawn", dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
            compare(example_of("gone"), app)

    def test_a_body_where_one_is_read(self, made, example_of):
        app = made()
        app.add_url_rule("/body", view_func=lambda: str(len(request.data)), methods=["POST"])
        compare(example_of("content-too-large"), app, "/body")

    def test_one_request_too_many(self, made, example_of):
        app = made(rate_limits=("600/minute",))
        for _ in range(600):
            app.test_client().head("/v1/nothing")
        sent, response = example_of("too-many-requests")
        compare((sent, re.sub(r"(Retry-After: |;t=)\d+", r"\g<1><n>", response)), app)

    def test_a_bug(self, made, example_of, monkeypatch):
        monkeypatch.setattr("api.views.reads.session", lambda: 1 / 0)
        compare(example_of("internal-error"), made())

    def test_a_slow_statement(self, made, example_of):
        app = made(statement_seconds=0.05)
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        app.add_url_rule("/slow", view_func=lambda: str(request_context.session().scalar(text(endless))))
        compare(example_of("query-timeout"), app, "/slow")

    def test_a_database_that_is_away(self, made, example_of):
        compare(example_of("unavailable"), made(database_url="postgresql://nobody@127.0.0.1:1/nothing"))


class TestPage:
    @pytest.mark.parametrize("code", PROBLEM_TYPES)
    def test_it_says_why_and_what_to_do_and_leads_on(self, made, code):
        client, problem = made().test_client(), PROBLEM_TYPES[code]
        page = Parsed(client.get(f"/docs/problems/{code}").text)
        assert problem.cause in page.behind("main")
        assert problem.remedy in page.behind("main")
        assert f"/docs/guides/{problem.guide}" in page.links
        assert client.get(f"/docs/guides/{problem.guide}").status_code == 200
