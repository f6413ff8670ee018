"""Validators, caching, CORS and the headers that protect an answer."""

import hashlib
import re

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
    def test_the_etag_is_strong_and_of_the_bytes(self, client, path):
        response = client.get(path)
        tag = response.headers["ETag"]
        assert re.fullmatch(r'"(\d+\.)?[0-9a-f]{32}"', tag)
        assert hashlib.sha256(response.data).hexdigest()[:32] in tag

    def test_the_same_tag_is_304_and_keeps_its_headers(self, client, path):
        response = client.get(path)
        again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.headers[name] == response.headers[name]

    def test_a_weakened_tag_and_a_list_of_tags_match(self, client, path):
        tag = client.get(path).headers["ETag"]
        for given in (f"W/{tag}", f'"other", W/{tag}', "*"):
            assert client.get(path, headers={"If-None-Match": given}).status_code == 304

    def test_another_tag_is_200(self, client, path):
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200

    def test_if_match_of_another_state_is_412(self, client, path):
        response = client.get(path, headers={"If-Match": '"other"'})
        assert response.status_code == 412
        assert response.get_json()["code"] == "precondition-failed"

    def test_if_match_of_this_state_or_of_any_is_200(self, client, path):
        for given in ("*", client.get(path).headers["ETag"]):
            assert client.get(path, headers={"If-Match": given}).status_code == 200

    def test_it_says_how_long_it_may_be_kept(self, client, path):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == (
            "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
        )
        assert headers["Vary"] == "Accept, Accept-Encoding, Authorization"


class TestItemTag:
    def test_it_begins_with_the_revision(self, client):
        response = client.get("/v1/films/her-2013")
        assert response.headers["ETag"].startswith(f'"{response.get_json()["revision"]}.')

    def test_if_match_compares_the_revision_alone(self, client):
        assert client.get("/v1/films/her-2013", headers={"If-Match": '"1.ffff"'}).status_code == 200
        assert client.get("/v1/films/her-2013", headers={"If-Match": '"2.ffff"'}).status_code == 412


class TestCors:
    def test_any_origin_may_read_without_credentials(self, client):
        headers = client.get("/v1/quotes", headers={"Origin": "https://site.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers

    def test_the_useful_headers_are_exposed(self, client):
        exposed = client.get("/v1/quotes", headers={"Origin": "https://site.example"}).headers
        assert set(exposed["Access-Control-Expose-Headers"].split(", ")) == {
            "ETag",
            "Link",
            "Location",
            "Retry-After",
            "RateLimit",
            "RateLimit-Policy",
            "Deprecation",
            "Sunset",
            "X-Request-Id",
        }

    @each("path", ["/v1/quotes?x=1", "/v1/quotes/nope", "/v1/nothing"])
    def test_errors_can_be_read_too(self, client, path):
        response = client.get(path, headers={"Origin": "https://site.example"})
        assert response.status_code >= 400
        assert response.headers["Access-Control-Allow-Origin"] == "*"

    def test_a_preflight_allows_conditional_reads(self, client):
        response = client.options(
            "/v1/quotes",
            headers={
                "Origin": "https://site.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        assert response.status_code == 200
        assert "if-none-match" in response.headers["Access-Control-Allow-Headers"].lower()
        assert response.headers["Access-Control-Max-Age"] == "86400"

    def test_pages_are_not_opened_to_other_origins(self, client):
        assert "Access-Control-Allow-Origin" not in client.get("/").headers


class TestSecurityHeaders:
    @each("path", ["/v1", "/v1/nothing", "/livez", "/v1/openapi.json"])
    def test_data_is_closed_to_everything(self, client, path):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @each("path", ["/", "/docs", "/docs/problems", "/docs/problems/gone"])
    def test_a_page_takes_scripts_from_here_alone(self, client, path):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy


class TestProbes:
    def test_alive_and_ready(self, client):
        assert client.get("/livez").get_json() == {"status": "alive"}
        assert client.get("/readyz").get_json() == {"status": "ready"}

    @each("path", ["/livez", "/readyz"])
    def test_they_are_never_kept(self, client, path):
        assert client.get(path).headers["Cache-Control"] == "no-store"


class TestIndex:
    def test_every_link_leads_somewhere(self, client):
        links = client.get("/v1").get_json()["links"]
        assert {"films", "quotes", "openapi", "docs"} <= set(links)
        for address in links.values():
            assert client.get(address).status_code == 200


class TestStatements:
    """A page costs the same number of statements, however long it is."""

    @each("name", ["films", "sources", "characters", "scenes", "quotes", "themes"])
    def test_the_number_does_not_grow_with_the_page(self, app, client, name):
        from tests.statements import statements

        counts = []
        for limit in (2, 10, 30):
            with statements(app.extensions["database"].engine) as seen:
                client.get(f"/v1/{name}?limit={limit}")
            counts.append(len(seen))
        assert counts[1] == counts[2] <= counts[0] + 1
        assert counts[2] <= 9

    def test_a_count_adds_one(self, app, client):
        from tests.statements import statements

        with statements(app.extensions["database"].engine) as plain:
            client.get("/v1/quotes")
        with statements(app.extensions["database"].engine) as counted:
            client.get("/v1/quotes?count=true")
        assert len(counted) == len(plain) + 1
