"""Cards: where the parts of a quote's picture stand, whatever form it is then given.

The words are set as large as they fit, and cut where nothing fits; of a flagged quote the note and the
label are shown instead. Measures are of a card 1200 wide and 630 high, but type is never too small to read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from api.embeds.quote_view_model import Quoted, direction
from api.text.drawable_text import legible
from api.text.fitting import Fitted, fitted, shortened
from api.text.layout import Line, Paragraph, Span
from api.text.quotation_marks import quotation_marks

#: The size that previews ask for, in pixels.
WIDTH, HEIGHT = 1200, 630
PAPER, INK, SOFT, ACCENT = "#fbf9f6", "#211d1c", "#5f5753", "#7a2e2e"
#: Empty room: at the sides, above, below, and between the words and whose they are.
SIDE, ABOVE, BELOW, BETWEEN = 104, 78, 70, 36
#: The coloured edge where the lines begin.
EDGE = 16
#: Sizes of type: of the words at most and at least, of names, and of what stands below them.
LARGEST, LEAST, NAMES, SMALL = 84, 27, 32, 25
#: No type is smaller than this many pixels, on however small a card.
READABLE = 10.5
#: How far below the middle of its line a line's baseline is, in ems.
BASELINE = 0.34
#: An opening mark this wide at most, in ems, stands out to the side.
NARROW = 0.62
#: The mark of Subtext, and the least width of a card that has its name too.
ICON, NAMED = 44, 500
#: How much of the room for words a content note takes at most.
NOTED = 0.4
BEHIND = "The words are on the quote’s page, behind this note."


class Look(NamedTuple):
    """The size of type, in pixels, and its colour."""

    size: float
    colour: str = INK


@dataclass(frozen=True)
class Text:
    """A line of a paragraph: where its left end and its baseline are, its width and its look, in pixels."""

    paragraph: Paragraph
    line: Line
    x: float
    y: float
    width: float
    look: Look


@dataclass
class Card:
    """A picture of a quote: lines of text, the coloured edge, and the mark of Subtext, in pixels.

    ``icon`` is the left, the top and the side of the mark. ``right_to_left`` puts the edge on the right.
    """

    width: int
    quoted: Quoted
    right_to_left: bool
    texts: list[Text] = field(default_factory=list)
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
        wide = EDGE * self.scale
        return (self.width - wide if self.right_to_left else 0.0), wide

    def type(self, size: float) -> float:
        """Return a size of type in pixels."""
        return max(READABLE, size * self.scale)

    def place(self, text: Paragraph, line: Line, y: float, look: Look, out: float = 0.0) -> None:
        """Put a line where lines begin, or ``out`` to the side from there; all in pixels."""
        width = text.set_width(line) * look.size
        side = SIDE * self.scale - out
        x = self.width - side - width if self.right_to_left else side
        self.texts.append(Text(text, line, x, y, width, look))


def card(quoted: Quoted, width: int = WIDTH) -> Card:
    """Return a quote's card, ``width`` pixels wide."""
    shown = legible(quoted.label if quoted.note else quoted.text)
    made = Card(width, quoted, direction(shown) == "rtl")
    top, bottom = ABOVE * made.scale, _foot(made) - BETWEEN * made.scale
    if quoted.note:
        top = _note(made, legible(quoted.note), top, bottom)
    _words(made, shown, top, bottom)
    return made


def _words(made: Card, shown: str, top: float, bottom: float) -> None:
    """Put the words, or the label that stands for them, between two heights."""
    language = made.quoted.language
    opening, closing = ("", "") if made.quoted.note else quotation_marks(language)

    def paragraph(text: str) -> Paragraph:
        return Paragraph(f"{opening}{text}{closing}", language, right_to_left=made.right_to_left)

    largest = LARGEST * (0.7 if made.quoted.note else 1)
    sizes = (made.type(largest), made.type(LEAST))
    found = fitted(shown, paragraph, made.width - 2 * SIDE * made.scale, bottom - top, sizes)
    _block(made, found, top + (bottom - top - found.height) * (0 if made.quoted.note else 0.5), len(opening))


def _block(made: Card, found: Fitted, top: float, marked: int) -> None:
    """Put lines below each other from ``top``; a narrow opening mark of ``marked`` characters stands out."""
    mark = found.paragraph.width(0, marked)
    for number, line in enumerate(found.lines):
        out = mark * found.size if number == 0 and mark <= NARROW else 0.0
        middle = top + found.pitch * (number + 0.5)
        made.place(found.paragraph, line, middle + BASELINE * found.size, Look(found.size), out)


def _note(made: Card, note: str, top: float, bottom: float) -> float:
    """Put the content note, and where the words are if there is room; return how far down that reaches."""
    width, room = made.width - 2 * SIDE * made.scale, (bottom - top) * NOTED
    lines = [(note, Look(made.type(NAMES), ACCENT))]
    if made.width >= NAMED:
        lines.append((BEHIND, Look(made.type(SMALL), SOFT)))
    for text, look in lines:
        size = look.size
        found = fitted(text, lambda text: Paragraph(text, "en"), width, room, (size, size))
        for number, line in enumerate(found.lines):
            middle = top + found.pitch * (number + 0.5)
            made.place(found.paragraph, line, middle + BASELINE * size, look)
        top += found.height
    return top + BETWEEN * made.scale


def _foot(made: Card) -> float:
    """Put whose the words are, what quotes them, and the mark of Subtext; return how high up that reaches."""
    quoted = made.quoted
    names, small = Look(made.type(NAMES)), Look(made.type(SMALL), SOFT)
    bottom = made.height - BELOW * made.scale
    kept = _mark(made, bottom)
    who = [Span(f"{legible(quoted.who)}, ")] if quoted.who else []
    first = [Span("— "), *who, Span(quoted.joint), Span(legible(quoted.film), italic=True)]
    second = [Span(f"as quoted in {legible(quoted.source).join(quoted.marks)}")]
    room = made.width - 2 * SIDE * made.scale - kept
    above = bottom - small.size * 1.5
    for spans, look, y in ((second, small, bottom), (first, names, above)):
        turned = direction("".join(span.text for span in spans)) == "rtl"
        language = quoted.language if spans is first else "en"
        line = shortened(spans, language, room / look.size, right_to_left=turned)
        made.place(line, Line(0, len(line.text)), y, look)
    return above - names.size


def _mark(made: Card, bottom: float) -> float:
    """Put the mark of Subtext where lines end, on the last baseline; return how much room it takes."""
    side, size = max(14.0, ICON * made.scale), made.type(NAMES)
    name = Paragraph("Subtext", "en")
    wide = name.width(0, 7) * size if made.width >= NAMED else 0.0
    gap = side * 0.28 if wide else 0.0
    left = SIDE * made.scale if made.right_to_left else made.width - SIDE * made.scale - side - gap - wide
    made.icon = (left, bottom - side * 0.8, side)
    if wide:
        made.texts.append(Text(name, Line(0, 7), left + side + gap, bottom, wide, Look(size, ACCENT)))
    return side + gap + wide + BETWEEN * made.scale
