"""``embed.js``: its size, its URLs and their caching."""

import base64
import gzip
import hashlib

import pytest

from api.app import create_app
from api.core.config import Settings
from api.embeds.script import latest_build, latest_file
from tests.cases import each
from tests.minified import minified

pytestmark = pytest.mark.any_database

FLOATING_URLS = ["/embed.js", "/embed.v1.js"]
#: A long origin, for the size limit.
ORIGIN = "https://subtext.film-commentary.example"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An app with a long public URL."""
    url = f"sqlite:///{tmp_path_factory.mktemp('script')}/none.sqlite3"
    app_ = create_app(Settings(database_url=url, public_url=ORIGIN))
    yield app_
    app_.extensions["database"].close()


@pytest.fixture
def pinned_url(client):
    """The pinned URL of the newest build."""
    digest = hashlib.sha384(client.get("/embed.js").data).hexdigest()
    return f"/embed.{digest[:16]}.js"


class TestBuild:
    def test_it_is_built_from_the_source(self):
        assert latest_file().read_text("utf-8") == minified(), "run: python -m tests.minified"

    def test_it_is_within_its_size_limit(self, client):
        body = client.get("/embed.js").data
        # ADR 27 says what each byte is for.
        assert len(body) <= 2400
        assert len(gzip.compress(body, 9)) <= 1350

    def test_it_contains_only_the_origin_of_the_service(self, client):
        body = client.get("/embed.js", headers={"Host": "elsewhere.example"}).text
        assert f'blockquote[cite^="{ORIGIN}/quotes/"]' in body
        assert body.count("http") == 1

    def test_it_cannot_request_store_or_evaluate_anything(self, client):
        body = client.get("/embed.js").text
        for word in ("fetch", "XMLHttp", "Beacon", "cookie", "torage", "innerHTML", "eval", "import", "src"):
            assert word not in body


class TestURLs:
    @each("path", FLOATING_URLS)
    def test_floating_urls_are_cached_for_an_hour(self, client, path):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=3600"
        assert response.data == client.get("/embed.js").data

    def test_the_pinned_url_is_cached_for_a_year(self, client, pinned_url):
        response = client.get(pinned_url)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.data == client.get("/embed.js").data

    @each("path", ["/embed.0123456789abcdef.js", "/embed.v2.js", "/embed..js"])
    def test_another_hash_is_not_found(self, client, path):
        response = client.get(path)
        assert response.status_code == 404
        assert response.content_type == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    def test_every_url_may_be_loaded_from_any_origin(self, client, pinned_url):
        for path in (*FLOATING_URLS, pinned_url):
            headers = client.get(path).headers
            assert headers["Content-Type"] == "text/javascript; charset=utf-8"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Access-Control-Allow-Origin"] == "*"
            assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "Set-Cookie" not in headers
            assert "Origin" not in headers.get("Vary", "")

    def test_a_current_etag_returns_304(self, client, pinned_url):
        for path in (*FLOATING_URLS, pinned_url):
            first = client.get(path)
            second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
            assert (second.status_code, second.data) == (304, b"")
            assert second.headers["Cache-Control"] == first.headers["Cache-Control"]

    def test_head_has_the_headers_of_get(self, client):
        head, get = client.head("/embed.js"), client.get("/embed.js")
        assert head.data == b""
        assert head.headers["Content-Length"] == str(len(get.data))
        assert head.headers["ETag"] == get.headers["ETag"]


class TestIntegrity:
    def test_the_hash_is_that_of_the_served_script(self, client, app, pinned_url):
        digest = base64.b64encode(hashlib.sha384(client.get(pinned_url).data).digest()).decode()
        with app.app_context():
            assert latest_build().integrity == f"sha384-{digest}"
            assert latest_build().url == f"{ORIGIN}{pinned_url}"
