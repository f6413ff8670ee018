"""Formats of quotes, commentary and sources: rules for all formats, plain text and Markdown."""

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


class TestFormats:
    @each("key", ["name", "full_type", "extension"])
    def test_each_format_is_unique(self, key):
        values = [getattr(output_format, key) for output_format in FORMATS if getattr(output_format, key)]
        assert len(values) == len(set(values))

    def test_a_source_is_not_annotated(self):
        assert format_named("annotation", "source") is None

    def test_json_has_no_renderer(self):
        with pytest.raises(TypeError):
            FORMATS[0].body({})

    @pytest.mark.parametrize("format_name", FORMAT_NAMES)
    @hypothesis_settings
    @given(text=HOSTILE)
    def test_any_text_can_be_rendered(self, format_name, text):
        assert render(format_name, make_quote(text))

    @each("format_name", FORMAT_NAMES)
    def test_a_long_text_can_be_rendered(self, format_name):
        assert render(format_name, make_quote("{<\\ " * 1250))

    @each("collection", ["quotes", "commentary", "sources"])
    def test_every_item_of_the_pack_can_be_rendered(self, client, collection):
        items = client.get(f"/v1/{collection}?limit=100").json["data"]
        formats = formats_for(items[0]["type"])[1:]
        assert all(
            output_format.body(expanded_item(client, item["url"]))
            for item in items
            for output_format in formats
        )


@pytest.mark.parametrize("format_name", FORMAT_NAMES)
class TestEveryFormatOfAQuote:
    def test_says_as_quoted_in(self, quote, format_name):
        assert "as quoted in “Her: Perfection is the Enemy of Real”" in render(format_name, quote).replace(
            '\\"', '"'
        )

    def test_says_verified_only_if_an_editor_verified_it(self, quote, format_name):
        assert "verified" not in render(format_name, quote)
        assert "verified in the film" in render(format_name, quote | {"fidelity": "verified-in-film"})

    def test_names_no_performer(self, quote, format_name):
        assert quote["speaker"]["performer"] not in render(format_name, quote)

    def test_says_how_certain_the_speaker_is(self, quote, format_name):
        assert "Catherine (speaker inferred)" in render(
            format_name, quote | {"speaker_certainty": "inferred"}
        )

    def test_has_its_content_note(self, client, format_name):
        assert "Content note: Generalises about a gender (3 of 3)" in render(
            format_name, expanded_item(client, FLAGGED)
        )

    def test_works_without_optional_fields(self, quote, format_name):
        without_speaker = {"scene": None, "speaker": None, "speaker_certainty": None}
        assert "as quoted in" in render(format_name, with_source(quote | without_speaker, **UNKNOWN))
        assert "as quoted in" in render(format_name, quote | without_speaker | {"citations": []})
        assert "as quoted in" in render(
            format_name, quote | without_speaker | {"voice": "essay", "citations": []}
        )

    def test_works_without_expanded_references(self, client, format_name):
        assert "as quoted in" in render(format_name, client.get(QUOTE).json)

    def test_prefers_the_url_of_the_web_page(self, quote, format_name):
        page = "http://127.0.0.1:8000/quotes/a-page"
        served_as_data = format_name == "annotation"
        assert (page in render(format_name, quote | {"html_url": page})) != served_as_data


class TestText:
    @hypothesis_settings
    @given(text=HOSTILE)
    def test_a_quote_is_in_quotation_marks(self, text):
        assert f"“{text}”\n" in render("text", make_quote(text))

    def test_a_quote_of_the_essay_is_attributed_to_it(self, client):
        text_ = render("text", expanded_item(client, OWN_WORDS))
        assert "— The Wall of Wisdom, the essay’s own words on Her (2013), as quoted in “Her:" in text_

    def test_the_content_note_comes_first(self, client):
        assert render("text", expanded_item(client, FLAGGED)).startswith("Content note: ")

    def test_a_source_without_a_date_is_undated(self, client):
        assert "The Wall of Wisdom, Movie Analysis, n.d.\n" in render("text", expanded_item(client, SOURCE))


class TestMarkdown:
    @pytest.mark.parametrize("dialect", ["commonmark", "js-default"])
    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_does_not_become_markup(self, dialect, text):
        tokens = MarkdownIt(dialect).parse(render("markdown", make_quote(text)))
        assert {token.type for token in tokens if token.nesting == 1} == {"paragraph_open", "blockquote_open"}
        assert {token.type for token in tokens if token.nesting == 0} == {"inline"}
        inline_types = [child.type for token in tokens for child in token.children or ()]
        assert set(inline_types) <= {
            "text",
            "hardbreak",
            "softbreak",
            "link_open",
            "link_close",
            "strong_open",
            "strong_close",
        }
        assert inline_types.count("link_open") == inline_types.count("strong_open") == 1

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_preserved(self, text):
        tokens = MarkdownIt("commonmark").parse(render("markdown", make_quote(text)))
        types = [token.type for token in tokens]
        quote_tokens = tokens[types.index("blockquote_open") : types.index("blockquote_close")]
        text_content = "".join(child.content for token in quote_tokens for child in token.children or ())
        assert "".join(text_content.split()) == "".join(text.split())

    def test_line_breaks_are_preserved(self, quote):
        assert "\n> one\\\n> two\n>\n> three\n" in "\n" + render(
            "markdown", quote | {"text": "one\ntwo\n\n three"}
        )

    def test_only_the_url_is_a_link(self, quote):
        html = MarkdownIt("commonmark").render(render("markdown", quote))
        assert re.findall('href="(.*?)"', html) == [quote["html_url"]]

    @each("format_name", ["markdown", *STYLES])
    def test_a_source_with_a_url_is_linked(self, client, format_name):
        source = expanded_item(client, SOURCE) | {"source_url": "https://paper.example/{why}"}
        assert "https://paper.example/%7Bwhy%7D" in render(format_name, source)
