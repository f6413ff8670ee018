"""``embed.js``: its size, its names, and how long each may be kept."""

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

FLOATING = ["/embed.js", "/embed.v1.js"]
#: As long as an address of such a service may be expected to be.
ORIGIN = "https://subtext.film-commentary.example"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An app of an address that many might have."""
    url = f"sqlite:///{tmp_path_factory.mktemp('script')}/none.sqlite3"
    made = create_app(Settings(database_url=url, public_url=ORIGIN))
    yield made
    made.extensions["database"].close()


@pytest.fixture
def pinned(client):
    """The address of the newest build, and of no other."""
    digest = hashlib.sha384(client.get("/embed.js").data).hexdigest()
    return f"/embed.{digest[:16]}.js"


class TestTheBuild:
    def test_it_is_made_of_the_source(self):
        assert latest_file().read_text("utf-8") == minified(), "run: python -m tests.minified"

    def test_it_keeps_to_its_budget(self, client):
        body = client.get("/embed.js").data
        assert len(body) <= 1500
        assert len(gzip.compress(body, 9)) <= 800

    def test_it_holds_the_origin_of_the_service_alone(self, client):
        body = client.get("/embed.js", headers={"Host": "elsewhere.example"}).text
        assert f'blockquote[cite^="{ORIGIN}/quotes/"]' in body
        assert body.count("http") == 1

    def test_nothing_in_it_could_ask_store_or_evaluate(self, client):
        body = client.get("/embed.js").text
        for word in ("fetch", "XMLHttp", "Beacon", "cookie", "torage", "innerHTML", "eval", "import", "src"):
            assert word not in body


class TestAddresses:
    @each("path", FLOATING)
    def test_the_floating_ones_are_kept_for_an_hour(self, client, path):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=3600"
        assert response.data == client.get("/embed.js").data

    def test_the_pinned_one_is_kept_for_a_year(self, client, pinned):
        response = client.get(pinned)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.data == client.get("/embed.js").data

    @each("path", ["/embed.0123456789abcdef.js", "/embed.v2.js", "/embed..js"])
    def test_another_hash_is_not_found(self, client, path):
        response = client.get(path)
        assert response.status_code == 404
        assert response.content_type == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    def test_every_one_may_be_loaded_from_anywhere(self, client, pinned):
        for path in (*FLOATING, pinned):
            headers = client.get(path).headers
            assert headers["Content-Type"] == "text/javascript; charset=utf-8"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Access-Control-Allow-Origin"] == "*"
            assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "Set-Cookie" not in headers
            assert "Origin" not in headers.get("Vary", "")

    def test_who_has_it_is_told_so(self, client, pinned):
        for path in (*FLOATING, pinned):
            first = client.get(path)
            again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]

    def test_a_head_has_the_length_and_no_body(self, client):
        head, whole = client.head("/embed.js"), client.get("/embed.js")
        assert head.data == b""
        assert head.headers["Content-Length"] == str(len(whole.data))
        assert head.headers["ETag"] == whole.headers["ETag"]


class TestIntegrity:
    def test_the_hash_is_that_of_what_is_served(self, client, app, pinned):
        whole = base64.b64encode(hashlib.sha384(client.get(pinned).data).digest()).decode()
        with app.app_context():
            assert latest_build().integrity == f"sha384-{whole}"
            assert latest_build().url == f"{ORIGIN}{pinned}"
