"""Cards: nothing runs over, nothing is a box, and the same quote is the same bytes."""

import io
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.embeds.cards.layout import EDGE_WIDTH, FOREGROUND, GAP, MIN_WIDTH_FOR_NAME, MUTED, layout_card
from api.embeds.cards.png import _text_coverage, draw_png
from api.embeds.cards.svg import draw_svg
from api.representations.shared_wording import UNKNOWN_SOURCE
from api.text.fitting import ELLIPSIS
from tests.embeds.quotes import HARD, TEXTS, few, view_model

MAX_BYTES = 60_000
WIDTHS = [200, 318, 600, 1200]
DRAWN = {"svg", "title", "rect", "text", "tspan"}
NOTE = "Content note: Demeaning language (2 of 3)."


def parts(drawn):
    """Return the lines below, which say whose the words are, and the lines above."""
    below = 3 if drawn.width >= MIN_WIDTH_FOR_NAME else 2
    return drawn.lines[:below], drawn.lines[below:]


def words(drawn):
    """Return the lines of the quoted words."""
    lines = [text for text in parts(drawn)[1] if text.style.colour == FOREGROUND]
    return [text.paragraph.text[text.line.start : text.line.end] for text in lines]


def is_in_its_place(drawn):
    """Whether every line is inside the card, and the words are above the lines that say whose they are."""
    margin = (EDGE_WIDTH + 4) * drawn.scale
    for text in drawn.lines:
        assert text.x >= margin
        assert text.x + text.width <= drawn.width - margin
        assert text.style.size * 0.7 <= text.y <= drawn.height - GAP * drawn.scale
    below, above = parts(drawn)
    assert max(text.y for text in above) <= min(text.y - text.style.size for text in below)
    return True


def ink(drawn):
    """Return the box around everything that is drawn: left, top, right, bottom."""
    return _text_coverage(drawn, drawn.lines).getbbox()


class TestCard:
    def test_hostile_text_stays_in_its_place(self):
        for text in HARD:
            # Names are as long as the schema allows.
            names = dict.fromkeys(("label", "speaker", "film", "source"), text[:300])
            # Breaking the lines of a long text takes long: at the extremes it meets every case.
            for width in WIDTHS if len(text) < 100 else (WIDTHS[0], WIDTHS[-1]):
                drawn = layout_card(view_model(text, **names), width)
                message = f"{text[:20]!r}, {len(text)} characters, {width} pixels"
                assert is_in_its_place(drawn), message
                left, top, right, bottom = ink(drawn)
                assert 0 < left < right < drawn.width, message
                assert 0 < top < bottom < drawn.height, message

    @few
    @given(TEXTS, st.sampled_from(WIDTHS), st.sampled_from(["en", "fr", "he", "ja", "x"]))
    def test_text_of_any_length_and_script_stays_in_its_place(self, text, width, language):
        assert is_in_its_place(layout_card(view_model(text, language=language), width))
        assert is_in_its_place(
            layout_card(view_model(label=text, note=f"{NOTE} {text}", language=language), width)
        )

    @few
    @given(TEXTS)
    def test_every_character_has_a_glyph(self, text):
        drawn = layout_card(view_model(text))
        assert all(glyph.glyph_id for text in drawn.lines for glyph in text.paragraph.glyphs(text.line))

    def test_short_words_are_large_and_long_ones_small(self):
        sizes = [
            layout_card(view_model("Her love is real. " * times)).lines[-1].style.size for times in (1, 8, 20)
        ]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes)) == 3

    def test_a_text_that_fits_is_shown_whole(self):
        assert words(layout_card(view_model("Her love is real. " * 20)))[-1].endswith("real.”")

    def test_a_text_that_does_not_fit_is_cut(self):
        assert words(layout_card(view_model("Her love is real. " * 200)))[-1].endswith(f"{ELLIPSIS}”")

    def test_quotation_marks_are_those_of_the_language(self):
        assert words(layout_card(view_model("Ja.", language="de"))) == ["„Ja.“"]
        assert words(layout_card(view_model("Ja.", language="de-AT"))) == ["„Ja.“"]

    def test_a_flagged_quote_shows_its_content_note_and_label_instead_of_its_words(self):
        drawn = layout_card(view_model("Unseen words.", note=NOTE, label="A neutral label"))
        written = " ".join(text.paragraph.text for text in drawn.lines)
        assert "Unseen" not in written
        assert "Demeaning language" in written
        assert words(drawn) == ["A neutral label"]

    def test_it_names_the_source(self):
        written = [
            text.paragraph.text for text in layout_card(view_model()).lines if text.style.colour == MUTED
        ]
        assert written == ["as quoted in “Her: Perfection Is the Enemy of Real”"]

    def test_a_hidden_source_is_not_named(self):
        assert "as quoted in a source that is not named" in [
            text.paragraph.text for text in layout_card(view_model(source=UNKNOWN_SOURCE)).lines
        ]

    def test_a_right_to_left_quote_begins_on_the_right(self):
        drawn = layout_card(view_model("שלום", language="he"))
        assert drawn.edge[0] > drawn.width / 2
        assert drawn.lines[-1].x > drawn.width / 2

    def test_direction_overrides_are_removed(self):
        assert words(layout_card(view_model("\u202eevil\u202c words"))) == ["“evil words”"]


class TestPng:
    def test_it_has_the_requested_width(self):
        for width in WIDTHS:
            with Image.open(io.BytesIO(draw_png(layout_card(view_model(), width)))) as picture:
                assert picture.size == (width, round(width * 0.525))
                assert picture.format == "PNG"

    def test_it_is_small(self):
        sizes = {(len(text), ascii(text[:8])): len(draw_png(layout_card(view_model(text)))) for text in HARD}
        assert {name: size for name, size in sizes.items() if size >= MAX_BYTES} == {}

    def test_the_same_quote_has_the_same_bytes(self):
        assert draw_png(layout_card(view_model())) == draw_png(layout_card(view_model()))

    def test_other_words_have_other_bytes(self):
        assert draw_png(layout_card(view_model("One."))) != draw_png(layout_card(view_model("Two.")))


class TestSvg:
    def test_hostile_text_stays_text(self):
        for text in HARD:
            names = dict.fromkeys(("label", "speaker", "film", "source", "attribution"), text[:300])
            for note in (None, NOTE):
                assert_is_drawn(draw_svg(layout_card(view_model(text, note=note, **names))))

    @few
    @given(TEXTS)
    def test_any_text_stays_text(self, text):
        assert_is_drawn(draw_svg(layout_card(view_model(text, speaker=text[:300]))))

    def test_it_stays_text_after_one_unescaping_too_many(self):
        drawn = draw_svg(layout_card(view_model("<script>alert(1)</script>")))
        assert "<script" not in drawn.replace("&lt;", "<")
        assert "</script" not in drawn.replace("&lt;", "<")

    def test_its_lines_are_those_of_the_png(self):
        drawn = layout_card(view_model("Her love is real. " * 20))
        texts = [
            element.text
            for element in ET.fromstring(draw_svg(drawn)).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert texts[-2:] == words(drawn)[-2:]


def assert_is_drawn(document):
    """Assert that the document is well-formed XML with nothing in it but text and shapes."""
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(document).iter()}
    assert tags <= DRAWN, document
