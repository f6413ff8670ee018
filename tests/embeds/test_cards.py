"""Cards: text stays inside, every character has a glyph, and equal quotes have equal bytes."""

import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.embeds.cards.layout import EDGE_WIDTH, FOREGROUND, GAP, MIN_WIDTH_FOR_NAME, MUTED, layout_card
from api.embeds.cards.png import _text_coverage, draw_png
from api.embeds.cards.svg import draw_svg
from api.representations.shared_wording import UNKNOWN_SOURCE
from api.text.fitting import ELLIPSIS
from tests.embeds.quotes import HARD_TEXTS, TEXTS, slow_settings, view_model

MAX_BYTES = 60_000
WIDTHS = [200, 318, 600, 1200]
SVG_TAGS = {"svg", "title", "rect", "text", "tspan"}
NOTE = "Content note: Demeaning language (2 of 3)."


def split_lines(card):
    """Return the lines of the credit at the bottom, and the lines above it."""
    credit = 3 if card.width >= MIN_WIDTH_FOR_NAME else 2
    return card.lines[:credit], card.lines[credit:]


def quote_lines(card):
    """Return the lines of the quoted text."""
    lines = [text for text in split_lines(card)[1] if text.style.colour == FOREGROUND]
    return [text.paragraph.text[text.line.start : text.line.end] for text in lines]


def assert_inside(card, message=None):
    """Assert that every line is inside the card, and the quote is above the credit."""
    margin = (EDGE_WIDTH + 4) * card.scale
    for text in card.lines:
        assert text.x >= margin, message
        assert text.x + text.width <= card.width - margin, message
        assert text.style.size * 0.7 <= text.y <= card.height - GAP * card.scale, message
    credit, body = split_lines(card)
    assert max(text.y for text in body) <= min(text.y - text.style.size for text in credit), message


def text_bounds(card):
    """Return the bounding box of the drawn text: left, top, right, bottom."""
    return _text_coverage(card, card.lines).getbbox()


class TestCard:
    @pytest.mark.nightly
    def test_hostile_text_stays_inside(self):
        for text in HARD_TEXTS:
            # Names are as long as the schema allows.
            names = dict.fromkeys(("label", "speaker", "film", "source"), text[:300])
            # Line breaking is slow for long texts, so these use only the smallest and the largest width.
            for width in WIDTHS if len(text) < 100 else (WIDTHS[0], WIDTHS[-1]):
                card = layout_card(view_model(text, **names), width)
                message = f"{text[:20]!r}, {len(text)} characters, {width} pixels"
                assert_inside(card, message)
                left, top, right, bottom = text_bounds(card)
                assert 0 < left < right < card.width, message
                assert 0 < top < bottom < card.height, message

    @slow_settings
    @given(TEXTS, st.sampled_from(WIDTHS), st.sampled_from(["en", "fr", "he", "ja", "x"]))
    def test_text_of_any_length_and_script_stays_inside(self, text, width, language):
        assert_inside(layout_card(view_model(text, language=language), width))
        assert_inside(layout_card(view_model(label=text, note=f"{NOTE} {text}", language=language), width))

    @slow_settings
    @given(TEXTS)
    def test_every_character_has_a_glyph(self, text):
        card = layout_card(view_model(text))
        assert all(glyph.glyph_id for text in card.lines for glyph in text.paragraph.glyphs(text.line))

    def test_longer_texts_have_smaller_type(self):
        sizes = [
            layout_card(view_model("Her love is real. " * times)).lines[-1].style.size for times in (1, 8, 20)
        ]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes)) == 3

    def test_a_text_that_fits_is_not_cut(self):
        assert quote_lines(layout_card(view_model("Her love is real. " * 20)))[-1].endswith("real.”")

    def test_a_text_that_does_not_fit_is_cut(self):
        assert quote_lines(layout_card(view_model("Her love is real. " * 200)))[-1].endswith(f"{ELLIPSIS}”")

    def test_quotation_marks_are_those_of_the_language(self):
        assert quote_lines(layout_card(view_model("Ja.", language="de"))) == ["„Ja.“"]
        assert quote_lines(layout_card(view_model("Ja.", language="de-AT"))) == ["„Ja.“"]

    def test_a_flagged_quote_shows_its_content_note_and_label_instead_of_its_words(self):
        card = layout_card(view_model("Unseen words.", note=NOTE, label="A neutral label"))
        texts = " ".join(text.paragraph.text for text in card.lines)
        assert "Unseen" not in texts
        assert "Demeaning language" in texts
        assert quote_lines(card) == ["A neutral label"]

    def test_it_names_the_source(self):
        texts = [
            text.paragraph.text for text in layout_card(view_model()).lines if text.style.colour == MUTED
        ]
        assert texts == ["as quoted in “Her: Perfection Is the Enemy of Real”"]

    def test_a_hidden_source_is_not_named(self):
        assert "as quoted in a source that is not named" in [
            text.paragraph.text for text in layout_card(view_model(source=UNKNOWN_SOURCE)).lines
        ]

    def test_a_right_to_left_quote_begins_on_the_right(self):
        card = layout_card(view_model("שלום", language="he"))
        assert card.edge[0] > card.width / 2
        assert card.lines[-1].x > card.width / 2

    def test_direction_overrides_are_removed(self):
        assert quote_lines(layout_card(view_model("\u202eevil\u202c words"))) == ["“evil words”"]


class TestPng:
    def test_it_has_the_requested_width(self):
        for width in WIDTHS:
            with Image.open(io.BytesIO(draw_png(layout_card(view_model(), width)))) as picture:
                assert picture.size == (width, round(width * 0.525))
                assert picture.format == "PNG"

    def test_it_is_small(self):
        sizes = {
            (len(text), ascii(text[:8])): len(draw_png(layout_card(view_model(text)))) for text in HARD_TEXTS
        }
        assert {name: size for name, size in sizes.items() if size >= MAX_BYTES} == {}

    def test_the_same_quote_has_the_same_bytes(self):
        assert draw_png(layout_card(view_model())) == draw_png(layout_card(view_model()))

    def test_other_texts_have_other_bytes(self):
        assert draw_png(layout_card(view_model("One."))) != draw_png(layout_card(view_model("Two.")))


class TestSvg:
    def test_hostile_text_stays_text(self):
        for text in HARD_TEXTS:
            names = dict.fromkeys(("label", "speaker", "film", "source", "attribution"), text[:300])
            for note in (None, NOTE):
                assert_is_drawn(draw_svg(layout_card(view_model(text, note=note, **names))))

    @slow_settings
    @given(TEXTS)
    def test_any_text_stays_text(self, text):
        assert_is_drawn(draw_svg(layout_card(view_model(text, speaker=text[:300]))))

    def test_it_stays_text_after_an_extra_unescaping(self):
        card = draw_svg(layout_card(view_model("<script>alert(1)</script>")))
        assert "<script" not in card.replace("&lt;", "<")
        assert "</script" not in card.replace("&lt;", "<")

    def test_it_has_the_lines_of_the_png(self):
        card = layout_card(view_model("Her love is real. " * 20))
        texts = [
            element.text for element in ET.fromstring(draw_svg(card)).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert texts[-2:] == quote_lines(card)[-2:]


def assert_is_drawn(document):
    """Assert that the document is well-formed XML with nothing in it but text and shapes."""
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(document).iter()}
    assert tags <= SVG_TAGS, document
