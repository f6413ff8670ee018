"""Snippets: every format is complete, and text is escaped even for consumers that unescape it."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha384
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.embeds.oembed_html import render_blockquote
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
            f'<figure class="subtext-quote" dir="ltr"><blockquote cite="{page_url}" lang="en" dir="ltr">'
            f"<p>“{WORDS}”</p></blockquote> "
            f'<figcaption>— Catherine, <cite><a href="{page_url}">Her (2013)</a></cite>, '
            "as quoted in “Her: Perfection is the Enemy of Real”</figcaption></figure> "
            '<script async="async" src="http://127.0.0.1:8000/embed.js"></script>'
        )

    def test_the_content_note_precedes_the_quote(self, get_snippets):
        snippets = get_snippets(FLAGGED)
        note = "Content note: Generalises about a gender (3 of 3), Demeaning language (2 of 3)."
        assert (
            f'<figure class="subtext-quote" dir="ltr"><p class="subtext-note">{note}</p> <blockquote'
            in snippets["html"]
        )
        assert snippets["text"].startswith(f"{note}\n“She has wit, she has charm")
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
        assert words.text == f"“{WORDS}”"
        assert script.attrib == {"async": "async", "src": "http://127.0.0.1:8000/embed.js"}
        assert snippets["html"] in snippets["xhtml"]

    def test_the_markdown_is_a_quotation_with_a_link(self, get_snippets):
        html = MarkdownIt().render(get_snippets(QUOTE)["markdown"])
        parsed = Parsed(html)
        assert [element.tag for element in parsed.elements] == ["blockquote", "p", "p", "em", "a"]
        assert parsed.links == [f"http://127.0.0.1:8000/quotes/{QUOTE}"]
        assert parsed.text.strip().startswith(f"“{WORDS}”\n— Catherine")

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
            assert f'<figure class="subtext-quote" dir="ltr" data-theme="{theme}">' in snippets[format_name]

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
        assert [tag for tag in tags(figure) if tag not in ("bdi", "wbr")] == expected
        words = ET.fromstring(figure).find("blockquote/p")
        assert "".join(words.itertext()) == f"“{replace_invalid(text)}”"

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

    def test_line_breaks_are_preserved_even_without_tags(self):
        assert "<p>“one<br />\ntwo”</p>" in str(render_figure(replace(PLAIN, text="one\ntwo")))


class TestWithoutTags:
    """Many sites remove tags: what they leave tells content note, words and credit apart."""

    @each(
        ("language", "marked"),
        [
            ("en", "“One word.”"),
            ("de-AT", "„One word.“"),
            ("fr", "«\u202fOne word.\u202f»"),
            ("ja", "「One word.」"),
        ],
    )
    def test_the_words_are_in_the_marks_of_their_language(self, app, language, marked):
        quote = replace(PLAIN, text="One word.", language=language, note="Content note: Spoiler (1 of 3).")
        with app.app_context():
            snippets = render_snippets(quote)
        expected = f"Content note: Spoiler (1 of 3). {marked} — Somebody, A film, as quoted in “An essay”"
        assert Parsed(snippets["html"]).text.strip() == expected
        assert Parsed(render_blockquote(quote)).text == expected
        assert f"> {marked}\n>\n> — Somebody" in snippets["markdown"]
        assert f"\n{marked}\n— Somebody" in snippets["text"]

    def test_no_text_has_two_pairs_of_marks(self, client, get_snippets):
        for quote in client.get("/v1/quotes?limit=100").get_json()["data"]:
            snippets = get_snippets(quote["id"])
            for format_name in ("html", "markdown", "text"):
                assert "““" not in snippets[format_name]


class TestDirection:
    """Words and credit each have their own direction, whatever the direction of the page is."""

    HEBREW = replace(
        PLAIN, text="זה מושלם.", language="he", speaker="דנה", note="Content note: Spoiler (1 of 3)."
    )

    def test_english_words_run_from_left_to_right(self):
        figure = ET.fromstring(str(render_figure(PLAIN)))
        assert (figure.get("dir"), figure.find("blockquote").get("dir")) == ("ltr", "ltr")
        assert figure.find("figcaption/bdi") is None
        assert ET.fromstring(render_blockquote(PLAIN)).get("dir") == "ltr"

    def test_hebrew_words_run_from_right_to_left_and_their_credit_does_not(self):
        figure = ET.fromstring(str(render_figure(self.HEBREW)))
        assert (figure.get("dir"), figure.find("blockquote").get("dir")) == ("rtl", "rtl")
        blockquote = ET.fromstring(render_blockquote(self.HEBREW))
        assert blockquote.get("dir") == "rtl"
        for credit in (figure.find("figcaption/bdi"), blockquote.findall("p/bdi")[-1]):
            assert credit.get("dir") == "ltr"
            assert (credit.text, credit.find("bdi").text) == ("— ", "דנה")
        for note in (figure.find("p/bdi"), blockquote.find("p/bdi")):
            assert (note.get("dir"), note.text) == ("ltr", self.HEBREW.note)

    @each(
        ("text", "language", "direction"),
        [
            ("שלום is a greeting, said Samantha.", "en", "ltr"),
            ("Her هو فيلم عن الوحدة", "ar", "rtl"),
            ("شاهدت The Fabulous Destiny of Amélie Poulain", "ar-EG", "rtl"),
            ("The Fabulous Destiny", "ar", "ltr"),
            ("גם זה כתוב בעברית, OK", "en", "rtl"),
            ("1 + 1", "he", "ltr"),
            ("", "en", "ltr"),
        ],
    )
    def test_a_name_in_another_script_does_not_change_it(self, text, language, direction):
        assert replace(PLAIN, text=text, language=language).direction == direction

    def test_lines_of_text_are_isolated_only_if_they_need_it(self, app):
        with app.app_context():
            plain, arabic = (
                render_snippets(replace(PLAIN, speaker=name, attribution=f"{name}, in A film"))
                for name in ("Somebody", "أحمد")
            )
        assert "\n\u2066— أحمد, in A film\u2069\n" in arabic["text"]
        assert "\n> \u2066— أحمد, *[A film]" in arabic["markdown"]
        assert not {"\u2066", "\u2069"} & set(plain["text"] + plain["markdown"])


class TestLongWords:
    def test_a_line_may_break_inside_a_word_that_no_line_fits(self):
        quote = replace(PLAIN, text="a" * 40, film="https://film.example/?a=1&b=2&c=<3>&d=4")
        for markup in (str(render_figure(quote)), render_blockquote(quote)):
            element = ET.fromstring(markup)
            assert len(list(element.iter("wbr"))) == 2 + 2
            assert "".join(element.itertext()).count("a" * 40) == 1

    @each("text", ["a" * 30, "愛" * 60, "เ" * 60, "क्ष" * 30, "ب" * 60, "🙂" * 60, "e\u0301" * 40])
    def test_other_words_and_scripts_are_left_to_the_browser(self, text):
        assert f"<p>“{text}”</p>" in str(render_figure(replace(PLAIN, text=text)))
