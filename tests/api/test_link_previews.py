"""Link previews and author metadata: what fits into them, and names that are hostile to the pages of others."""

import html
import json
import re
from itertools import cycle
from xml.etree import ElementTree as ET

import extruct
import pytest

from api.pages.page_metadata import MAX_WHOLE_WORDS, build_preview
from api.representations.nested_quotes import add_full_stop
from api.text.single_line import safe_name
from models import Film, Source, Theme
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.embeds.quotes import view_model

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
ESSAY = "her-perfection-is-the-enemy-of-real"
QUOTE = "her-2013-a-wife-without-the-challenges"
#: Names that a careless consumer would turn into markup, or that disturb the text around them.
HOSTILE_NAMES = (
    "<b>Bold</b> Writer",
    '"><script>alert(1)</script>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "&#60;svg onload=alert(1)&#62;",
    "bell\x07 and escape\x1b[31m",
    "\u202egnp.rohtua\u202c and \u2067more",
    "two\r\nlines\u2028more",
    "A very long name " * 300,
    "W" * 5_000,
)
TAG = re.compile("<[a-z/!?]", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def words_of(length):
    """Return a text of exactly this length, in words."""
    return ("all that the heart remembers of an afternoon " * 100)[: length - 1].rstrip().ljust(length, ".")


class TestSafeNames:
    @each(
        ("name", "safe"),
        [
            ('Dwayne "The Rock" Johnson', "Dwayne “The Rock” Johnson"),
            ("<b>Bold</b>", "‹b›Bold‹/b›"),
            ("R&amp;B &amp;amp;lt;i&amp;gt;", "R&B ‹i›"),
            ("&ltscript&gtalert(1)", "‹script›alert(1)"),
            ('" onload=`x`', "” onload=’x’"),
            ("a\x00b\u202ec\nd", "abc d"),
        ],
    )
    def test_they_have_no_characters_of_markup(self, name, safe):
        assert safe_name(name, 120) == safe


class TestWords:
    @each("language", ["en", "he"])
    @each("film", ["M (1931)", "Her (2013)", "Dr. Strangelove or: How I Learned to Stop Worrying (1964)"])
    def test_up_to_200_characters_are_whole_where_readers_do_not_cut(self, film, language):
        for length in range(1, MAX_WHOLE_WORDS + 1):
            text = words_of(length)
            preview = build_preview(view_model(text, film=film, language=language))
            # X cuts titles after 70 characters, Discourse after 80 and descriptions after 250.
            title, description = preview.title[:70], preview.description[:250]
            assert (f"“{text}”" in title) != (f"“{text}”" in description), length
            assert len(preview.title) <= 80
            assert len(preview.description) <= 320

    def test_longer_ones_are_cut_after_a_word(self):
        preview = build_preview(view_model(words_of(1_000)))
        words, mark, credit = preview.description.partition("…” — ")
        assert (mark, credit) == ("…” — ", "Theodore, in Her (2013), as quoted in The Wall of Wisdom.")
        assert len(words) >= MAX_WHOLE_WORDS - 20

    def test_a_flagged_quote_shows_its_note(self):
        for text in (words_of(5), words_of(150)):
            preview = build_preview(view_model(text, note="Content note: Crude language (2 of 3)."))
            assert preview.title == "A label · Her (2013)"
            assert preview.description.startswith("Content note: Crude language (2 of 3). Theodore, in Her")
            assert text not in preview.title + preview.description + preview.alt_text

    def test_long_notes_and_names_are_cut(self):
        preview = build_preview(view_model(note=words_of(900), film=words_of(300), credit=words_of(500)))
        assert len(preview.title) <= 80
        assert len(preview.description) <= 250


class TestCredit:
    """Who says it, the film and the publication, whatever of it is known."""

    @each(
        ("changes", "film_credit", "essay_credit"),
        [
            ({}, "as quoted in The Wall of Wisdom", "The Wall of Wisdom, on Her (2013)"),
            (
                {"authors": [{"given": "Jane", "family": "Smith"}]},
                "as quoted in The Wall of Wisdom",
                "Jane Smith in The Wall of Wisdom, on Her (2013)",
            ),
            (
                {"authors": [{"given": "Jane", "family": "Smith"}], "publication": None},
                "as quoted in “Her: Perfection is the Enemy of Real”",
                "Jane Smith in “Her: Perfection is the Enemy of Real”, on Her (2013)",
            ),
            (
                {"authors": [], "publication": None},
                "as quoted in “Her: Perfection is the Enemy of Real”",
                "the essay’s own words in “Her: Perfection is the Enemy of Real”, on Her (2013)",
            ),
        ],
    )
    def test_it_is_short(self, client_and_change, changes, film_credit, essay_credit):
        client, change = client_and_change
        change(Source, ESSAY, **changes)
        for slug, credit in (
            (QUOTE, f"Catherine, in Her (2013), {film_credit}"),
            ("her-2013-it-is-in-the-dissensions", essay_credit),
        ):
            [meta] = Parsed(client.get(f"/quotes/{slug}").text).all("meta", property="og:description")
            assert meta.attributes["content"].endswith(add_full_stop(credit))


class TestAuthors:
    """The authors in metadata are names. Consumers split a byline such as “Amy, in Her (2013)” into two."""

    def test_they_are_those_of_the_source(self, client, app):
        for slug in ("her-2013-amys-conclusion", "her-2013-it-is-in-the-dissensions"):
            assert read_authors(client, slug) == ["The Wall of Wisdom"] * 4

    def test_hostile_names_are_defused(self, client_and_change):
        client, change = client_and_change
        for name, kind in zip(HOSTILE_NAMES, cycle(["plain", "literal", "family"]), strict=False):
            authors = {"author": name} if kind == "plain" else {"authors": [{kind: name}]}
            change(Source, ESSAY, **authors)
            names = read_authors(client, QUOTE)
            assert len(names) == 4, name
            for shown in names:
                assert 0 < len(shown) <= 120, name
                assert not CONTROL.search(shown), name
                assert not TAG.search(html.unescape(html.unescape(shown))), name

    def test_a_harmless_name_is_unchanged(self, client_and_change):
        client, change = client_and_change
        for name in (
            "Siân O’Brien-Łuczak",
            "O'Neill & Sons",
            "AT&T",
            "川端 康成",
            "עמוס עוז",
            "Ann “Nan” Lee",
        ):
            change(Source, ESSAY, authors=[{"literal": name}])
            assert read_authors(client, QUOTE) == [name] * 4

    def test_there_may_be_many(self, client_and_change):
        client, change = client_and_change
        change(Source, ESSAY, authors=[{"literal": f"Author {number}"} for number in range(100)])
        page = Parsed(client.get(f"/quotes/{QUOTE}").text)
        assert len(page.all("meta", name="author")) == 20
        assert len(client.get(f"/oembed?url={BASE}/quotes/{QUOTE}").json["author_name"]) <= 120


def read_authors(client, slug):
    """Return the author of a quote's source in the page's metadata, in oEmbed, in the feed and in JSON-LD."""
    markup = client.get(f"/quotes/{slug}").text
    [author] = Parsed(markup).all("meta", name="author")
    oembed = client.get(f"/oembed?url={BASE}/quotes/{slug}").json
    feed = json.loads(client.get("/feeds/quotes.json?max_severity=3").data)
    [entry] = [item for item in feed["items"] if item["url"].endswith(f"/{slug}")]
    [quotation] = extruct.extract(markup, base_url=BASE, syntaxes=["json-ld"])["json-ld"]
    return [
        author.attributes["content"],
        oembed["author_name"],
        entry["authors"][0]["name"],
        quotation["isBasedOn"][0]["author"]["name"],
    ]


class TestOtherPages:
    """Pages of films, scenes, themes, lists, searches and guides have texts that readers show whole."""

    @each(
        "path",
        [
            "/films/her-2013",
            "/scenes/her-2013-lunch-with-catherine",
            "/themes/loneliness",
            "/quotes?theme=loneliness",
            "/search?q=love",
            "/docs/guides/clients",
        ],
    )
    def test_a_page_has_a_preview_of_the_right_length(self, client, path):
        check_preview(client, path)

    @pytest.mark.nightly
    def test_every_page_has_a_preview_of_the_right_length(self, client):
        sitemap = ET.fromstring(client.get("/sitemap.xml").data)  # our own
        paths = [place[0].text.removeprefix(BASE) for place in sitemap if "/quotes/" not in place[0].text]
        assert len(paths) > 100
        for path in paths:
            check_preview(client, path)

    def test_a_search_names_what_is_searched(self, client):
        metadata = read_metadata(client, "/search?q=%3Cb%3E%22love%22&utm_source=x")
        assert metadata["og:title"] == '“<b>"love"” · Search'
        assert metadata["og:description"].endswith('that match “<b>"love"”.')
        assert metadata["og:url"] == f"{BASE}/search?q=%3Cb%3E%22love%22"

    def test_long_and_hostile_texts_are_short_and_plain(self, client_and_change):
        client, change = client_and_change
        for text in HOSTILE_NAMES[1::3]:
            change(Theme, "loneliness", label=text[:4000], definition=text)
            change(Film, "her-2013", label=text[:4000], synopsis=text)
            for path in ("/themes/loneliness", "/films/her-2013"):
                metadata = read_metadata(client, path)
                assert 0 < len(metadata["og:title"]) <= 80
                for key in ("og:title", "og:description", "description"):
                    assert len(metadata[key]) <= 250
                    assert not CONTROL.search(metadata[key]), (path, text)


def check_preview(client, path):
    """Assert that a page has a title, a description and a picture that readers show."""
    metadata = read_metadata(client, path)
    assert 0 < len(metadata["og:title"]) <= 80, path
    assert 0 < len(metadata["og:description"]) <= 250, path
    assert metadata["description"] == metadata["og:description"], path
    assert metadata["og:url"] == f"{BASE}{path}"
    assert client.get(metadata["og:image"].removeprefix(BASE)).mimetype == "image/png"


def read_metadata(client, path):
    """Return the metadata in the head of a page, by property or name."""
    page = Parsed(client.get(path).text)
    attributes = [meta.attributes for meta in page.all("meta")]
    return {meta.get("property") or meta.get("name"): meta.get("content") for meta in attributes}
