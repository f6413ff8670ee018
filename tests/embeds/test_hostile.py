"""Hostile text stays text in every format, and in oEmbed HTML even for consumers that unescape too often."""

import html
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from api.embeds.oembed_html import escape_attribute, escape_content
from api.text.single_line import to_single_line, truncate
from tests.browser.parsed import Parsed
from tests.embeds.conftest import HOSTILE, hostile_id

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
#: The elements of an embedded quote. Any other element would come from hostile text.
ELEMENTS = {"blockquote", "p", "cite", "a", "bdi", "wbr", "iframe"}
FRAME_ELEMENTS = ELEMENTS - {"iframe"} | {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "style",
    "script",
    "body",
    "main",
    "figure",
    "figcaption",
}
TAG = re.compile(r"<[/!?]?([a-z][a-z0-9]*)?", re.I)


@pytest.fixture
def oembed(hostile_client):
    """A function that returns the oEmbed response for a hostile quote."""
    responses = {}

    def get(name):
        if name not in responses:
            url = f"{BASE}/quotes/{hostile_id(name)}"
            responses[name] = hostile_client.get("/oembed", query_string={"url": url}).json
        return responses[name]

    return get


def attributes(markup):
    """Return the names of all attributes that a lenient parser finds."""
    names = []
    parser = HTMLParser()
    parser.handle_starttag = lambda _tag, pairs: names.extend(name for name, _ in pairs)
    parser.feed(markup)
    return names


def tags(markup):
    """Return the names of everything that a browser would take for a tag."""
    return {tag.lower() for tag in TAG.findall(markup)} - {""}


class TestOembed:
    def test_it_is_xml_with_our_elements_alone(self, oembed):
        for name in HOSTILE:
            document = ET.fromstring(f"<all>{oembed(name)['html']}</all>")  # our own
            assert {element.tag for element in document.iter()} - {"all"} <= ELEMENTS, name

    def test_it_has_no_other_element_after_unescaping(self, oembed):
        for name in HOSTILE:
            markup = oembed(name)["html"]
            for times in (1, 2, 3):
                markup = html.unescape(markup)
                assert tags(markup) <= ELEMENTS, f"{name}, unescaped {times} times"
                handlers = [attribute for attribute in attributes(markup) if attribute.startswith("on")]
                assert handlers == [], f"{name}, unescaped {times} times"

    def test_the_other_values_are_plain_text(self, oembed):
        for name in HOSTILE:
            for key, value in oembed(name).items():
                if key != "html" and isinstance(value, str):
                    assert value == to_single_line(value), f"{name}, {key}"
                    assert "\u2060" not in value, f"{name}, {key}"

    def test_json_and_xml_agree(self, hostile_client, oembed):
        for name in HOSTILE:
            url = f"{BASE}/quotes/{hostile_id(name)}"
            response = hostile_client.get("/oembed", query_string={"url": url, "format": "xml"})
            values = {element.tag: element.text for element in ET.fromstring(response.data)}  # our own
            assert values == {key: str(value) for key, value in oembed(name).items()}, name

    def test_title_and_height_are_within_bounds(self, oembed):
        for name in HOSTILE:
            assert 0 < len(oembed(name)["title"]) <= 80, name
            assert 200 <= oembed(name)["height"] < 100_000, name


class TestFrame:
    def test_it_has_our_elements_alone(self, hostile_client):
        for name in HOSTILE:
            for query in ("", "?clamp=1&theme=dark"):
                markup = hostile_client.get(f"/embed/quotes/{hostile_id(name)}{query}").text
                page = Parsed(markup)
                assert {element.tag for element in page.elements} <= FRAME_ELEMENTS, name
                assert markup.count("<script") == 1, name
                names = {attribute for element in page.elements for attribute in element.attributes}
                assert not [attribute for attribute in names if attribute.startswith("on")], name

    def test_the_words_are_shown_unchanged(self, hostile_client):
        for name in ("script", "end", "attribute", "cdata", "twice", "template"):
            page = Parsed(hostile_client.get(f"/embed/quotes/{hostile_id(name)}").text)
            assert to_single_line(HOSTILE[name]) in page.text, name

    def test_its_direction_is_that_of_the_words(self, hostile_client):
        for name, direction in (("hebrew", "rtl"), ("arabic", "rtl"), ("cjk", "ltr")):
            markup = hostile_client.get(f"/embed/quotes/{hostile_id(name)}").text
            assert f'dir="{direction}"><p>' in markup, name


class TestEscaping:
    def test_harmless_text_is_unchanged(self):
        for text in ("Plain words.", "1 < 2 & 3 > 2", "Tom & Jerry", "a <3 b"):
            assert html.unescape(escape_content(text)) == text

    def test_the_start_of_a_tag_or_reference_is_broken_up(self):
        assert escape_content("<b>") == "&lt;\u2060b&gt;"
        assert escape_content("&lt;") == "&amp;\u2060lt;"
        assert escape_content("&#60;") == "&amp;\u2060#60;"

    def test_an_attribute_has_no_quotation_mark(self):
        assert not set("\"'`<>") & set(html.unescape(escape_attribute("\"a' `b` <c>")))

    def test_white_space_is_folded_and_controls_are_removed(self):
        assert to_single_line(" a\u2028b\r\n\x85c\x01\u202ed\ufffee\xa0f ") == "a b cde\xa0f"

    @pytest.mark.parametrize(
        ("text", "length", "cut"),
        [("one two", 7, "one two"), ("one two six", 9, "one two…"), ("one aaaaaaaa", 9, "one aaaa…")],
    )
    def test_a_text_is_cut_between_words(self, text, length, cut):
        assert truncate(text, length) == cut
