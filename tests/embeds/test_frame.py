"""The framed document: its headers, what it takes, and what it is where there is no quote."""

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

BASE = "http://127.0.0.1:8000"
PATH = f"/embed/quotes/{SLUG}"
ALL = [
    PATH,
    f"/embed/quotes/{FLAGGED}",
    f"{PATH}?clamp=1&theme=dark",
    "/embed/quotes/daily",
    "/embed/quotes/random",
    "/embed/quotes/no-such",
]
MOST_BYTES = 4096


class TestHeaders:
    @each("path", ALL)
    def test_it_may_be_framed_by_anyone_and_do_nothing_else(self, client, path):
        answer = client.get(path)
        css = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL).group(1)
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        assert answer.headers["Content-Security-Policy"] == (
            f"default-src 'none'; script-src {BASE}; style-src 'sha256-{digest}'; font-src {BASE}; img-src {BASE}; "
            "base-uri 'none'; form-action 'none'"
        )
        assert "X-Frame-Options" not in answer.headers

    @each("path", ALL)
    def test_it_may_stand_in_isolated_pages_and_tells_nobody(self, client, path):
        headers = client.get(path).headers
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "camera=(), microphone=(), geolocation=()" in headers["Permissions-Policy"]
        assert "Set-Cookie" not in headers
        assert headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"

    def test_it_may_be_kept_for_an_hour_and_no_longer_than_two(self, client):
        answer = client.get(PATH)
        assert (
            answer.headers["Cache-Control"]
            == "public, max-age=300, s-maxage=3600, stale-while-revalidate=3600"
        )
        assert re.fullmatch('"[0-9a-f]+"', answer.headers["ETag"])

    def test_whoever_has_it_is_told_so(self, client):
        tag = client.get(PATH).headers["ETag"]
        again = client.get(PATH, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "max-age=300" in again.headers["Cache-Control"]

    def test_head_is_get_without_the_body(self, client):
        got, head = client.get(PATH), client.head(PATH)
        assert head.data == b""
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
        assert head.headers["ETag"] == got.headers["ETag"]


class TestDocument:
    def test_every_one_of_the_pack_is_small(self, client, quotes):
        sizes = {quote.id: len(client.get(f"/embed/quotes/{quote.id}").data) for quote in quotes}
        assert max(sizes.values()) <= MOST_BYTES

    @each("path", ALL)
    def test_it_has_what_a_document_must_have(self, client, path):
        answer = client.get(path)
        page = Parsed(answer.text.removeprefix("<!DOCTYPE html>"))
        assert answer.text.startswith("<!DOCTYPE html>")
        assert page.all("html", lang="en")
        assert page.all("meta", name="viewport")
        assert page.all("meta", name="robots", content="noindex")
        assert page.all("main")
        assert page.all("link", rel="canonical")
        assert re.search("<title>[^<]+</title>", answer.text)
        assert not page.all("base")
        for link in page.all("a"):
            assert (link.attributes["target"], link.attributes["rel"]) == ("_blank", "noopener")

    def test_it_shows_the_words_and_whose_they_are(self, client):
        page = Parsed(client.get(PATH).text)
        [words] = page.all("blockquote")
        assert words.attributes == {"lang": "en", "dir": "ltr"}
        assert "You always wanted to have a wife without the challenges" in page.text
        assert f"{BASE}/quotes/{SLUG}" in page.links
        assert page.all("link", rel="canonical")[0].attributes["href"] == f"{BASE}/quotes/{SLUG}"

    def test_flagged_words_are_behind_their_note_and_in_no_title(self, client, quotes):
        for flagged in (found for found in quotes if found.advisories):
            page = Parsed(client.get(f"/embed/quotes/{flagged.id}").text)
            within = [
                [element.tag for element in text.within] for text in page.texts if flagged.text in text.words
            ]
            assert within
            assert all("details" in tags and "summary" not in tags for tags in within)


class TestParameters:
    def test_unknown_ones_and_unknown_values_are_ignored(self, client):
        whole = client.get(PATH).data
        for query in (
            "secret=1",
            "theme=pink",
            "theme=",
            "clamp=0",
            "clamp=yes",
            "lang=en",
            "lang=xx",
            "utm_source=a",
            "id=7",
        ):
            assert client.get(f"{PATH}?{query}").data == whole

    @each(
        ("theme", "scheme"),
        [("light", "light"), ("dark", "dark"), ("auto", "light dark"), ("", "light dark")],
    )
    def test_a_theme_that_is_asked_for_is_fixed(self, client, theme, scheme):
        text = client.get(f"{PATH}?theme={theme}").text
        assert f"color-scheme:{scheme};" in text
        assert ("prefers-color-scheme" in text) == (scheme == "light dark")
        assert "background:var(--p)" in text

    def test_a_clamped_one_leads_to_the_rest(self, client):
        assert "Read the rest" in client.get(f"{PATH}?clamp=1").text
        assert "Read the rest" not in client.get(PATH).text

    def test_a_clamped_flagged_one_leads_to_the_words_alone(self, client, quotes):
        [quote] = [quote for quote in quotes if quote.id == FLAGGED]
        text = client.get(f"/embed/quotes/{FLAGGED}?clamp=1").text
        assert quote.text not in text
        assert "Content note:" in text


class TestScript:
    def test_it_is_kept_for_ever_where_a_frame_asks_for_it(self, client):
        [script] = Parsed(client.get(PATH).text).all("script")
        answer = client.get(script.attributes["src"].removeprefix(BASE), headers={"Origin": "null"})
        assert answer.content_type == "text/javascript; charset=utf-8"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @each("query", ["", "?v=0123456789abcdef"])
    def test_an_old_frame_finds_the_new_one(self, client, query):
        answer = client.get(f"/embed/frame.js{query}")
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]


class TestAbsent:
    @pytest.fixture
    def changed(self, hostile_app):
        """A client over a quote that is a draft, one that is deleted and one with another id."""
        with hostile_app.extensions["database"].write_session() as session:
            if not session.query(Quote).filter_by(slug="the-lamp-1950-unfinished").first():
                film, essay = Film.by_slug(session, "the-lamp-1950"), Source.by_slug(session, "on-the-lamp")
                with change_set(session, "maker", at=RELEASED):
                    draft = quote(film, "unfinished", 95, status=Status.DRAFT)
                    gone = quote(film, "taken-back", 96, deleted_at=RELEASED)
                    for one in (draft, gone):
                        one.citations = [cite(essay, 2)]
                        session.add(one)
                line = Quote.by_slug(session, "the-lamp-1950-lamp-on")
                session.add(Alias(type_name="quote", slug="the-lamp-1950-renamed", resource_id=line.id))
        return hostile_app.test_client()

    @each(("name", "status"), [("never-was", 404), ("unfinished", 404), ("taken-back", 410)])
    def test_a_small_frame_says_so(self, changed, name, status):
        answer = changed.get(f"/embed/quotes/the-lamp-1950-{name}?theme=dark")
        assert answer.status_code == status
        assert "This quote is not available." in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]
        assert "Leave the lamp on." not in answer.text

    def test_an_old_id_leads_to_the_new_one_in_a_frame_too(self, changed):
        answer = changed.get("/embed/quotes/the-lamp-1950-renamed?theme=dark")
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"{BASE}/embed/quotes/the-lamp-1950-lamp-on?theme=dark"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert "X-Frame-Options" not in answer.headers
