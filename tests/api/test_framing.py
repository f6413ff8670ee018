"""Which answers another site may frame: none but those that are made for it, whatever route is added."""

import re

import pytest

pytestmark = pytest.mark.any_database

#: What is made to be framed has headers, and tests, of its own.
FRAMED = re.compile(r"/embed/quotes/")
PAGES = ["/", "/docs", "/films/her-2013", "/search", "/no-such-page", "/embed.js", "/v1/quotes", "/livez"]


@pytest.fixture(scope="module")
def routes(app):
    """An address for every route that is read, its parameters filled with an id."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    paths = [re.sub(r"<[^>]*>", "her-2013", rule.rule) for rule in rules]
    assert len(paths) > 50
    return [path for path in (*PAGES, *paths) if not FRAMED.match(path)]


@pytest.fixture(scope="module")
def headers(app, routes):
    """The headers of every one's answer."""
    found = {}
    for path in routes:
        with app.test_client().get(path) as response:
            found[path] = response.headers
    return found


class TestEveryRoute:
    def test_no_other_site_may_frame_it(self, headers):
        for path, sent in headers.items():
            assert sent["X-Frame-Options"] == "DENY", path
            assert "frame-ancestors 'none'" in sent["Content-Security-Policy"], path

    def test_none_sets_a_cookie(self, headers):
        assert [path for path, sent in headers.items() if "Set-Cookie" in sent] == []
