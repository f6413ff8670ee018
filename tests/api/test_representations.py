"""Every form of a quote, a commentary and a source: what all of them say, plain text and Markdown."""

import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from api.representations import FORMATS, format_named, formats_for
from tests.cases import each
from tests.forms import (
    FLAGGED,
    FORMAT_NAMES,
    HOSTILE,
    OWN_WORDS,
    QUOTE,
    SOURCE,
    STYLES,
    expanded_item,
    hypothesis_settings,
    make_quote,
    render,
    with_source,
)

pytestmark = pytest.mark.any_database

UNKNOWN = dict.fromkeys(("author", "publication", "subtitle", "section", "published_on", "source_url"))


@pytest.fixture
def quote(client):
    return expanded_item(client, QUOTE)


class TestForms:
    @each("key", ["name", "full_type", "extension"])
    def test_each_can_be_told_from_the_others(self, key):
        values = [getattr(form, key) for form in FORMATS if getattr(form, key)]
        assert len(values) == len(set(values))

    def test_a_source_is_not_annotated(self):
        assert format_named("annotation", "source") is None

    def test_json_is_not_written_here(self):
        with pytest.raises(TypeError):
            FORMATS[0].body({})

    @pytest.mark.parametrize("form", FORMAT_NAMES)
    @hypothesis_settings
    @given(text=HOSTILE)
    def test_any_text_can_be_written(self, form, text):
        assert render(form, make_quote(text))

    @each("form", FORMAT_NAMES)
    def test_a_long_text_can_be_written(self, form):
        assert render(form, make_quote("{<\\ " * 1250))

    @each("kind", ["quotes", "commentary", "sources"])
    def test_everything_in_the_pack_has_them(self, client, kind):
        items = client.get(f"/v1/{kind}?limit=100").json["data"]
        forms = formats_for(items[0]["type"])[1:]
        assert all(form.body(expanded_item(client, item["url"])) for item in items for form in forms)


@pytest.mark.parametrize("form", FORMAT_NAMES)
class TestEveryFormOfAQuote:
    def test_says_as_quoted_in(self, quote, form):
        assert "as quoted in “Her: Perfection is the Enemy of Real”" in render(form, quote).replace(
            '\\"', '"'
        )

    def test_vouches_for_the_film_only_where_an_editor_did(self, quote, form):
        assert "verified" not in render(form, quote)
        assert "verified in the film" in render(form, quote | {"fidelity": "verified-in-film"})

    def test_names_no_performer(self, quote, form):
        assert quote["speaker"]["performer"] not in render(form, quote)

    def test_says_how_sure_the_speaker_is(self, quote, form):
        assert "Catherine (speaker inferred)" in render(form, quote | {"speaker_certainty": "inferred"})

    def test_carries_its_content_note(self, client, form):
        assert "Content note: Generalises about a gender (3 of 3)" in render(
            form, expanded_item(client, FLAGGED)
        )

    def test_needs_to_know_nothing(self, quote, form):
        nobody = {"scene": None, "speaker": None, "speaker_certainty": None}
        assert "as quoted in" in render(form, with_source(quote | nobody, **UNKNOWN))
        assert "as quoted in" in render(form, quote | nobody | {"citations": []})
        assert "as quoted in" in render(form, quote | nobody | {"voice": "essay", "citations": []})

    def test_needs_no_reference_filled_in(self, client, form):
        assert "as quoted in" in render(form, client.get(QUOTE).json)

    def test_prefers_the_page_for_people(self, quote, form):
        page = "http://127.0.0.1:8000/quotes/a-page"
        served_as_data = form == "annotation"
        assert (page in render(form, quote | {"html_url": page})) != served_as_data


class TestText:
    @hypothesis_settings
    @given(text=HOSTILE)
    def test_a_quote_stands_in_quotation_marks(self, text):
        assert f"“{text}”\n" in render("text", make_quote(text))

    def test_the_sources_own_words_are_said_to_be_its_own(self, client):
        said = render("text", expanded_item(client, OWN_WORDS))
        assert "— The Wall of Wisdom, the essay’s own words on Her (2013), as quoted in “Her:" in said

    def test_the_content_note_stands_first(self, client):
        assert render("text", expanded_item(client, FLAGGED)).startswith("Content note: ")

    def test_a_source_without_a_date_is_undated(self, client):
        assert "The Wall of Wisdom, Movie Analysis, n.d.\n" in render("text", expanded_item(client, SOURCE))


class TestMarkdown:
    @pytest.mark.parametrize("dialect", ["commonmark", "js-default"])
    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_shown_and_does_nothing(self, dialect, text):
        tokens = MarkdownIt(dialect).parse(render("markdown", make_quote(text)))
        assert {token.type for token in tokens if token.nesting == 1} == {"paragraph_open", "blockquote_open"}
        assert {token.type for token in tokens if token.nesting == 0} == {"inline"}
        inner = [child.type for token in tokens for child in token.children or ()]
        assert set(inner) <= {
            "text",
            "hardbreak",
            "softbreak",
            "link_open",
            "link_close",
            "strong_open",
            "strong_close",
        }
        assert inner.count("link_open") == inner.count("strong_open") == 1

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_comes_back(self, text):
        tokens = MarkdownIt("commonmark").parse(render("markdown", make_quote(text)))
        kinds = [token.type for token in tokens]
        within = tokens[kinds.index("blockquote_open") : kinds.index("blockquote_close")]
        shown = "".join(child.content for token in within for child in token.children or ())
        assert "".join(shown.split()) == "".join(text.split())

    def test_lines_stay_lines(self, quote):
        assert "\n> one\\\n> two\n>\n> three\n" in "\n" + render(
            "markdown", quote | {"text": "one\ntwo\n\n three"}
        )

    def test_only_the_address_is_a_link(self, quote):
        html = MarkdownIt("commonmark").render(render("markdown", quote))
        assert re.findall('href="(.*?)"', html) == [quote["html_url"]]

    @each("form", ["markdown", *STYLES])
    def test_a_source_that_can_be_read_is_linked(self, client, form):
        source = expanded_item(client, SOURCE) | {"source_url": "https://paper.example/{why}"}
        assert "https://paper.example/%7Bwhy%7D" in render(form, source)
