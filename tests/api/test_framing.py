"""Framing: no route may be framed by other sites except frames, including routes that are added later."""

import re

import pytest

pytestmark = pytest.mark.any_database

#: Frames have other headers, which tests/embeds tests.
FRAME_PATHS = re.compile(r"/embed/(quotes|films|themes)/")
PAGES = ["/", "/docs", "/films/her-2013", "/search", "/no-such-page", "/embed.js", "/v1/quotes", "/livez"]


@pytest.fixture(scope="module")
def paths(app):
    """A path for every GET route, with an id for each parameter."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    paths = [re.sub(r"<[^>]*>", "her-2013", rule.rule) for rule in rules]
    assert len(paths) > 50
    return [path for path in (*PAGES, *paths) if not FRAME_PATHS.match(path)]


@pytest.fixture(scope="module")
def headers_by_path(app, paths):
    """The response headers of every path."""
    headers = {}
    for path in paths:
        with app.test_client().get(path) as response:
            headers[path] = response.headers
    return headers


class TestEveryRoute:
    def test_no_other_site_may_frame_it(self, headers_by_path):
        for path, headers in headers_by_path.items():
            assert headers["X-Frame-Options"] == "DENY", path
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path

    def test_none_sets_a_cookie(self, headers_by_path):
        assert [path for path, headers in headers_by_path.items() if "Set-Cookie" in headers] == []
