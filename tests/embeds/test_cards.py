"""Cards: nothing runs over, nothing is a box, and the same quote is the same bytes."""

import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.embeds.cards.layout import BETWEEN, EDGE, INK, NAMED, SOFT, card
from api.embeds.cards.png import _mask, png
from api.embeds.cards.svg import svg
from api.representations.attribution import UNNAMED
from api.text.fitting import REST
from tests.embeds.shown import HARD, TEXTS, shown
from tests.forms import tried

MOST_BYTES = 60_000
WIDTHS = [200, 318, 600, 1200]
DRAWN = {"svg", "title", "rect", "text", "tspan"}
NOTE = "Content note: Demeaning language (2 of 3)."


def parts(made):
    """Return the lines below, which say whose the words are, and the lines above."""
    below = 3 if made.width >= NAMED else 2
    return made.texts[:below], made.texts[below:]


def words(made):
    """Return the lines of the words, as they are read."""
    lines = [text for text in parts(made)[1] if text.look.colour == INK]
    return [text.paragraph.text[text.line.start : text.line.end] for text in lines]


def is_in_its_place(made):
    """Whether every line is inside the card, and the words are above whose they are."""
    room = (EDGE + 4) * made.scale
    for text in made.texts:
        assert text.x >= room
        assert text.x + text.width <= made.width - room
        assert text.look.size * 0.7 <= text.y <= made.height - BETWEEN * made.scale
    below, above = parts(made)
    assert max(text.y for text in above) <= min(text.y - text.look.size for text in below)
    return True


def ink(made):
    """Return the box around everything that is written: left, top, right, bottom."""
    return _mask(made, made.texts).getbbox()


class TestCard:
    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("text", HARD, ids=lambda text: f"{len(text)}-{ord(text[0]):x}")
    def test_hostile_text_stays_in_its_place(self, text, width):
        made = card(shown(text, label=text, who=text, film=text, source=text), width)
        assert is_in_its_place(made)
        left, top, right, bottom = ink(made)
        assert left > 0
        assert top > 0
        assert right < made.width
        assert bottom < made.height

    @tried
    @given(TEXTS, st.sampled_from(WIDTHS), st.sampled_from(["en", "fr", "he", "ja", "x"]))
    def test_text_of_any_length_and_script_does(self, text, width, language):
        assert is_in_its_place(card(shown(text, language=language), width))
        assert is_in_its_place(card(shown(label=text, note=f"{NOTE} {text}", language=language), width))

    @tried
    @given(TEXTS)
    def test_nothing_is_a_box(self, text):
        made = card(shown(text))
        assert all(glyph.number for text in made.texts for glyph in text.paragraph.glyphs(text.line))

    def test_short_words_are_large_and_long_ones_small(self):
        sizes = [card(shown("Her love is real. " * times)).texts[-1].look.size for times in (1, 8, 20)]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes)) == 3

    def test_what_fits_is_shown_to_its_end(self):
        assert words(card(shown("Her love is real. " * 20)))[-1].endswith("real.”")

    def test_what_does_not_is_cut(self):
        assert words(card(shown("Her love is real. " * 200)))[-1].endswith(f"{REST}”")

    def test_marks_are_those_of_the_language(self):
        assert words(card(shown("Ja.", language="de"))) == ["„Ja.“"]
        assert words(card(shown("Ja.", language="de-AT"))) == ["„Ja.“"]

    def test_a_flagged_quote_shows_its_note_and_label_for_its_words(self):
        drawn = card(shown("Unseen words.", note=NOTE, label="A neutral label"))
        written = " ".join(text.paragraph.text for text in drawn.texts)
        assert "Unseen" not in written
        assert "Demeaning language" in written
        assert words(drawn) == ["A neutral label"]

    def test_it_says_what_quotes_it(self):
        written = [text.paragraph.text for text in card(shown()).texts if text.look.colour == SOFT]
        assert written == ["as quoted in “Her: Perfection Is the Enemy of Real”"]

    def test_a_source_that_nobody_may_see_is_not_named(self):
        assert "as quoted in a source that is not named" in [
            text.paragraph.text for text in card(shown(source=UNNAMED)).texts
        ]

    def test_a_quote_from_the_right_begins_on_the_right(self):
        made = card(shown("שלום", language="he"))
        assert made.edge[0] > made.width / 2
        assert made.texts[-1].x > made.width / 2

    def test_marks_that_turn_text_do_not(self):
        assert words(card(shown("\u202eevil\u202c words"))) == ["“evil words”"]


class TestPng:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_is_as_large_as_asked_for(self, width):
        with Image.open(io.BytesIO(png(card(shown(), width)))) as picture:
            assert picture.size == (width, round(width * 0.525))
            assert picture.format == "PNG"

    @pytest.mark.parametrize("text", HARD, ids=lambda text: f"{len(text)}-{ord(text[0]):x}")
    def test_it_is_light(self, text):
        assert len(png(card(shown(text)))) < MOST_BYTES

    def test_it_is_the_same_every_time(self):
        assert png(card(shown())) == png(card(shown()))

    def test_the_words_are_in_it(self):
        assert png(card(shown("One."))) != png(card(shown("Two.")))


class TestSvg:
    @pytest.mark.parametrize("text", HARD, ids=lambda text: f"{len(text)}-{ord(text[0]):x}")
    @pytest.mark.parametrize("note", [None, NOTE])
    def test_hostile_text_stays_text(self, text, note):
        hostile = dict.fromkeys(("label", "who", "film", "source", "attribution"), text)
        assert_is_drawn(svg(card(shown(text, note=note, **hostile))))

    @tried
    @given(TEXTS)
    def test_any_text_does(self, text):
        assert_is_drawn(svg(card(shown(text, who=text))))

    def test_it_stays_text_when_it_is_unescaped_once(self):
        written = svg(card(shown("<script>alert(1)</script>")))
        assert "<script" not in written.replace("&lt;", "<")
        assert "</script" not in written.replace("&lt;", "<")

    def test_its_lines_are_those_of_the_png(self):
        made = card(shown("Her love is real. " * 20))
        lines = [found.text for found in ET.fromstring(svg(made)).iter("{http://www.w3.org/2000/svg}text")]
        assert lines[-2:] == words(made)[-2:]


def assert_is_drawn(written):
    """Expect well-formed XML with nothing in it but lines and shapes."""
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(written).iter()}
    assert tags <= DRAWN
