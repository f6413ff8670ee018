"""Texts that would be more than text: they stay text in every form, also for whoever un-escapes too often."""

import html
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from api.text.single_line import attribute, shortened, shown, words
from tests.browser.parsed import Parsed
from tests.embeds.conftest import HOSTILE, hostile_id

BASE = "http://127.0.0.1:8000"
#: What is made of a quote: anything else was a text once.
OURS = {"blockquote", "p", "cite", "a", "bdi", "iframe"}
FRAMES = OURS - {"iframe"} | {
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
NAMES = list(HOSTILE)


@pytest.fixture
def told(hostile_client):
    def telling(name, **query):
        url = f"{BASE}/quotes/{hostile_id(name)}"
        return hostile_client.get("/oembed", query_string={"url": url} | query)

    return telling


def attributes(markup):
    """Return the names of the attributes of everything that a lenient parser finds."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda _tag, pairs: found.extend(name for name, _ in pairs)
    parser.feed(markup)
    return found


def tags(markup):
    """Return the names of all that a browser would take for a tag."""
    return {found.lower() for found in TAG.findall(markup)} - {""}


class TestOembed:
    @pytest.mark.parametrize("name", NAMES)
    def test_it_is_xml_with_our_elements_alone(self, told, name):
        markup = told(name).json["html"]
        found = ET.fromstring(f"<all>{markup}</all>")  # our own
        assert {element.tag for element in found.iter()} - {"all"} <= OURS

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_it_has_no_other_element_once_it_is_unescaped(self, told, name, times):
        markup = told(name).json["html"]
        for _ in range(times):
            markup = html.unescape(markup)
        assert tags(markup) <= OURS
        assert not [name for name in attributes(markup) if name.startswith("on")]

    @pytest.mark.parametrize("name", NAMES)
    def test_no_value_begins_a_tag_once_it_is_unescaped(self, told, name):
        values = {
            key: value for key, value in told(name).json.items() if key != "html" and isinstance(value, str)
        }
        for value in values.values():
            assert not tags(html.unescape(html.unescape(value)))

    @pytest.mark.parametrize("name", NAMES)
    def test_json_and_xml_agree(self, told, name):
        found = ET.fromstring(told(name, format="xml").data)  # our own
        assert {child.tag: child.text for child in found} == {
            key: str(value) for key, value in told(name).json.items()
        }

    @pytest.mark.parametrize("name", NAMES)
    def test_title_and_size_are_within_bounds(self, told, name):
        said = told(name).json
        assert 0 < len(said["title"]) <= 80
        assert 200 <= said["height"] < 100_000


class TestFrame:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("query", ["", "?clamp=1&theme=dark"])
    def test_it_has_our_elements_alone(self, hostile_client, name, query):
        answer = hostile_client.get(f"/embed/quotes/{hostile_id(name)}{query}")
        page = Parsed(answer.text)
        assert {element.tag for element in page.elements} <= FRAMES
        assert answer.text.count("<script") == 1
        assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]

    @pytest.mark.parametrize("name", ["script", "end", "attribute", "cdata", "twice", "template"])
    def test_the_words_are_shown_as_they_were_written(self, hostile_client, name):
        page = Parsed(hostile_client.get(f"/embed/quotes/{hostile_id(name)}").text)
        assert shown(HOSTILE[name]) in page.text

    @pytest.mark.parametrize(("name", "way"), [("hebrew", "rtl"), ("arabic", "rtl"), ("cjk", "ltr")])
    def test_it_runs_as_its_words_do(self, hostile_client, name, way):
        assert f'dir="{way}"><p>' in hostile_client.get(f"/embed/quotes/{hostile_id(name)}").text


class TestEscaping:
    def test_what_is_harmless_stays_as_it_is(self):
        for text in ("Plain words.", "1 < 2 & 3 > 2", "Tom & Jerry", "a <3 b"):
            assert html.unescape(words(text)) == text

    def test_what_begins_a_tag_or_a_reference_is_kept_apart(self):
        assert words("<b>") == "&lt;\u2060b&gt;"
        assert words("&lt;") == "&amp;\u2060lt;"
        assert words("&#60;") == "&amp;\u2060#60;"

    def test_an_attribute_has_no_quotation_mark(self):
        assert not set("\"'`<>") & set(html.unescape(attribute("\"a' `b` <c>")))

    def test_blanks_are_folded_and_controls_taken_away(self):
        assert shown(" a\u2028b\r\n\x85c\x01\u202ed\ufffee\xa0f ") == "a b cde\xa0f"

    @pytest.mark.parametrize(
        ("text", "most", "cut"),
        [("one two", 7, "one two"), ("one two six", 9, "one two…"), ("one aaaaaaaa", 9, "one aaaa…")],
    )
    def test_a_text_is_cut_between_words(self, text, most, cut):
        assert shortened(text, most) == cut
