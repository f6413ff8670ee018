"""Glyphs of complex scripts: conjuncts, vowel signs that move, and the order of names in a credit."""

from itertools import accumulate, pairwise
from xml.etree import ElementTree as ET

from api.embeds.cards.layout import layout_card
from api.embeds.cards.png import _text_coverage
from api.embeds.cards.svg import draw_svg
from api.embeds.frame_metrics import caption_type
from api.text.drawable_text import sanitize_text
from api.text.fonts import typeface_for
from api.text.layout import Line, Paragraph
from api.text.line_breaking import graphemes, line_breaks
from tests.cases import each
from tests.embeds.quotes import view_model


def drawn(text):
    """Return the glyph ids of a text from left to right, which is in a single typeface."""
    return [glyph.glyph_id for glyph in Paragraph(text).glyphs(Line(0, len(text)))]


def positions(paragraph):
    """Return the horizontal position of each character of a line that has a glyph of its own."""
    return {glyph.text_index: glyph.x for glyph in paragraph.glyphs(Line(0, len(paragraph.text)))}


def nominal(character):
    """Return the glyph of a character that stands alone."""
    return typeface_for(character).font.get_nominal_glyph(ord(character))


class TestShaping:
    @each(
        "text",
        ["ক্ষ", "क्ष", "ક્ષ", "ਪ੍ਰ", "କ୍ଷ", "க்ஷ", "క్ష", "ಕ್ಷ", "ക്ഷ", "ක්\u200dෂ", "က္က", "ស្រ", "ꦏ꧀ꦏ"],
    )
    def test_a_conjunct_shows_no_virama(self, text):
        assert nominal(text[1]) not in drawn(text)
        assert 0 not in drawn(text)

    @each("text", ["কে", "ਕਿ", "કિ", "கெ", "കെ", "කෙ", "ကေ", "កេ", "कि"])
    def test_a_vowel_sign_that_is_read_after_its_consonant_may_be_left_of_it(self, text):
        consonant, sign = map(nominal, text)
        glyphs = drawn(text)
        assert glyphs[-1] == consonant
        assert glyphs[0] != consonant
        assert len(glyphs) == 2
        assert sign

    @each("text", ["ܫܠܡ", "ߒߞߏ", "ᠮᠣᠩ", "𞤀𞤣𞤤"])
    def test_letters_are_joined(self, text):
        standing_alone = set(map(nominal, text))
        assert set(drawn(text)) != standing_alone

    def test_tibetan_letters_are_stacked(self):
        assert len(drawn("རྒྱ")) < 3


class TestWords:
    @each("text", ["མྲྀཏྱུ", "ཧཱུྃ", "မြွှိုး", "ကြွှီ", "លុំ", "กู้", "র্দ্ধুঁ", "é̂", "👩🏻\u200d❤️\u200d💋\u200d👨🏽"])
    def test_no_mark_of_a_language_is_removed(self, text):
        assert sanitize_text(text) == text

    def test_a_tower_of_marks_is_cut(self):
        assert len(sanitize_text("e" + "\u0301" * 10_000)) == 5
        assert len(sanitize_text("ก" + "\u0e34" * 10_000)) == 9

    @each("text", ["👩\u200d" * 5_000, "क्" * 5_000])
    def test_a_cluster_of_any_length_has_room_in_a_line(self, text):
        assert max(end - start for start, end in graphemes(sanitize_text(text))) <= 16

    @each("word", ["ความรักไม่ใช่สิ่งที่เราครอบครอง", "ကျွန်ုပ်တို့ပိုင်ဆိုင်သော", "ស្រឡាញ់គ្នារាល់ថ្ងៃ"])
    def test_a_text_is_cut_after_a_word(self, word):
        text = word * 60
        last = layout_card(view_model(text, language="en"), 400).lines[-1].paragraph.text
        start = last.removeprefix("“").removesuffix("…”")
        assert text.startswith(start)
        assert len(start) in line_breaks(text)
        assert len(start) > 100


class TestCredit:
    CASES = (
        {"speaker": "نجيب محفوظ", "film": "Her (2013)"},
        {"speaker": "عمر (1988)", "film": "היא (2013)", "source": "חלום: The Dream"},
        {"speaker": "Omar", "film": "Her", "source": "؟ - (اب) cd"},
    )

    @staticmethod
    def starts(line):
        """Return the left end of each span of a line that has visible glyphs, in logical order."""
        ends = [0, *accumulate(len(span.text) for span in line.paragraph.spans if span.text)]
        placed = positions(line.paragraph).items()
        return [min(x for index, x in placed if start <= index < end) for start, end in pairwise(ends)]

    @each("names", CASES)
    def test_it_reads_from_the_left_whatever_the_names_are(self, names):
        for text, language in (("Words.", "en"), ("مرحبا", "ar")):
            for line in layout_card(view_model(text, language=language, **names)).lines[1:3]:
                assert self.starts(line) == sorted(self.starts(line))

    def test_a_name_keeps_its_own_direction(self):
        line = layout_card(view_model(speaker="عمر (1988)")).lines[2]
        x = positions(line.paragraph)
        first, year = line.paragraph.text.index("ع"), line.paragraph.text.index("1988")
        assert x[first] > x[year]
        assert x[year] < x[year + 3]

    def test_lines_of_tall_scripts_do_not_touch(self):
        card = layout_card(view_model(speaker="ស្ត្រី ញ៉ាំ", film="မြွှိုး ကြွှီ", source="ស៊ុំ ប៉ុន្តែ"))
        source, credit = (_text_coverage(card, [line]).getbbox() for line in card.lines[1:3])
        assert credit[3] <= source[1]

    def test_captions_of_frames_give_tall_scripts_room(self):
        lines = [caption_type(view_model(film=film)).line_height for film in ("Her (2013)", "היא", "ស្ត្រី")]
        assert lines == [20, 20, 28]

    def test_in_svg_names_are_isolates(self):
        svg = ET.fromstring(draw_svg(layout_card(view_model(speaker="عمر", film="היא", source="A (ב)"))))
        isolates = {
            element.text: (element.get("unicode-bidi"), element.get("direction"))
            for element in svg.iter("{http://www.w3.org/2000/svg}tspan")
        }
        assert isolates == {"عمر": ("isolate", "rtl"), "היא": ("isolate", "rtl"), "A (ב)": ("isolate", "ltr")}
