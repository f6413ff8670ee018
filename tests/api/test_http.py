"""HTTP: validators, caching, CORS, security headers and the number of statements."""

import hashlib
import re
from unittest.mock import ANY

import pytest

from tests.cases import each

pytestmark = pytest.mark.any_database

READS = [
    "/v1",
    "/v1/meta",
    "/v1/films",
    "/v1/films/her-2013",
    "/v1/quotes?theme=loneliness",
    "/v1/scenes/her-2013-lunch-with-catherine",
    "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs/35",
    "/v1/openapi.json",
]


@each("path", READS)
class TestConditionalReads:
    def test_the_etag_is_strong_and_a_hash_of_the_body(self, client, path):
        response = client.get(path)
        tag = response.headers["ETag"]
        assert re.fullmatch(r'"(\d+\.)?[0-9a-f]{32}"', tag)
        assert hashlib.sha256(response.data).hexdigest()[:32] in tag

    def test_the_current_etag_returns_304_with_the_same_headers(self, client, path):
        response = client.get(path)
        second = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert second.status_code == 304
        assert second.data == b""
        for name in ("ETag", "Cache-Control", "Vary"):
            assert second.headers[name] == response.headers[name]

    def test_weak_etags_and_lists_of_etags_match(self, client, path):
        tag = client.get(path).headers["ETag"]
        for condition in (f"W/{tag}", f'"other", W/{tag}', "*"):
            assert client.get(path, headers={"If-None-Match": condition}).status_code == 304

    def test_another_etag_returns_200(self, client, path):
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200

    def test_if_match_with_another_etag_returns_412(self, client, path):
        response = client.get(path, headers={"If-Match": '"other"'})
        assert response.status_code == 412
        assert response.get_json()["code"] == "precondition-failed"

    def test_if_match_with_the_current_etag_or_any_returns_200(self, client, path):
        for condition in ("*", client.get(path).headers["ETag"]):
            assert client.get(path, headers={"If-Match": condition}).status_code == 200

    def test_it_has_caching_headers(self, client, path):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == (
            "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
        )
        assert headers["Vary"] == "Accept, Accept-Encoding, Authorization"


class TestItemETag:
    def test_it_starts_with_the_revision(self, client):
        response = client.get("/v1/films/her-2013")
        assert response.headers["ETag"].startswith(f'"{response.get_json()["revision"]}.')

    def test_if_match_compares_only_the_revision(self, client):
        assert client.get("/v1/films/her-2013", headers={"If-Match": '"2.ffff"'}).status_code == 200
        assert client.get("/v1/films/her-2013", headers={"If-Match": '"1.ffff"'}).status_code == 412


class TestTrailingSlash:
    @each(
        "path",
        [
            *("/docs/guides", "/docs/guides/search", "/embed", "/films/her-2013", "/docs"),
            *("/v1", "/v1/quotes", "/v1/films/her-2013", "/v1/films/her-2013/scenes", "/v1/quotes/random"),
        ],
    )
    def test_it_redirects_to_the_url_without_it(self, client, path):
        for method in ("GET", "HEAD"):
            response = client.open(f"{path}/?a=%C3%A9", method=method, headers={"Host": "evil.example"})
            expected = f"http://127.0.0.1:8000{path}?a=%C3%A9"
            assert (response.status_code, response.headers["Location"]) == (308, expected)

    def test_scripts_of_other_origins_may_follow_it(self, client):
        assert client.get("/v1/quotes/").headers["Access-Control-Allow-Origin"] == "*"

    @each(
        "path",
        [
            *("/docs/no-such/", "/other.example//", "/docs/guides/a/b/"),
            *("/v1/quotes//", "/v1/nothing/", "/v9/quotes/", "/v1//quotes/"),
        ],
    )
    def test_an_unknown_path_is_not_found(self, client, path):
        response = client.get(path)
        assert (response.status_code, response.headers.get("Location")) == (404, None)


class TestCors:
    def test_any_origin_may_read_without_credentials(self, client):
        headers = client.get("/v1/quotes", headers={"Origin": "https://site.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers

    def test_response_headers_are_exposed(self, client):
        headers = client.get("/v1/quotes", headers={"Origin": "https://site.example"}).headers
        assert set(headers["Access-Control-Expose-Headers"].split(", ")) == {
            "ETag",
            "Link",
            "Location",
            "Memento-Datetime",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "Deprecation",
            "Sunset",
            "X-Request-Id",
            "WWW-Authenticate",
            "Accept-Patch",
            "Idempotency-Replayed",
            "Restore-Dropped",
        }

    @each("path", ["/v1/quotes?x=1", "/v1/quotes/nope", "/v1/nothing", "/commentary", "/films/nope", "/nope"])
    def test_other_origins_may_read_errors(self, client, path):
        response = client.get(path, headers={"Origin": "https://site.example"})
        assert response.status_code >= 400
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    @each("path", ["/v1/quotes", "/embed.js", "/v1/nothing", "/quotes", "/commentary"])
    @each("names", ["if-none-match", "baggage, sentry-trace", "authorization, x-anything-at-all"])
    def test_a_preflight_allows_every_header(self, client, path, names):
        headers = {"Origin": "https://site.example", "Access-Control-Request-Method": "GET"}
        response = client.options(path, headers=headers | {"Access-Control-Request-Headers": names})
        assert response.status_code in (200, 204)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Allow-Headers"] == "*, Authorization"
        methods = "GET, HEAD, OPTIONS"
        if path.startswith("/v1"):
            methods += ", POST, PUT, PATCH, DELETE"
        assert response.headers["Access-Control-Allow-Methods"] == methods
        assert response.headers["Access-Control-Max-Age"] == "86400"

    @each("path", ["/v1/quotes", "/v1/quotes/her-2013-feel-by-proxy", "/v1/nothing"])
    @each("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_a_preflight_of_a_write_allows_it_with_a_key(self, client, path, method):
        headers = {"Origin": "https://site.example", "Access-Control-Request-Method": method}
        names = "authorization, content-type, if-match, if-none-match, idempotency-key, prefer"
        response = client.options(path, headers=headers | {"Access-Control-Request-Headers": names})
        assert method in response.headers["Access-Control-Allow-Methods"].split(", ")
        assert response.headers["Access-Control-Allow-Headers"] == "*, Authorization"
        assert "Access-Control-Allow-Credentials" not in response.headers

    def test_other_origins_may_not_read_pages(self, client):
        headers = {"Origin": "https://site.example", "Access-Control-Request-Method": "GET"}
        assert "Access-Control-Allow-Origin" not in client.get("/").headers
        assert "Access-Control-Allow-Origin" not in client.options("/", headers=headers).headers


class TestSecurityHeaders:
    @each("path", ["/v1", "/v1/nothing", "/livez", "/v1/openapi.json"])
    def test_data_has_a_restrictive_policy(self, client, path):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @each("path", ["/", "/docs", "/docs/problems", "/docs/problems/gone"])
    def test_a_page_only_loads_our_scripts(self, client, path):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy


class TestProbes:
    def test_alive_and_ready(self, client, engine):
        assert client.get("/livez").get_json() == {"status": "alive"}
        ready = client.get("/readyz").get_json()
        assert ready == {"status": "ready", "database": {"name": engine.name, "version": ANY}}
        assert re.fullmatch(r"[0-9]+(\.[0-9]+){1,2}", ready["database"]["version"])

    @each("path", ["/livez", "/readyz"])
    def test_they_are_never_cached(self, client, path):
        assert client.get(path).headers["Cache-Control"] == "no-store"


class TestIndex:
    def test_every_link_works(self, client):
        links = client.get("/v1").get_json()["links"]
        assert {"films", "quotes", "openapi", "docs"} <= set(links)
        assert {"search", "random_quotes", "daily_quote", "guides", "oembed", "atom_feed", "embed"} <= set(
            links
        )
        for url in links.values():
            assert client.get(url).status_code == 200


class TestStatements:
    """The number of statements does not depend on the length of a page."""

    @each("name", ["films", "sources", "characters", "scenes", "quotes", "themes"])
    def test_the_number_does_not_grow_with_the_page(self, app, client, name):
        from tests.statements import statements

        counts = []
        for limit in (2, 10, 30):
            with statements(app.extensions["database"].engine) as recorded:
                client.get(f"/v1/{name}?limit={limit}")
            counts.append(len(recorded))
        assert counts[1] == counts[2] <= counts[0] + 1
        assert counts[2] <= 9

    def test_a_count_adds_one_statement(self, app, client):
        from tests.statements import statements

        with statements(app.extensions["database"].engine) as without_count:
            client.get("/v1/quotes")
        with statements(app.extensions["database"].engine) as with_count:
            client.get("/v1/quotes?count=true")
        assert len(with_count) == len(without_count) + 1
