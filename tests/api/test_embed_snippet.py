"""Snippets: every format is complete, and text is escaped even for consumers that unescape it."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha384
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.snippet import render_figure, render_snippets
from api.text.html_escaping import replace_invalid
from tests.browser.parsed import Parsed
from tests.cases import each
from tests.choices import NASTY

pytestmark = pytest.mark.any_database

QUOTE = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"
WORDS = (
    "You always wanted to have a wife without the challenges of actually dealing with anything real; "
    "I am glad that you found someone. It is perfect."
)
XHTML = "{http://www.w3.org/1999/xhtml}"
PLAIN = QuoteViewModel(
    id="a-b",
    label="A label",
    text="Words.",
    language="en",
    voice="film",
    speaker="Somebody",
    film="A film",
    film_page_url="https://subtext.example/films/a",
    source="An essay",
    attribution="Somebody, in A film, as quoted in An essay",
    note=None,
    page_url="https://subtext.example/quotes/a-b",
)
#: Parts of markup, parts of character references, and letters of every direction.
FRAGMENTS = [
    "<",
    ">",
    "&",
    ";",
    "/",
    "!",
    "?",
    "#",
    "x",
    "60",
    "3c",
    "lt",
    "LT",
    "amp",
    "sol;",
    "fjlig;",
    "script",
]
FRAGMENTS += [
    '"',
    "'",
    "]]>",
    "\n",
    " ",
    "b",
    "\u202e",
    "שלום",
    "愛",
    "🙂",
    "\u2028",
    "\ufffe",
    "`",
    "*",
    "_",
    "[",
    "(",
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12).map("".join) | st.sampled_from(NASTY)


def tags(markup):
    """Return the tags of HTML, in order."""
    return [element.tag for element in Parsed(markup).elements]


@pytest.fixture
def get_snippets(client):
    """A function that returns the snippets of a quote."""

    def get_response(quote, **query):
        response = client.get(f"/quotes/{quote}/snippet", query_string=query)
        assert response.status_code == 200
        return response.get_json()

    return get_response


class TestFormats:
    def test_the_html_is_as_documented(self, get_snippets):
        page_url = f"http://127.0.0.1:8000/quotes/{QUOTE}"
        assert get_snippets(QUOTE)["html"] == (
            f'<figure class="subtext-quote"><blockquote cite="{page_url}" lang="en"><p>{WORDS}</p></blockquote> '
            f'<figcaption>— Catherine, <cite><a href="{page_url}">Her (2013)</a></cite>, '
            "as quoted in “Her: Perfection is the Enemy of Real”</figcaption></figure> "
            '<script async="async" src="http://127.0.0.1:8000/embed.js"></script>'
        )

    def test_the_content_note_precedes_the_quote(self, get_snippets):
        snippets = get_snippets(FLAGGED)
        note = "Content note: Generalises about a gender (3 of 3), Demeaning language (2 of 3)."
        assert (
            f'<figure class="subtext-quote"><p class="subtext-note">{note}</p> <blockquote'
            in snippets["html"]
        )
        assert snippets["text"].startswith(f"{note}\n“basically, everything lacking")
        assert (
            MarkdownIt()
            .render(snippets["markdown"])
            .startswith(f"<p><strong>{note}</strong></p>\n<blockquote>")
        )

    def test_the_xhtml_is_a_document_with_the_html(self, get_snippets):
        snippets = get_snippets(QUOTE)
        document = ET.fromstring(snippets["xhtml"])
        [words] = document.iter(f"{XHTML}p")
        [script] = document.iter(f"{XHTML}script")
        assert words.text == WORDS
        assert script.attrib == {"async": "async", "src": "http://127.0.0.1:8000/embed.js"}
        assert snippets["html"] in snippets["xhtml"]

    def test_the_markdown_is_a_quotation_with_a_link(self, get_snippets):
        html = MarkdownIt().render(get_snippets(QUOTE)["markdown"])
        parsed = Parsed(html)
        assert [element.tag for element in parsed.elements] == ["blockquote", "p", "p", "em", "a"]
        assert parsed.links == [f"http://127.0.0.1:8000/quotes/{QUOTE}"]
        assert parsed.text.strip().startswith(WORDS)

    def test_the_wordpress_snippet_is_the_url_and_the_text_is_plain(self, get_snippets):
        snippets = get_snippets(QUOTE)
        assert snippets["wordpress"] == f"http://127.0.0.1:8000/quotes/{QUOTE}"
        assert snippets["text"].split("\n") == [
            f"“{WORDS}”",
            "— Catherine, in Her (2013), as quoted in “Her: Perfection is the Enemy of Real” "
            "(The Wall of Wisdom, n.d.), para. 35",
            snippets["wordpress"],
            "",
        ]

    def test_every_quote_has_every_format(self, client, get_snippets):
        quotes = client.get("/v1/quotes?limit=100&fields=id").get_json()["data"]
        assert len(quotes) > 20
        for quote in quotes:
            snippets = get_snippets(quote["id"])
            ET.fromstring(snippets["xhtml"])
            assert len(tags(snippets["html"])) >= 7

    def test_no_format_names_a_performer(self, client, get_snippets):
        performers = {
            character["performer"] for character in client.get("/v1/characters?limit=100").get_json()["data"]
        }
        assert performers - {None}
        for quote in client.get("/v1/quotes?limit=100").get_json()["data"]:
            snippets_text = str(get_snippets(quote["id"]))
            assert [
                name for name in performers if name and name in snippets_text and name not in quote["text"]
            ] == []


class TestChoices:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_a_theme_is_an_attribute_of_the_figure(self, get_snippets, theme):
        snippets = get_snippets(QUOTE, theme=theme)
        for format_name in ("html", "xhtml", "pinned"):
            assert f'<figure class="subtext-quote" data-theme="{theme}">' in snippets[format_name]

    def test_without_a_theme_there_is_no_attribute(self, get_snippets):
        assert get_snippets(QUOTE, theme="auto") == get_snippets(QUOTE)
        assert "data-theme" not in get_snippets(QUOTE)["html"]

    @each(
        ("query", "expected"),
        [("theme=blue", "auto, light, dark"), ("teme=dark", "theme"), ("theme=", "auto")],
    )
    def test_an_invalid_parameter_is_refused_by_name(self, client, query, expected):
        response = client.get(f"/quotes/{QUOTE}/snippet?{query}")
        assert response.status_code == 422
        [error] = response.get_json()["errors"]
        assert error["pointer"] == query.partition("=")[0]
        assert expected in error["detail"]


class TestScript:
    def test_only_the_pinned_format_has_an_integrity_hash(self, client, get_snippets):
        snippets = get_snippets(QUOTE)
        [newest, *_] = snippets["script"]["builds"]
        [script] = Parsed(snippets["pinned"]).all("script")
        assert script.attributes == {"async": "async", **newest, "crossorigin": "anonymous"}
        assert "integrity" not in snippets["html"]

    def test_every_build_exists_and_has_the_listed_hash(self, client, get_snippets):
        for build in get_snippets(QUOTE)["script"]["builds"]:
            body = client.get(build["src"].removeprefix("http://127.0.0.1:8000")).data
            assert build["integrity"] == f"sha384-{b64encode(sha384(body).digest()).decode()}"


class TestResponse:
    def test_any_origin_may_read_it_and_it_has_an_etag(self, client):
        response = client.get(f"/quotes/{QUOTE}/snippet", headers={"Origin": "https://a.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        second = client.get(f"/quotes/{QUOTE}/snippet", headers={"If-None-Match": response.headers["ETag"]})
        assert second.status_code == 304

    def test_an_unknown_quote_is_not_found(self, client):
        response = client.get("/quotes/her-2013-no-such-line/snippet")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")


class TestHostileText:
    @given(text=TEXTS, name=TEXTS, note=TEXTS)
    @settings(deadline=None)
    def test_it_stays_text_in_html_and_in_xml(self, text, name, note):
        quote = replace(PLAIN, text=text, speaker=name, film=name, source=name, note=note)
        figure = str(render_figure(quote))
        plain_quote = replace(PLAIN, note="A note.", text="\n" * text.count("\n"))
        expected = [tag for tag in tags(str(render_figure(plain_quote))) if tag != "bdi"]
        assert [tag for tag in tags(figure) if tag != "bdi"] == expected
        words = ET.fromstring(figure).find("blockquote/p")
        assert "".join(words.itertext()) == replace_invalid(text).replace("\n", "")

    @given(text=TEXTS, name=TEXTS)
    @settings(deadline=None)
    def test_it_stays_text_in_markdown(self, app, text, name):
        quote = replace(
            PLAIN, text=text.strip() or "x", speaker=name.strip() or "x", film=name.strip() or "x"
        )
        with app.app_context():
            markdown = render_snippets(quote)["markdown"]
        rendered = MarkdownIt().render(markdown)
        assert "<script" not in rendered
        assert Parsed(rendered).links == [PLAIN.page_url]

    def test_a_name_with_another_direction_is_isolated(self):
        figure = str(render_figure(replace(PLAIN, speaker="\u202eevil", text="שלום")))
        assert "— <bdi>\u202eevil</bdi>, <cite>" in figure
        assert '<blockquote cite="https://subtext.example/quotes/a-b" lang="en" dir="rtl">' in figure

    def test_line_breaks_are_preserved(self):
        assert "<p>one<br />two</p>" in str(render_figure(replace(PLAIN, text="one\ntwo")))
