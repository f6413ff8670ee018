"""Scripts of other origins: what they may send, and what they may read, in a real browser."""

import pytest

from tests.browser.hosts import running_site
from tests.cases import each

#: What tracing, proxies and HTTP clients add to a request.
HEADERS = {
    "baggage": "sentry-environment=production",
    "sentry-trace": "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "x-requested-with": "XMLHttpRequest",
    "cache-control": "no-cache",
    "x-api-key": "none",
    "authorization": "Bearer none",
    "if-none-match": '"none"',
    "x-datadog-trace-id": "1",
    "accept": "application/json",
}
FETCH = """async ([url, headers]) => {
    const response = await fetch(url, { headers });
    const [etag, id, type] = ["ETag", "X-Request-Id", "Content-Type"].map((name) => response.headers.get(name));
    return [response.status, (await response.text()).length > 0, (etag ?? id) !== null, type];
}"""


@pytest.fixture
def fetch(page, server):
    """A function that fetches a path of the service from a page of another origin."""
    with running_site() as site:
        page.goto(site.add_page("<p>A page</p>"))
        yield lambda path, headers: page.evaluate(FETCH, [f"{server.url}{path}", headers])


@each("name", HEADERS)
def test_any_header_may_be_sent(fetch, name):
    assert fetch("/v1/quotes?limit=1", {name: HEADERS[name]}) == [200, True, True, "application/json"]


def test_all_headers_may_be_sent_at_once(fetch):
    assert fetch("/v1/films/her-2013", HEADERS)[0] == 200


@each("headers", [{}, {"baggage": "a=b", "authorization": "Bearer none"}])
@each(
    ("path", "status"),
    [
        ("/quotes?limit=1", 406),
        ("/commentary", 404),
        ("/v1/quotes?nonsense=1", 422),
        ("/v1/quotes/nothing", 404),
        ("/v2/films", 404),
        ("/api/quotes", 404),
    ],
)
def test_errors_of_any_path_may_be_read(fetch, path, status, headers):
    problem = fetch(path, {"accept": "application/json"} | headers)
    assert problem == [status, True, True, "application/problem+json"]


def test_pages_may_not_be_read(page, fetch):
    with pytest.raises(Exception, match="Failed to fetch"):
        fetch("/films/her-2013", {})
    assert "CORS policy" in page.errors[0]
