"""The order of names in the credit of a card."""

from itertools import accumulate, pairwise
from xml.etree import ElementTree as ET

from api.embeds.cards.layout import layout_card
from api.embeds.cards.svg import draw_svg
from api.text.layout import Line
from tests.cases import each
from tests.embeds.quotes import view_model


def positions(paragraph):
    """Return the horizontal position of each character of a line that has a glyph of its own."""
    return {glyph.text_index: glyph.x for glyph in paragraph.glyphs(Line(0, len(paragraph.text)))}


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

    def test_in_svg_names_are_isolates(self):
        svg = ET.fromstring(draw_svg(layout_card(view_model(speaker="عمر", film="היא", source="A (ב)"))))
        isolates = {
            element.text: (element.get("unicode-bidi"), element.get("direction"))
            for element in svg.iter("{http://www.w3.org/2000/svg}tspan")
        }
        assert isolates == {"عمر": ("isolate", "rtl"), "היא": ("isolate", "rtl"), "A (ב)": ("isolate", "ltr")}
