"""Card layout: the position and size of everything on a quote's card, shared by PNG and SVG.

The quote is set as large as fits, and truncated if nothing fits. A flagged quote shows its content note and
label instead. Sizes are given for a card of 1200 × 630 pixels and scale with its width, down to a legible
minimum.

It buys cards whose text is complete and inside the card in any script: all of 22 test texts, where Pillow's
``multiline_text`` fails on 11 to 15 (docs/benchmarks.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from api.embeds.quote_view_model import QuoteViewModel
from api.text.bidi import text_direction
from api.text.drawable_text import sanitize_text
from api.text.fitting import FittedText, fit_text, truncate_line
from api.text.layout import Line, Paragraph, Span
from api.text.quotation_marks import quotation_marks

#: The size that Open Graph consumers recommend, in pixels.
WIDTH, HEIGHT = 1200, 630
BACKGROUND, FOREGROUND, MUTED, ACCENT = "#fbf9f6", "#211d1c", "#5f5753", "#7a2e2e"
SIDE_MARGIN, TOP_MARGIN, BOTTOM_MARGIN = 104, 78, 70
#: The space between the quote and the credits.
GAP = 36
#: The coloured edge on the side where lines start.
EDGE_WIDTH = 16
MAX_QUOTE_SIZE, MIN_QUOTE_SIZE, CREDIT_SIZE, SMALL_SIZE = 84, 27, 32, 25
#: The distance between the lines of the credit, relative to the line height of their typefaces.
CREDIT_LEADING = 1.12
#: The smallest type on a card of any width, in pixels.
MIN_TYPE_SIZE = 10.5
#: The distance from the middle of a line down to its baseline, in ems.
BASELINE_OFFSET = 0.34
#: Hanging punctuation: an opening quotation mark up to this wide, in ems, hangs in the margin.
MAX_HANGING_WIDTH = 0.62
LOGO_SIZE = 44
#: Narrower cards show the logo without the name, and no hint below a content note.
MIN_WIDTH_FOR_NAME = 500
#: The share of the quote's area that a content note may take.
MAX_NOTE_SHARE = 0.4
NOTE_HINT = "Open the quote’s page to read it."


class TextStyle(NamedTuple):
    """The type size, in pixels, and the colour of a text."""

    size: float
    colour: str = FOREGROUND


@dataclass(frozen=True)
class TextLine:
    """A line of a paragraph; ``x`` is its left end, ``y`` its baseline, all in pixels."""

    paragraph: Paragraph
    line: Line
    x: float
    y: float
    width: float
    style: TextStyle


@dataclass
class Card:
    """The layout of a card, in pixels.

    ``logo`` is the left, the top and the side of the logo. ``right_to_left`` puts the edge on the right.
    """

    width: int
    quote: QuoteViewModel
    right_to_left: bool
    lines: list[TextLine] = field(default_factory=list)
    logo: tuple[float, float, float] = (0, 0, 0)

    @property
    def height(self) -> int:
        return round(self.width * HEIGHT / WIDTH)

    @property
    def scale(self) -> float:
        """The size of this card relative to one of full width."""
        return self.width / WIDTH

    @property
    def edge(self) -> tuple[float, float]:
        """The left side and the width of the coloured edge."""
        width = EDGE_WIDTH * self.scale
        return (self.width - width if self.right_to_left else 0.0), width

    def type_size(self, size: float) -> float:
        """Return a type size scaled to this card."""
        return max(MIN_TYPE_SIZE, size * self.scale)

    def add_line(
        self, paragraph: Paragraph, line: Line, y: float, style: TextStyle, hanging: float = 0.0
    ) -> None:
        """Add a line at the start margin, moved out by ``hanging`` pixels."""
        width = paragraph.line_width(line) * style.size
        margin = SIDE_MARGIN * self.scale - hanging
        x = self.width - margin - width if self.right_to_left else margin
        self.lines.append(TextLine(paragraph, line, x, y, width, style))


def layout_card(quote: QuoteViewModel, width: int = WIDTH) -> Card:
    """Return the layout of a quote's card at a width in pixels."""
    text = sanitize_text(quote.label if quote.note else quote.text)
    card = Card(width, quote, text_direction(text) == "rtl")
    top, bottom = TOP_MARGIN * card.scale, _place_credits(card) - GAP * card.scale
    if quote.note:
        top = _place_note(card, sanitize_text(quote.note), top, bottom)
    _place_quote(card, text, top, bottom)
    return card


def _place_quote(card: Card, text: str, top: float, bottom: float) -> None:
    """Add the quote, or the label of a flagged quote, between two heights."""
    language = card.quote.language
    opening, closing = ("", "") if card.quote.note else quotation_marks(language)

    def paragraph(text: str) -> Paragraph:
        return Paragraph(f"{opening}{text}{closing}", language, right_to_left=card.right_to_left)

    max_size = MAX_QUOTE_SIZE * (0.7 if card.quote.note else 1)
    sizes = (card.type_size(max_size), card.type_size(MIN_QUOTE_SIZE))
    fitted = fit_text(text, paragraph, card.width - 2 * SIDE_MARGIN * card.scale, bottom - top, sizes)
    offset = (bottom - top - fitted.height) * (0 if card.quote.note else 0.5)
    _place_lines(card, fitted, top + offset, len(opening))


def _place_lines(card: Card, fitted: FittedText, top: float, mark_length: int) -> None:
    """Add lines downwards from ``top``; an opening mark of ``mark_length`` characters may hang."""
    mark_width = fitted.paragraph.width(0, mark_length)
    for number, line in enumerate(fitted.lines):
        hanging = mark_width * fitted.size if number == 0 and mark_width <= MAX_HANGING_WIDTH else 0.0
        middle = top + fitted.line_height * (number + 0.5)
        baseline = middle + BASELINE_OFFSET * fitted.size
        card.add_line(fitted.paragraph, line, baseline, TextStyle(fitted.size), hanging)


def _place_note(card: Card, note: str, top: float, bottom: float) -> float:
    """Add the content note and, on wide cards, a hint; return the top of the area below."""
    width, height = card.width - 2 * SIDE_MARGIN * card.scale, (bottom - top) * MAX_NOTE_SHARE
    texts = [(note, TextStyle(card.type_size(CREDIT_SIZE), ACCENT))]
    if card.width >= MIN_WIDTH_FOR_NAME:
        texts.append((NOTE_HINT, TextStyle(card.type_size(SMALL_SIZE), MUTED)))
    for text, style in texts:
        size = style.size
        fitted = fit_text(text, lambda text: Paragraph(text, "en"), width, height, (size, size))
        for number, line in enumerate(fitted.lines):
            middle = top + fitted.line_height * (number + 0.5)
            card.add_line(fitted.paragraph, line, middle + BASELINE_OFFSET * size, style)
        top += fitted.height
    return top + GAP * card.scale


def _place_credits(card: Card) -> float:
    """Add speaker and film, source, and logo at the bottom; return the top of the credits."""
    quote = card.quote
    credit_style = TextStyle(card.type_size(CREDIT_SIZE))
    source_style = TextStyle(card.type_size(SMALL_SIZE), MUTED)
    bottom = card.height - BOTTOM_MARGIN * card.scale
    logo_width = _place_logo(card, bottom)
    # The credit is English, like that of frames; names keep their own direction.
    name = Span(sanitize_text(quote.speaker or ""), isolate=True)
    speaker = [name, Span(", ")] if quote.speaker else []
    film = Span(sanitize_text(quote.film), italic=True, isolate=True)
    credit = [Span("— "), *speaker, Span(quote.preposition), film]
    opening, closing = quote.source_marks
    title = Span(sanitize_text(quote.source), isolate=True)
    source = [Span(f"as quoted in {opening}"), title, Span(closing)]
    width = card.width - 2 * SIDE_MARGIN * card.scale - logo_width
    source_line = truncate_line(source, "en", width / source_style.size)
    credit_line = truncate_line(credit, quote.language, width / credit_style.size)
    leading = max(source_line.line_height, credit_line.line_height) * CREDIT_LEADING
    credit_baseline = bottom - source_style.size * leading
    card.add_line(source_line, Line(0, len(source_line.text)), bottom, source_style)
    card.add_line(credit_line, Line(0, len(credit_line.text)), credit_baseline, credit_style)
    return credit_baseline - credit_style.size


def _place_logo(card: Card, baseline: float) -> float:
    """Add the logo, and the name on wide cards, at the end margin; return the width that they take."""
    side, size = max(14.0, LOGO_SIZE * card.scale), card.type_size(CREDIT_SIZE)
    name = Paragraph("Subtext", "en")
    name_width = name.width(0, 7) * size if card.width >= MIN_WIDTH_FOR_NAME else 0.0
    gap = side * 0.28 if name_width else 0.0
    margin = SIDE_MARGIN * card.scale
    left = margin if card.right_to_left else card.width - margin - side - gap - name_width
    card.logo = (left, baseline - side * 0.8, side)
    if name_width:
        x = left + side + gap
        card.lines.append(TextLine(name, Line(0, 7), x, baseline, name_width, TextStyle(size, ACCENT)))
    return side + gap + name_width + GAP * card.scale
