"""Quotes with hostile texts stay text on pages, in feeds and in the sitemap."""

import html
import re
from xml.etree import ElementTree as ET

import extruct
import feedparser
import pytest

from api.text.single_line import to_single_line
from tests.browser.parsed import Parsed
from tests.choices import NASTY, Dealt
from tests.feeds import atom, json_feed
from tests.generated import Author
from tests.lists import items
from tests.storing import store

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
HOSTILE = (
    *NASTY,
    "<script>alert(1)</script>",
    "</script></title></textarea><img src=x onerror=alert(1)>",
    "\"><img onerror=alert(1) src='x'>",
    "]]></content><!-- --> <![CDATA[",
    "&amp;lt;script&amp;gt; &lt;b&gt; &#60;i&#62;",
    "one\u2028two\u2029three",
    "\u202eevil\u202c \u2066in\u2069",
    "x" * 4000,
    "愛は" * 400,
    "👩‍👩‍👧‍👦" * 20,
    "bell\x07 escape\x1b[31m vertical\x0btab \x01\x02",
)
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@pytest.fixture(scope="module")
def hostile(engine, make_app):
    """A client over quotes with hostile texts, and the quotes."""
    sizes = dict.fromkeys(("source", "character", "scene", "theme", "commentary", "advisory"), (12,))
    content = Author(Dealt(8), HOSTILE, False).write(sizes | {"film": (3,), "quote": (60,)})
    for row, text in zip(content["quote"], HOSTILE * 2, strict=False):
        row["text"] = text
    with engine.fresh() as url, make_app(url) as app:
        with app.extensions["database"].write_session() as session:
            store(session, content)
        client = app.test_client()
        yield client, items(client, "/v1/quotes", include="film,sources")


@pytest.fixture(scope="module")
def pages(hostile):
    """Every quote with the HTML of its page."""
    client, quotes = hostile
    assert len({quote["text"] for quote in quotes}) > 20
    return [(quote, client.get(f"/quotes/{quote['id']}").text) for quote in quotes]


def page_metadata(page):
    """Return the metadata in the head of a page by property or name, and its title."""
    attributes = [meta.attributes for meta in page.all("meta")]
    metadata = {meta.get("property") or meta.get("name"): meta.get("content") for meta in attributes}
    return metadata | {
        "title": "".join(t.words for t in page.texts if t.within and t.within[-1].tag == "title")
    }


class TestQuotePages:
    def test_the_text_is_displayed_unchanged(self, pages):
        for quote, text in pages:
            displayed = Parsed(text.replace("\r", "")).behind("blockquote")
            assert quote["text"].replace("\r", "") in displayed

    def test_texts_do_not_become_elements(self, pages):
        for _, text in pages:
            page = Parsed(text)
            assert not page.all("img", "b", "i", "iframe") or not page.all("img", "i", "iframe")
            assert len(page.all("script")) == 2
            assert not [e for e in page.elements if any(name.startswith("on") for name in e.attributes)]
            assert len(page.ids) == len(set(page.ids))

    def test_the_linked_data_can_be_parsed(self, pages):
        for quote, text in pages:
            json_ld = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[1]
            assert "<" not in json_ld
            [node] = extruct.extract(
                f'<html><script type="application/ld+json">{json_ld}</script></html>',
                base_url=BASE,
                syntaxes=["json-ld"],
            )["json-ld"]
            assert node.get("text") == (None if quote["advisories"] else quote["text"])

    def test_previews_are_plain_text_on_one_line(self, pages):
        for quote, text in pages:
            metadata = page_metadata(Parsed(text))
            for key in ("title", "og:title", "description", "og:description", "og:image:alt"):
                assert not BIDI_CONTROLS.search(metadata[key])
                assert "\n" not in metadata[key]
            if not quote["advisories"]:
                words = to_single_line(to_single_line(quote["text"]))[:15]
                shown = [metadata["og:title"], metadata["og:description"]]
                omission = "…" if quote["omitted_before"] else ""
                assert any(text.startswith(f"“{omission}{words}") for text in shown), quote["text"]

    def test_previews_are_short(self, pages):
        for _, text in pages:
            metadata = page_metadata(Parsed(text))
            assert len(metadata["og:title"]) < 200
            assert len(text) < 200_000


def decoded(markup):
    """Return markup as readers see it that decode it once and twice too often."""
    once = html.unescape(markup)
    return once, html.unescape(once)


class TestFeeds:
    @pytest.mark.parametrize("path", ["/feeds/quotes", "/feeds/daily"])
    def test_are_valid(self, hostile, path):
        client, _ = hostile
        response = client.get(f"{path}.atom?max_severity=3")
        root = atom(response.data)
        assert not NOT_XML.search(response.text)
        parsed = feedparser.parse(response.data, sanitize_html=False)
        assert not parsed.bozo
        assert len(parsed.entries) == len(root.findall("{http://www.w3.org/2005/Atom}entry"))
        feed_items = json_feed(client.get(f"{path}.json?max_severity=3").get_json(force=True))
        assert [item["id"] for item in feed_items] == [entry.id for entry in parsed.entries]

    def test_content_has_only_our_elements(self, hostile):
        client, _ = hostile
        elements = {"figure", "blockquote", "p", "figcaption", "cite", "a", "br", "wbr", "bdi"}
        for item in client.get("/feeds/quotes.json?max_severity=3").get_json(force=True)["items"]:
            # Some readers decode the content of Atom twice.
            for markup in (item["content_html"], *decoded(item["content_html"])):
                assert set(re.findall(r"</?([a-zA-Z]+)", markup)) <= elements
                assert "<!" not in markup

    def test_texts_are_complete(self, hostile):
        client, quotes = hostile
        feed_items = client.get("/feeds/quotes.json").get_json(force=True)["items"]
        by_url = {quote["html_url"]: quote for quote in quotes}
        assert feed_items
        for item in feed_items:
            assert NOT_XML.sub("\ufffd", by_url[item["url"]]["text"]) in item["content_text"]


class TestOtherPages:
    def test_the_sitemap_lists_every_quote(self, hostile):
        client, quotes = hostile
        root = ET.fromstring(client.get("/sitemap.xml").data)
        assert {quote["html_url"] for quote in quotes} <= {place[0].text for place in root}

    def test_the_gallery_displays_text(self, hostile):
        client, quotes = hostile
        for quote in quotes:
            page = Parsed(client.get(f"/embed?max_severity=3&quote={quote['id']}").text)
            assert not page.all("img", "i", "figure", "blockquote")
            assert len(page.all("script")) == 2
            assert len(page.all("iframe")) == 1

    def test_the_host_page_contains_only_the_snippet(self, hostile):
        client, quotes = hostile
        for quote in quotes:
            response = client.get(f"/embed/host?quote={quote['id']}")
            assert client.get(f"/quotes/{quote['id']}/snippet").get_json()["html"] in response.text
            page = Parsed(response.text)
            assert [e.attributes["src"] for e in page.all("script")] == [f"{BASE}/embed.js"]
            assert not page.all("img", "iframe", "i")

    def test_the_form_displays_the_query_as_text(self, hostile):
        client, _ = hostile
        page = Parsed(client.get('/embed?q="><script>alert(1)</script>').text)
        assert page.all("input", name="q")[0].attributes["value"] == '"><script>alert(1)</script>'
        assert len(page.all("script")) == 2
