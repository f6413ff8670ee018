"""Static files: their headers, compression and versions."""

import gzip
import re

import brotli
import pytest
from werkzeug.http import http_date

from api.http.admission import MUST_NOT_WAIT, HandOver
from api.http.assets import IMMUTABLE
from api.http.lanes import Lane
from tests.cases import each

pytestmark = pytest.mark.any_database

PAGES = ("/", "/docs", "/docs/reference", "/embed", "/quotes/her-2013-feel-by-proxy", "/docs/guides/caching")
VERSIONED = re.compile(r'(?:src|href)="(/(?:static|docs)/[^"?]+\.(?:js|css))(?:\?v=([0-9a-f]{16}))?"')
TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
ICONS = ("/favicon.ico", "/favicon.svg", "/apple-touch-icon.png")


@pytest.fixture
def urls(client):
    """The URLs of the files that pages load."""
    return {
        f"{path}?v={version}" for page in PAGES for path, version in VERSIONED.findall(client.get(page).text)
    }


def without_id(response):
    return [(name, value) for name, value in response.headers if name != "X-Request-Id"]


class TestVersions:
    def test_pages_load_files_by_their_version(self, urls):
        assert {url.partition("?")[0].rsplit("/", 1)[1] for url in urls} >= {
            "subtext.css",
            "copy.js",
            "scalar.js",
            "swagger-ui-bundle.js",
        }
        assert all(re.search(r"\?v=[0-9a-f]{16}$", url) for url in urls)

    def test_a_url_with_the_version_is_cached_for_ever(self, client, urls):
        for url in urls:
            response = client.get(url)
            assert response.status_code == 200
            assert response.content_type == TYPES[url.partition("?")[0].rsplit(".", 1)[1]]
            assert response.headers["Cache-Control"] == IMMUTABLE

    @each("query", ["", "?v=0123456789abcdef", "?v=", "?x=1"])
    def test_other_urls_have_the_same_file_for_an_hour(self, client, query):
        response = client.get(f"/static/subtext.css{query}")
        assert response.headers["Cache-Control"] == "public, max-age=3600"
        assert response.data == client.get("/static/subtext.css").data

    @each("path", ICONS)
    def test_icons_are_cached_for_a_day(self, client, path):
        assert client.get(path).headers["Cache-Control"] == "public, max-age=86400"

    def test_a_missing_file_is_a_problem(self, client):
        for path in ("/static/none.js", "/docs/assets/none.js", "/static/../home_and_docs.py"):
            assert client.get(path).status_code == 404


class TestBodies:
    @each("path", ["/static/subtext.css", "/docs/assets/swagger-ui-bundle.js", "/docs/reference/scalar.js"])
    def test_they_are_compressed(self, client, path):
        plain = client.get(path)
        assert int(plain.headers["Content-Length"]) == len(plain.data)
        assert plain.headers["Vary"] == "Accept-Encoding"
        for coding, decode in {"br": brotli.decompress, "gzip": gzip.decompress}.items():
            response = client.get(path, headers={"Accept-Encoding": coding})
            assert response.headers["Content-Encoding"] == coding
            assert decode(response.data) == plain.data
            assert response.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-{coding}"'

    def test_etags_are_compared(self, client):
        url = "/static/subtext.css"
        response = client.get(url, headers={"If-None-Match": client.get(url).headers["ETag"]})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["Cache-Control"] == "public, max-age=3600"

    def test_dates_are_not(self, client):
        headers = {"If-Modified-Since": http_date(4_000_000_000)}
        assert client.get("/static/subtext.css", headers=headers).status_code == 200

    def test_a_range_is_ignored(self, client):
        response = client.get("/static/subtext.css", headers={"Range": "bytes=0-9"})
        assert response.status_code == 200
        assert len(response.data) > 10

    def test_head_has_the_headers_of_get(self, client):
        head, get = (client.open("/static/subtext.css", method=method) for method in ("HEAD", "GET"))
        assert head.data == b""
        assert without_id(head) == without_id(get)

    @each("method", ["POST", "DELETE"])
    def test_other_methods_are_refused(self, client, method):
        assert client.open("/static/subtext.css", method=method).status_code == 405


class TestThreads:
    """The thread that must not wait reads and compresses no large file, and then has it in memory."""

    def request(self, client, path, **headers):
        overrides = {MUST_NOT_WAIT: True} | {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return client.get(path, environ_overrides=overrides)

    def test_a_large_file_is_read_and_compressed_elsewhere(self, client_at):
        path = "/docs/reference/scalar.js"
        with client_at(None) as client:
            self.assert_hands_over(client, path)
            client.get(path)
            self.assert_hands_over(client, path)
            assert self.request(client, path, if_none_match="*").status_code == 304
            # This one is short enough to be sent, but too long to be compressed.
            path = "/docs/assets/swagger-ui.css"
            client.get(path)
            assert self.request(client, path).status_code == 200
            self.assert_hands_over(client, path, accept_encoding="br")
            client.get(path, headers={"Accept-Encoding": "br"})
            response = self.request(client, f"{path}?v=x", accept_encoding="br")
            assert response.headers["Content-Encoding"] == "br"

    def assert_hands_over(self, client, path, **headers):
        with pytest.raises(HandOver) as hand_over:
            self.request(client, path, **headers)
        assert hand_over.value.lane is Lane.ASSET

    def test_a_change_of_content_does_not_matter(self, client_at):
        with client_at(None, cache_bytes=0) as client:
            client.get("/static/copy.js")
            assert self.request(client, "/static/copy.js").status_code == 200
