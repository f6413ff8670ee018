"""Cards: where the parts of a quote's picture stand, whatever form it is then given.

The words are set as large as they fit, and cut where nothing fits; of a flagged quote the note and the
label are shown instead. Measures are of a card 1200 wide and 630 high, but type is never too small to read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from api.embeds.quote_view_model import QuoteViewModel, text_direction
from api.text.drawable_text import sanitize_text
from api.text.fitting import FittedText, fit_text, truncate_line
from api.text.layout import Line, Paragraph, Span
from api.text.quotation_marks import quotation_marks

#: The size that previews ask for, in pixels.
WIDTH, HEIGHT = 1200, 630
BACKGROUND, FOREGROUND, MUTED, ACCENT = "#fbf9f6", "#211d1c", "#5f5753", "#7a2e2e"
#: Empty room: at the sides, above, below, and between the words and whose they are.
SIDE_MARGIN, TOP_MARGIN, BOTTOM_MARGIN, GAP = 104, 78, 70, 36
#: The coloured edge where the lines begin.
EDGE_WIDTH = 16
#: Sizes of type: of the words at most and at least, of names, and of what stands below them.
MAX_QUOTE_SIZE, MIN_QUOTE_SIZE, CREDIT_SIZE, SMALL_SIZE = 84, 27, 32, 25
#: No type is smaller than this many pixels, on however small a card.
MIN_TYPE_SIZE = 10.5
#: How far below the middle of its line a line's baseline is, in ems.
BASELINE_OFFSET = 0.34
#: An opening mark this wide at most, in ems, stands out to the side.
MAX_HANGING_WIDTH = 0.62
#: The mark of Subtext, and the least width of a card that has its name too.
LOGO_SIZE, MIN_WIDTH_FOR_NAME = 44, 500
#: How much of the room for words a content note takes at most.
MAX_NOTE_SHARE = 0.4
NOTE_HINT = "The words are on the quote’s page, behind this note."


class TextStyle(NamedTuple):
    """The size of type, in pixels, and its colour."""

    size: float
    colour: str = FOREGROUND


@dataclass(frozen=True)
class TextLine:
    """A line of a paragraph: where its left end and its baseline are, its width and its look, in pixels."""

    paragraph: Paragraph
    line: Line
    x: float
    y: float
    width: float
    look: TextStyle


@dataclass
class Card:
    """A picture of a quote: lines of text, the coloured edge, and the mark of Subtext, in pixels.

    ``icon`` is the left, the top and the side of the mark. ``right_to_left`` puts the edge on the right.
    """

    width: int
    quoted: QuoteViewModel
    right_to_left: bool
    texts: list[TextLine] = field(default_factory=list)
    icon: tuple[float, float, float] = (0, 0, 0)

    @property
    def height(self) -> int:
        return round(self.width * HEIGHT / WIDTH)

    @property
    def scale(self) -> float:
        """How many pixels stand for one."""
        return self.width / WIDTH

    @property
    def edge(self) -> tuple[float, float]:
        """Where the coloured edge begins, and how wide it is."""
        wide = EDGE_WIDTH * self.scale
        return (self.width - wide if self.right_to_left else 0.0), wide

    def type(self, size: float) -> float:
        """Return a size of type in pixels."""
        return max(MIN_TYPE_SIZE, size * self.scale)

    def place(self, text: Paragraph, line: Line, y: float, look: TextStyle, out: float = 0.0) -> None:
        """Put a line where lines begin, or ``out`` to the side from there; all in pixels."""
        width = text.set_width(line) * look.size
        side = SIDE_MARGIN * self.scale - out
        x = self.width - side - width if self.right_to_left else side
        self.texts.append(TextLine(text, line, x, y, width, look))


def layout_card(quoted: QuoteViewModel, width: int = WIDTH) -> Card:
    """Return a quote's card, ``width`` pixels wide."""
    shown = sanitize_text(quoted.label if quoted.note else quoted.text)
    made = Card(width, quoted, text_direction(shown) == "rtl")
    top, bottom = TOP_MARGIN * made.scale, _place_credits(made) - GAP * made.scale
    if quoted.note:
        top = _place_note(made, sanitize_text(quoted.note), top, bottom)
    _place_quote(made, shown, top, bottom)
    return made


def _place_quote(made: Card, shown: str, top: float, bottom: float) -> None:
    """Put the words, or the label that stands for them, between two heights."""
    language = made.quoted.language
    opening, closing = ("", "") if made.quoted.note else quotation_marks(language)

    def paragraph(text: str) -> Paragraph:
        return Paragraph(f"{opening}{text}{closing}", language, right_to_left=made.right_to_left)

    largest = MAX_QUOTE_SIZE * (0.7 if made.quoted.note else 1)
    sizes = (made.type(largest), made.type(MIN_QUOTE_SIZE))
    found = fit_text(shown, paragraph, made.width - 2 * SIDE_MARGIN * made.scale, bottom - top, sizes)
    _place_lines(
        made, found, top + (bottom - top - found.height) * (0 if made.quoted.note else 0.5), len(opening)
    )


def _place_lines(made: Card, found: FittedText, top: float, marked: int) -> None:
    """Put lines below each other from ``top``; a narrow opening mark of ``marked`` characters stands out."""
    mark = found.paragraph.width(0, marked)
    for number, line in enumerate(found.lines):
        out = mark * found.size if number == 0 and mark <= MAX_HANGING_WIDTH else 0.0
        middle = top + found.pitch * (number + 0.5)
        made.place(found.paragraph, line, middle + BASELINE_OFFSET * found.size, TextStyle(found.size), out)


def _place_note(made: Card, note: str, top: float, bottom: float) -> float:
    """Put the content note, and where the words are if there is room; return how far down that reaches."""
    width, room = made.width - 2 * SIDE_MARGIN * made.scale, (bottom - top) * MAX_NOTE_SHARE
    lines = [(note, TextStyle(made.type(CREDIT_SIZE), ACCENT))]
    if made.width >= MIN_WIDTH_FOR_NAME:
        lines.append((NOTE_HINT, TextStyle(made.type(SMALL_SIZE), MUTED)))
    for text, look in lines:
        size = look.size
        found = fit_text(text, lambda text: Paragraph(text, "en"), width, room, (size, size))
        for number, line in enumerate(found.lines):
            middle = top + found.pitch * (number + 0.5)
            made.place(found.paragraph, line, middle + BASELINE_OFFSET * size, look)
        top += found.height
    return top + GAP * made.scale


def _place_credits(made: Card) -> float:
    """Put whose the words are, what quotes them, and the mark of Subtext; return how high up that reaches."""
    quoted = made.quoted
    names, small = TextStyle(made.type(CREDIT_SIZE)), TextStyle(made.type(SMALL_SIZE), MUTED)
    bottom = made.height - BOTTOM_MARGIN * made.scale
    kept = _place_logo(made, bottom)
    who = [Span(f"{sanitize_text(quoted.who)}, ")] if quoted.who else []
    first = [Span("— "), *who, Span(quoted.joint), Span(sanitize_text(quoted.film), italic=True)]
    second = [Span(f"as quoted in {sanitize_text(quoted.source).join(quoted.marks)}")]
    room = made.width - 2 * SIDE_MARGIN * made.scale - kept
    above = bottom - small.size * 1.5
    for spans, look, y in ((second, small, bottom), (first, names, above)):
        turned = text_direction("".join(span.text for span in spans)) == "rtl"
        language = quoted.language if spans is first else "en"
        line = truncate_line(spans, language, room / look.size, right_to_left=turned)
        made.place(line, Line(0, len(line.text)), y, look)
    return above - names.size


def _place_logo(made: Card, bottom: float) -> float:
    """Put the mark of Subtext where lines end, on the last baseline; return how much room it takes."""
    side, size = max(14.0, LOGO_SIZE * made.scale), made.type(CREDIT_SIZE)
    name = Paragraph("Subtext", "en")
    wide = name.width(0, 7) * size if made.width >= MIN_WIDTH_FOR_NAME else 0.0
    gap = side * 0.28 if wide else 0.0
    left = (
        SIDE_MARGIN * made.scale
        if made.right_to_left
        else made.width - SIDE_MARGIN * made.scale - side - gap - wide
    )
    made.icon = (left, bottom - side * 0.8, side)
    if wide:
        made.texts.append(
            TextLine(name, Line(0, 7), left + side + gap, bottom, wide, TextStyle(size, ACCENT))
        )
    return side + gap + wide + GAP * made.scale
