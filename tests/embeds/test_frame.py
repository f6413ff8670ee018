"""The frame: its headers, its parameters, and what it shows if there is no quote."""

import base64
import hashlib
import re

import pytest

from models import Alias, Film, Quote, Source, Status
from models.revision import change_set
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.embeds.conftest import FLAGGED, SLUG
from tests.models.content import RELEASED, cite, quote

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
PATH = f"/embed/quotes/{SLUG}"
PATHS = [
    PATH,
    f"/embed/quotes/{FLAGGED}",
    f"{PATH}?clamp=1&theme=dark",
    "/embed/quotes/daily",
    "/embed/quotes/random",
    "/embed/quotes/no-such",
]
#: A flagged quote has a note and a button, in windows of any height.
MAX_BYTES, MAX_FLAGGED_BYTES = 4096, 4608


class TestHeaders:
    @each("path", PATHS)
    def test_its_policy_allows_framing_and_little_else(self, client, path):
        response = client.get(path)
        css = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL).group(1)
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        assert response.headers["Content-Security-Policy"] == (
            f"default-src 'none'; script-src {BASE}; style-src 'sha256-{digest}'; font-src {BASE}; img-src {BASE}; "
            "base-uri 'none'; form-action 'none'"
        )
        assert "X-Frame-Options" not in response.headers

    @each("path", PATHS)
    def test_isolated_pages_may_embed_it_and_it_sends_no_referrer(self, client, path):
        headers = client.get(path).headers
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "camera=(), microphone=(), geolocation=()" in headers["Permissions-Policy"]
        assert "Set-Cookie" not in headers
        assert headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"

    def test_shared_caches_keep_it_for_an_hour(self, client):
        response = client.get(PATH)
        assert (
            response.headers["Cache-Control"]
            == "public, max-age=300, s-maxage=3600, stale-while-revalidate=3600, stale-if-error=86400"
        )
        assert re.fullmatch('"[0-9a-f]+"', response.headers["ETag"])

    def test_a_current_etag_returns_304(self, client):
        tag = client.get(PATH).headers["ETag"]
        second = client.get(PATH, headers={"If-None-Match": tag})
        assert (second.status_code, second.data) == (304, b"")
        assert second.headers["ETag"] == tag
        assert "max-age=300" in second.headers["Cache-Control"]

    def test_head_is_get_without_the_body(self, client):
        get, head = client.get(PATH), client.head(PATH)
        assert head.data == b""
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
        assert head.headers["ETag"] == get.headers["ETag"]


class TestDocument:
    def test_every_frame_of_the_pack_is_small(self, client, quotes):
        for one in quotes:
            limit = MAX_FLAGGED_BYTES if one.advisories else MAX_BYTES
            assert len(client.get(f"/embed/quotes/{one.id}").data) <= limit, one.id

    @each("path", PATHS)
    def test_it_is_a_complete_document(self, client, path):
        response = client.get(path)
        page = Parsed(response.text.removeprefix("<!DOCTYPE html>"))
        assert response.text.startswith("<!DOCTYPE html>")
        assert page.all("html", lang="en")
        assert page.all("meta", name="viewport")
        assert page.all("meta", name="robots", content="noindex")
        assert page.all("main")
        assert page.all("link", rel="canonical")
        assert re.search("<title>[^<]+</title>", response.text)
        assert not page.all("base")
        for link in page.all("a"):
            assert (link.attributes["target"], link.attributes["rel"]) == ("_blank", "noopener")

    def test_it_shows_the_quote_and_its_credit(self, client):
        page = Parsed(client.get(PATH).text)
        [words] = page.all("blockquote")
        assert words.attributes == {"lang": "en", "dir": "ltr"}
        assert "You always wanted to have a wife without the challenges" in page.text
        assert f"{BASE}/quotes/{SLUG}" in page.links
        assert page.all("link", rel="canonical")[0].attributes["href"] == f"{BASE}/quotes/{SLUG}"

    def test_flagged_text_is_behind_its_content_note_and_in_no_title(self, client, quotes):
        for flagged in (item for item in quotes if item.advisories):
            page = Parsed(client.get(f"/embed/quotes/{flagged.id}").text)
            within = [
                [element.tag for element in text.within] for text in page.texts if flagged.text in text.words
            ]
            assert within
            assert all("details" in tags and "summary" not in tags for tags in within)


class TestParameters:
    def test_unknown_parameters_and_values_are_ignored(self, client):
        default_body = client.get(PATH).data
        for query in (
            "secret=1",
            "theme=pink",
            "theme=",
            "theme=light",
            "clamp=0",
            "clamp=yes",
            "lang=en",
            "lang=xx",
            "utm_source=a",
            "id=7",
        ):
            assert client.get(f"{PATH}?{query}").data == default_body

    @each(
        ("theme", "scheme"),
        [("light", "light"), ("dark", "dark"), ("auto", "light dark"), ("", "light"), ("pink", "light")],
    )
    def test_the_requested_theme_is_used(self, client, theme, scheme):
        text = client.get(f"{PATH}?theme={theme}").text
        assert f"color-scheme:{scheme};" in text
        assert ("prefers-color-scheme" in text) == (scheme == "light dark")
        assert "background:var(--p)" in text

    def test_a_clamped_frame_is_cut_before_its_script_runs(self, client):
        for path, is_clamped in (
            (f"{PATH}?clamp=1", True),
            (f"/embed/quotes/{FLAGGED}?clamp=1", True),
            (PATH, False),
        ):
            page = Parsed(client.get(path).text)
            assert ("cut" in page.all("html")[0].attributes["class"].split()) == is_clamped
            assert "Read the rest" in page.text


class TestScript:
    def test_the_current_script_is_immutable(self, client):
        [script] = Parsed(client.get(PATH).text).all("script")
        response = client.get(script.attributes["src"].removeprefix(BASE), headers={"Origin": "null"})
        assert response.content_type == "text/javascript; charset=utf-8"
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @each("query", ["", "?v=0123456789abcdef"])
    def test_old_urls_return_the_current_script(self, client, query):
        response = client.get(f"/embed/frame.js{query}")
        assert response.status_code == 200
        assert "immutable" not in response.headers["Cache-Control"]


class TestAbsent:
    @pytest.fixture
    def client_with_hidden_quotes(self, hostile_app):
        """A client over a draft quote, a deleted quote and a renamed quote."""
        with hostile_app.extensions["database"].write_session() as session:
            if not session.query(Quote).filter_by(slug="the-lamp-1950-unfinished").first():
                film, essay = Film.by_slug(session, "the-lamp-1950"), Source.by_slug(session, "on-the-lamp")
                with change_set(session, "maker", at=RELEASED):
                    draft = quote(film, "unfinished", 95, status=Status.DRAFT)
                    gone = quote(film, "taken-back", 96, deleted_at=RELEASED)
                    for quote_ in (draft, gone):
                        quote_.citations = [cite(essay, 2)]
                        session.add(quote_)
                line = Quote.by_slug(session, "the-lamp-1950-lamp-on")
                session.add(Alias(type_name="quote", slug="the-lamp-1950-renamed", resource_id=line.id))
        return hostile_app.test_client()

    @each(("name", "status"), [("never-was", 404), ("unfinished", 404), ("taken-back", 410)])
    def test_a_small_frame_says_that_it_is_not_available(self, client_with_hidden_quotes, name, status):
        response = client_with_hidden_quotes.get(f"/embed/quotes/the-lamp-1950-{name}?theme=dark")
        assert response.status_code == status
        assert "This quote is not available." in response.text
        assert response.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors" not in response.headers["Content-Security-Policy"]
        assert "Leave the lamp on." not in response.text

    def test_a_former_id_redirects_to_the_current_frame(self, client_with_hidden_quotes):
        response = client_with_hidden_quotes.get("/embed/quotes/the-lamp-1950-renamed?theme=dark")
        assert response.status_code == 308
        assert response.headers["Location"] == f"{BASE}/embed/quotes/the-lamp-1950-lamp-on?theme=dark"
        assert response.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert "X-Frame-Options" not in response.headers
