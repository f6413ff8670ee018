"""What a quote is copied from: each form is whole, and its text stays text whatever is done to it."""

import html
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
from api.text.html_escaping import WORD_JOINER, escape_active
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
#: What markup is made of, what decoding makes markup of, and letters of every direction.
PIECES = [
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
PIECES += [
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
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join) | st.sampled_from(NASTY)


def tags(markup):
    """Return the tags of HTML, in order."""
    return [element.tag for element in Parsed(markup).elements]


@pytest.fixture
def copied(client):
    """Return what reads a quote's snippet."""

    def get(quote, **query):
        response = client.get(f"/quotes/{quote}/snippet", query_string=query)
        assert response.status_code == 200
        return response.get_json()

    return get


class TestForms:
    def test_the_html_is_as_it_was_agreed(self, copied):
        page = f"http://127.0.0.1:8000/quotes/{QUOTE}"
        assert copied(QUOTE)["html"] == (
            f'<figure class="subtext-quote"><blockquote cite="{page}" lang="en"><p>{WORDS}</p></blockquote> '
            f'<figcaption>— Catherine, <cite><a href="{page}">Her (2013)</a></cite>, '
            "as quoted in “Her: Perfection is the Enemy of Real”</figcaption></figure> "
            '<script async="async" src="http://127.0.0.1:8000/embed.js"></script>'
        )

    def test_a_content_note_comes_first(self, copied):
        forms = copied(FLAGGED)
        note = "Content note: Generalises about a gender (3 of 3), Demeaning language (2 of 3)."
        assert (
            f'<figure class="subtext-quote"><p class="subtext-note">{note}</p> <blockquote' in forms["html"]
        )
        assert forms["text"].startswith(f"{note}\n“basically, everything lacking")
        assert (
            MarkdownIt().render(forms["markdown"]).startswith(f"<p><strong>{note}</strong></p>\n<blockquote>")
        )

    def test_the_xhtml_is_a_document_that_says_the_same(self, copied):
        forms = copied(QUOTE)
        root = ET.fromstring(forms["xhtml"])
        [words] = root.iter(f"{XHTML}p")
        [script] = root.iter(f"{XHTML}script")
        assert words.text == WORDS
        assert script.attrib == {"async": "async", "src": "http://127.0.0.1:8000/embed.js"}
        assert forms["html"] in forms["xhtml"]

    def test_the_markdown_is_a_quotation_with_a_link(self, copied):
        html_of_it = MarkdownIt().render(copied(QUOTE)["markdown"])
        found = Parsed(html_of_it)
        assert [element.tag for element in found.elements] == ["blockquote", "p", "p", "em", "a"]
        assert found.links == [f"http://127.0.0.1:8000/quotes/{QUOTE}"]
        assert found.text.strip().startswith(WORDS)

    def test_the_address_is_for_wordpress_and_the_text_for_everything_else(self, copied):
        forms = copied(QUOTE)
        assert forms["wordpress"] == f"http://127.0.0.1:8000/quotes/{QUOTE}"
        assert forms["text"].split("\n") == [
            f"“{WORDS}”",
            "— Catherine, in Her (2013), as quoted in “Her: Perfection is the Enemy of Real” "
            "(The Wall of Wisdom, n.d.), para. 35",
            forms["wordpress"],
            "",
        ]

    def test_every_quote_has_every_form(self, client, copied):
        quotes = client.get("/v1/quotes?limit=100&fields=id").get_json()["data"]
        assert len(quotes) > 20
        for quote in quotes:
            forms = copied(quote["id"])
            ET.fromstring(forms["xhtml"])
            assert len(tags(forms["html"])) >= 7

    def test_no_form_names_a_performer(self, client, copied):
        performers = {one["performer"] for one in client.get("/v1/characters?limit=100").get_json()["data"]}
        assert performers - {None}
        for quote in client.get("/v1/quotes?limit=100").get_json()["data"]:
            said = str(copied(quote["id"]))
            assert [name for name in performers if name and name in said and name not in quote["text"]] == []


class TestChoices:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_a_theme_stands_on_the_figure(self, copied, theme):
        forms = copied(QUOTE, theme=theme)
        for form in ("html", "xhtml", "pinned"):
            assert f'<figure class="subtext-quote" data-theme="{theme}">' in forms[form]

    def test_without_one_the_page_decides(self, copied):
        assert copied(QUOTE, theme="auto") == copied(QUOTE)
        assert "data-theme" not in copied(QUOTE)["html"]

    @each(
        ("query", "named"), [("theme=blue", "auto, light, dark"), ("teme=dark", "theme"), ("theme=", "auto")]
    )
    def test_another_is_refused_by_name(self, client, query, named):
        response = client.get(f"/quotes/{QUOTE}/snippet?{query}")
        assert response.status_code == 422
        [error] = response.get_json()["errors"]
        assert error["pointer"] == query.partition("=")[0]
        assert named in error["detail"]


class TestTheScriptInIt:
    def test_the_pinned_form_is_held_to_a_hash_and_the_other_is_not(self, client, copied):
        forms = copied(QUOTE)
        [newest, *_] = forms["script"]["builds"]
        [script] = Parsed(forms["pinned"]).all("script")
        assert script.attributes == {"async": "async", **newest, "crossorigin": "anonymous"}
        assert "integrity" not in forms["html"]

    def test_every_build_is_there_and_has_its_hash(self, client, copied):
        for build in copied(QUOTE)["script"]["builds"]:
            body = client.get(build["src"].removeprefix("http://127.0.0.1:8000")).data
            assert build["integrity"] == f"sha384-{b64encode(sha384(body).digest()).decode()}"


class TestAnswer:
    def test_any_origin_may_read_it_and_it_has_a_validator(self, client):
        response = client.get(f"/quotes/{QUOTE}/snippet", headers={"Origin": "https://a.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(f"/quotes/{QUOTE}/snippet", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304

    def test_what_there_is_not_is_not_found(self, client):
        response = client.get("/quotes/her-2013-no-such-line/snippet")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")


class TestHostileText:
    @given(text=TEXTS, name=TEXTS, note=TEXTS)
    @settings(deadline=None)
    def test_it_stays_text_in_html_and_in_xml(self, text, name, note):
        said = replace(PLAIN, text=text, speaker=name, film=name, source=name, note=note)
        made = str(render_figure(said))
        one_line = replace(PLAIN, note="A note.", text="\n" * text.count("\n"))
        expected = [tag for tag in tags(str(render_figure(one_line))) if tag != "bdi"]
        for markup in (made, html.unescape(made), html.unescape(html.unescape(made))):
            assert [tag for tag in tags(markup) if tag != "bdi"] == expected
        words = ET.fromstring(made).find("blockquote/p")
        assert "".join(words.itertext()) == escape_active(text).replace("\n", "")

    @given(text=TEXTS, name=TEXTS)
    @settings(deadline=None)
    def test_it_stays_text_in_markdown(self, app, text, name):
        said = replace(PLAIN, text=text.strip() or "x", speaker=name.strip() or "x", film=name.strip() or "x")
        with app.app_context():
            form = render_snippets(said)["markdown"]
        for source in (form, html.unescape(form)):
            found = MarkdownIt().render(source)
            assert "<script" not in found
            assert Parsed(found).links == [PLAIN.page_url]

    def test_a_joiner_stands_only_where_something_would_begin(self):
        assert escape_active("<b> &lt; &#60; AT&T 1 < 2 & x") == (
            f"<{WORD_JOINER}b> &{WORD_JOINER}lt; &{WORD_JOINER}#60; AT&T 1 < 2 & x"
        )

    def test_a_name_that_runs_the_other_way_keeps_to_itself(self):
        made = str(render_figure(replace(PLAIN, speaker="\u202eevil", text="שלום")))
        assert "— <bdi>\u202eevil</bdi>, <cite>" in made
        assert '<blockquote cite="https://subtext.example/quotes/a-b" lang="en" dir="rtl">' in made

    def test_lines_stay_lines(self):
        assert "<p>one<br />two</p>" in str(render_figure(replace(PLAIN, text="one\ntwo")))
