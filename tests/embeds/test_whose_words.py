"""The essay's own words, and lines of the film: wherever a quote is shown, neither is put in the other's mouth."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from flask import render_template

from api.embeds import frame_metrics
from api.embeds.cards.layout import layout_card
from api.embeds.oembed_html import render_blockquote
from api.embeds.snippet import render_snippets
from api.representations.shared_wording import UNKNOWN_SOURCE
from tests.browser.parsed import Parsed
from tests.embeds.quotes import view_model

OWN = "— The Wall of Wisdom, on Her (2013), as quoted in “"


@pytest.fixture(scope="module")
def quotes(app):
    """Every quote of the pack, as the API serves it."""
    return app.test_client().get("/v1/quotes?limit=100").json["data"]


@pytest.fixture(scope="module")
def own(quotes):
    """The ids of those that are the essay's own words."""
    found = [quote["id"] for quote in quotes if quote["voice"] == "essay"]
    assert len(found) > 20
    return found


@pytest.fixture(scope="module")
def lines(quotes):
    """By their ids, lines of the film and who says them, where somebody is named."""
    spoken = [quote for quote in quotes if quote["voice"] == "film" and quote["speaker"]]
    said = {quote["id"]: quote["speaker"]["label"] for quote in spoken}
    assert said
    return said


def caption(markup):
    """Return the line that says whose words they are, of a frame or of a snippet."""
    return Parsed(markup).behind("figcaption").strip()


def oembed(client, slug):
    return client.get(f"/oembed?url=http://127.0.0.1:8000/quotes/{slug}").json


class TestSnippet:
    def test_it_says_that_the_essay_says_it(self, client, own):
        for slug in own:
            forms = client.get(f"/quotes/{slug}/snippet").json
            assert caption(forms["html"]).startswith(OWN)
            assert caption(forms["xhtml"]).startswith(OWN)
            assert "> — The Wall of Wisdom, on *[Her" in forms["markdown"]
            assert "— The Wall of Wisdom, the essay’s own words on Her (2013), as quoted" in forms["text"]

    def test_a_line_of_the_film_is_its_speakers(self, client, lines):
        for slug, who in lines.items():
            said = caption(client.get(f"/quotes/{slug}/snippet").json["html"])
            assert re.match(rf"— {who}( \(speaker \w+\))?, Her \(2013\), as quoted in “", said)


class TestFrame:
    def test_it_says_that_the_essay_says_it(self, client, own):
        for slug in own:
            framed = client.get(f"/embed/quotes/{slug}").text
            assert caption(framed).startswith(OWN)

    def test_a_line_of_the_film_is_its_speakers(self, client, lines):
        for slug, who in lines.items():
            framed = client.get(f"/embed/quotes/{slug}").text
            assert caption(framed).startswith(f"— {who}")


class TestOembed:
    def test_it_says_that_the_essay_says_it(self, client, own):
        for slug in own:
            told = oembed(client, slug)
            assert told["author_name"] == "The Wall of Wisdom, on Her (2013)"
            assert OWN in "".join(ET.fromstring(f"<all>{told['html']}</all>").itertext())

    def test_a_line_of_the_film_is_its_speakers(self, client, lines):
        for slug, who in lines.items():
            told = oembed(client, slug)
            assert re.fullmatch(rf"{who}( \(speaker \w+\))?, in Her \(2013\)", told["author_name"])
            assert f"— {who}" in "".join(ET.fromstring(f"<all>{told['html']}</all>").itertext())


class TestCard:
    def test_it_says_that_the_essay_says_it(self, client, own):
        for slug in own:
            drawn = ET.fromstring(client.get(f"/quotes/{slug}/card.svg").data)
            written = ["".join(text.itertext()) for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
            assert "— The Wall of Wisdom, on Her (2013)" in written

    def test_a_line_of_the_film_is_its_speakers(self, client, lines):
        for slug, who in lines.items():
            assert f"— {who}" in client.get(f"/quotes/{slug}/card.svg").text


class TestPage:
    def test_it_says_that_the_essay_says_it(self, client, own):
        for slug in own:
            page = Parsed(client.get(f"/quotes/{slug}").text)
            head = {one.attributes.get("property"): one.attributes.get("content") for one in page.all("meta")}
            assert ("“" in head["og:title"]) == head["og:title"].endswith(" · on Her (2013)")
            for key in ("og:description", "og:image:alt"):
                assert "The Wall of Wisdom, the essay’s own words on Her (2013), as quoted in" in head[key]
            data = json.loads(page.behind("script"))
            assert data["author"][0]["name"] == "The Wall of Wisdom"
            assert "spokenByCharacter" not in data

    def test_the_first_page_says_whose_words_it_shows(self, client, quotes):
        page = Parsed(client.get("/").text)
        [shown] = [quote for quote in quotes if f"/quotes/{quote['id']}" in page.links]
        assert shown["voice"] == "essay"
        assert "The Wall of Wisdom, on Her (2013)" in " ".join(page.behind("figcaption").split())


class TestUnnamedSource:
    """A source that nobody may see is no title, and stands in no quotation marks."""

    SAID = "as quoted in a source that is not named"

    def test_it_is_the_same_everywhere(self, app):
        quote = view_model(source=UNKNOWN_SOURCE)
        with app.test_request_context():
            framed = render_template("frame.html", quote=quote, g=frame_metrics)
            forms = render_snippets(quote)
        drawn = [text.paragraph.text for text in layout_card(quote).lines]
        assert self.SAID in drawn
        assert caption(framed).endswith(f", {self.SAID}")
        assert caption(forms["html"]).endswith(f", {self.SAID}")
        assert forms["markdown"].endswith(f", {self.SAID}\n")
        assert render_blockquote(quote).endswith(
            f"{self.SAID[:13]}<bdi>{UNKNOWN_SOURCE}</bdi></p></blockquote>"
        )
        assert "".join(span.text for span in frame_metrics.caption_spans(quote)).endswith(f", {self.SAID}")


class TestFeeds:
    def test_they_say_that_the_essay_says_it(self, client, own):
        shown = {f"http://127.0.0.1:8000/quotes/{slug}" for slug in own}
        found = client.get("/feeds/quotes.json").get_json(force=True)["items"]
        entries = [entry for entry in found if entry["url"] in shown]
        assert entries
        for entry in entries:
            assert caption(entry["content_html"]).startswith(OWN)
            assert entry["title"].endswith(" · on Her (2013)")
