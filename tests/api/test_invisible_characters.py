"""What people copy is exactly the quote: no invisible characters, except in the HTML of oEmbed."""

import html
import xml.etree.ElementTree as ET

import feedparser
import pytest
from markdown_it import MarkdownIt

from models import Quote
from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
SLUG = "her-2013-a-wife-without-the-challenges"
TEXT = "Write <b> & &lt;i&gt; or &#60;u&#62;, R&amp;B <!-- AT&T"
LABEL = "On <b> and &lt;i&gt;"
PATHS = [
    f"/quotes/{SLUG}",
    f"/quotes/{SLUG}/snippet",
    f"/quotes/{SLUG}/card.svg",
    f"/embed/quotes/{SLUG}",
    "/embed?quote=" + SLUG,
    "/films/her-2013",
    "/themes/loneliness",
    "/search?q=write",
    "/feeds/quotes.atom",
    "/feeds/quotes.json",
    *(
        f"/v1/quotes/{SLUG}{suffix}"
        for suffix in ("", ".txt", ".md", ".bib", ".ris", ".csl.json", ".jsonld", ".anno.jsonld")
    ),
    *(f"/v1/quotes/{SLUG}?format={style}" for style in ("apa", "mla", "chicago")),
]


@pytest.fixture
def client(client_and_change):
    """A client over the pack, with a quote that contains markup and character references."""
    client, change = client_and_change
    change(Quote, SLUG, text=TEXT, label=LABEL)
    return client


def in_feed(client, extension):
    """Return the entry of the quote in a feed, as a feed reader or a JSON parser returns it."""
    body = client.get(f"/feeds/quotes.{extension}")
    if extension == "json":
        entries = body.get_json(force=True)["items"]
        return next(entry for entry in entries if entry["url"].endswith(SLUG))
    entries = feedparser.parse(body.data, sanitize_html=False).entries
    return next(entry for entry in entries if entry.link.endswith(SLUG))


@each("path", PATHS)
def test_there_are_no_word_joiners(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "\u2060" not in response.text
    assert "\\u2060" not in response.text
    assert "&#8288;" not in response.text


def test_titles_of_the_page_begin_with_the_quote(client):
    page = Parsed(client.get(f"/quotes/{SLUG}").text)
    [og_title] = page.all("meta", property="og:title")
    assert og_title.attributes["content"].startswith(f"“{TEXT}”")
    assert page.behind("title").startswith(f"“{TEXT}”")
    [og_description] = page.all("meta", property="og:image:alt")
    assert TEXT in og_description.attributes["content"]


def test_feeds_have_the_quote_in_each_field(client):
    from_atom, from_json = in_feed(client, "atom"), in_feed(client, "json")
    assert from_atom.title == from_json["title"]
    assert from_json["title"].startswith(f"“{TEXT}”")
    assert TEXT in from_json["content_text"]
    for content in (from_atom.content[0].value, from_json["content_html"]):
        assert TEXT in Parsed(content).behind("blockquote")


def test_every_snippet_has_the_quote(client):
    snippets = client.get(f"/quotes/{SLUG}/snippet").get_json()
    assert TEXT in snippets["text"]
    for name in ("html", "xhtml", "pinned"):
        assert TEXT in Parsed(snippets[name]).behind("blockquote")
    assert TEXT in Parsed(MarkdownIt().render(snippets["markdown"])).behind("blockquote")


def test_the_frame_and_its_title_have_the_words(client):
    page = Parsed(client.get(f"/embed/quotes/{SLUG}").text)
    assert TEXT in page.behind("blockquote")
    assert page.behind("title") == f"{LABEL} · Her (2013)"


def test_oembed_guards_its_html_only(client):
    response = client.get("/oembed", query_string={"url": f"{BASE}/quotes/{SLUG}"}).get_json()
    assert response["title"] == f"{LABEL} · Her (2013)"
    assert "\u2060" not in response["author_name"]
    blockquote = ET.fromstring(f"<all>{response['html']}</all>").find("blockquote")  # our own
    assert "".join(blockquote.find("p").itertext()).replace("\u2060", "") == f"“{TEXT}”"
    assert "<b>" not in html.unescape(html.unescape(response["html"]))
