"""Attribution: wherever a quote is displayed, quotes of the essay and of the film are told apart."""

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

pytestmark = pytest.mark.any_database

ESSAY_CAPTION = "— The Wall of Wisdom, on Her (2013), as quoted in “"


@pytest.fixture(scope="module")
def quotes(app):
    """Every quote of the pack, as the API serves it."""
    return app.test_client().get("/v1/quotes?limit=100").json["data"]


@pytest.fixture(scope="module")
def essay_quote_ids(quotes):
    """The ids of the quotes in the essay's own words."""
    ids = [quote["id"] for quote in quotes if quote["voice"] == "essay"]
    assert len(ids) > 20
    return ids


@pytest.fixture(scope="module")
def speakers(quotes):
    """The speaker of each quote of the film that has one, by the quote's id."""
    film_quotes = [quote for quote in quotes if quote["voice"] == "film" and quote["speaker"]]
    speakers_by_id = {quote["id"]: quote["speaker"]["label"] for quote in film_quotes}
    assert speakers_by_id
    return speakers_by_id


def caption(markup):
    """Return the caption of a frame or a snippet, which names the speaker."""
    return Parsed(markup).behind("figcaption").strip()


def oembed(client, slug):
    return client.get(f"/oembed?url=http://127.0.0.1:8000/quotes/{slug}").json


class TestSnippet:
    def test_quotes_of_the_essay_are_attributed_to_it(self, client, essay_quote_ids):
        for slug in essay_quote_ids:
            snippets = client.get(f"/quotes/{slug}/snippet").json
            assert caption(snippets["html"]).startswith(ESSAY_CAPTION)
            assert caption(snippets["xhtml"]).startswith(ESSAY_CAPTION)
            assert "> — The Wall of Wisdom, on *[Her" in snippets["markdown"]
            assert "— The Wall of Wisdom, the essay’s own words on Her (2013), as quoted" in snippets["text"]

    def test_quotes_of_the_film_are_attributed_to_the_speaker(self, client, speakers):
        for slug, speaker in speakers.items():
            caption_text = caption(client.get(f"/quotes/{slug}/snippet").json["html"])
            assert re.match(rf"— {speaker}( \(speaker \w+\))?, Her \(2013\), as quoted in “", caption_text)


class TestFrame:
    def test_quotes_of_the_essay_are_attributed_to_it(self, client, essay_quote_ids):
        for slug in essay_quote_ids:
            frame = client.get(f"/embed/quotes/{slug}").text
            assert caption(frame).startswith(ESSAY_CAPTION)

    def test_quotes_of_the_film_are_attributed_to_the_speaker(self, client, speakers):
        for slug, speaker in speakers.items():
            frame = client.get(f"/embed/quotes/{slug}").text
            assert caption(frame).startswith(f"— {speaker}")


class TestOembed:
    def test_quotes_of_the_essay_are_attributed_to_it(self, client, essay_quote_ids):
        for slug in essay_quote_ids:
            oembed_response = oembed(client, slug)
            assert oembed_response["author_name"] == "The Wall of Wisdom"
            assert ESSAY_CAPTION in "".join(ET.fromstring(f"<all>{oembed_response['html']}</all>").itertext())

    def test_quotes_of_the_film_are_attributed_to_the_speaker(self, client, speakers):
        for slug, speaker in speakers.items():
            oembed_response = oembed(client, slug)
            # A speaker is no author.
            assert oembed_response["author_name"] == "The Wall of Wisdom"
            assert f"— {speaker}" in "".join(
                ET.fromstring(f"<all>{oembed_response['html']}</all>").itertext()
            )


class TestCard:
    def test_quotes_of_the_essay_are_attributed_to_it(self, client, essay_quote_ids):
        for slug in essay_quote_ids:
            svg = ET.fromstring(client.get(f"/quotes/{slug}/card.svg").data)
            texts = ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
            assert "— The Wall of Wisdom, on Her (2013)" in texts

    def test_quotes_of_the_film_are_attributed_to_the_speaker(self, client, speakers):
        for slug, speaker in speakers.items():
            assert f"— {speaker}" in client.get(f"/quotes/{slug}/card.svg").text


class TestPage:
    def test_quotes_of_the_essay_are_attributed_to_it(self, client, essay_quote_ids):
        for slug in essay_quote_ids:
            page = Parsed(client.get(f"/quotes/{slug}").text)
            head = {
                meta.attributes.get("property"): meta.attributes.get("content") for meta in page.all("meta")
            }
            for key in ("og:description", "og:image:alt"):
                assert head[key].endswith("The Wall of Wisdom, on Her (2013).")
            data = json.loads(page.behind("script"))
            assert data["author"][0]["name"] == "The Wall of Wisdom"
            assert "spokenByCharacter" not in data

    def test_the_home_page_attributes_its_quote(self, client, quotes):
        page = Parsed(client.get("/").text)
        [displayed] = [quote for quote in quotes if f"/quotes/{quote['id']}" in page.links]
        assert displayed["voice"] == "essay"
        assert "The Wall of Wisdom, on Her (2013)" in " ".join(page.behind("figcaption").split())


class TestUnnamedSource:
    """The placeholder for a hidden source is not a title, and has no quotation marks."""

    CREDIT = "as quoted in a source that is not named"

    def test_the_credit_is_the_same_everywhere(self, app):
        quote = view_model(source=UNKNOWN_SOURCE)
        with app.test_request_context():
            frame = render_template("frame.html", quote=quote, words=quote.words, g=frame_metrics)
            snippets = render_snippets(quote)
        card_texts = [text.paragraph.text for text in layout_card(quote).lines]
        assert self.CREDIT in card_texts
        assert caption(frame).endswith(f", {self.CREDIT}")
        assert caption(snippets["html"]).endswith(f", {self.CREDIT}")
        assert snippets["markdown"].endswith(f", {self.CREDIT}\n")
        assert render_blockquote(quote).endswith(
            f"{self.CREDIT[:13]}<bdi>{UNKNOWN_SOURCE}</bdi></p></blockquote>"
        )
        assert "".join(span.text for span in frame_metrics.caption_spans(quote)).endswith(f", {self.CREDIT}")


class TestFeeds:
    def test_entries_of_the_essay_are_attributed_to_it(self, client, essay_quote_ids):
        urls = {f"http://127.0.0.1:8000/quotes/{slug}" for slug in essay_quote_ids}
        items = client.get("/feeds/quotes.json").get_json(force=True)["items"]
        entries = [entry for entry in items if entry["url"] in urls]
        assert entries
        for entry in entries:
            assert caption(entry["content_html"]).startswith(ESSAY_CAPTION)
            assert entry["summary"].endswith("The Wall of Wisdom, on Her (2013).")
