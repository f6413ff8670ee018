"""The dimensions of a frame in CSS pixels, and its height at a given width.

The style sheet and :func:`height` share these numbers and the font files. The server therefore knows the
height that a browser will need, and an embedded frame causes no layout shift.
"""

from __future__ import annotations

from api.embeds import text_height
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.text_height import TypeSize
from api.text.layout import Paragraph, Span
from api.text.quotation_marks import quotation_marks
from api.text.single_line import to_single_line

#: Content is never laid out narrower; a narrower frame clips it.
MIN_WIDTH = 160
#: Below this width, padding and type are smaller.
NARROW_BREAKPOINT = 400
#: WordPress gives no frame less height.
MIN_HEIGHT = 200
#: The width of the coloured edge, and the vertical and horizontal padding.
EDGE_WIDTH = 4
PADDING = {"wide": (28, 28), "narrow": (20, 18)}
#: By the length of the quote in characters: the type size in wide and in narrow frames.
QUOTE_SIZES = ((70, 27, 22), (200, 22, 19), (5_000, 18, 17))
#: The type size in a window that is too low for the words and the credit.
SMALL_QUOTE_SIZE = 17
LINE_HEIGHT = 1.42
SMALL_TYPE = TypeSize(14, 20)
#: The space above the caption, the height of the button that shows a flagged quote, and the space around it.
CAPTION_GAP, BUTTON_HEIGHT, BUTTON_GAP = 16, 36, 12


def quote_types(text: str) -> dict[str, TypeSize]:
    """Return the type of a quote in ``wide`` and in ``narrow`` frames, and in low ones (``small``)."""
    _, wide, narrow = next((row for row in QUOTE_SIZES if len(text) <= row[0]), QUOTE_SIZES[-1])
    line_height = max(LINE_HEIGHT, Paragraph(text).line_height)
    sizes = {"wide": wide, "narrow": narrow, "small": SMALL_QUOTE_SIZE}
    return {name: TypeSize(size, round(size * line_height)) for name, size in sizes.items()}


def quote_text(quote: QuoteViewModel) -> str:
    """Return a quote's text in the quotation marks of its language."""
    opening, closing = quotation_marks(quote.language)
    return f"{opening}{to_single_line(quote.text)}{closing}"


def caption_spans(quote: QuoteViewModel) -> list[Span]:
    """Return the caption below a quote."""
    speaker = [Span(f"{to_single_line(quote.speaker)}, ")] if quote.speaker else []
    film = Span(to_single_line(quote.film), italic=True)
    source = Span(f"{quote.words.quoted_in}{to_single_line(quote.source).join(quote.source_marks)}")
    return [Span("— "), *speaker, Span(quote.preposition), film, source]


def caption_type(quote: QuoteViewModel) -> TypeSize:
    """Return the type of the caption, whose lines are farther apart if a name is in a tall script."""
    return with_room(SMALL_TYPE, caption_spans(quote))


def with_room(type_: TypeSize, text: str | list[Span]) -> TypeSize:
    """Return a type whose lines are as far apart as the tallest script of a text needs."""
    needed = round(type_.size * Paragraph(text).line_height)
    return TypeSize(type_.size, max(type_.line_height, needed))


def height(quote: QuoteViewModel, width: int) -> int:
    """Return the height of a frame of this width that shows the whole quote."""
    return max(MIN_HEIGHT, natural_height(quote, width))


def natural_height(quote: QuoteViewModel, width: int) -> int:
    """Return the height of a frame's content; of a flagged quote, after it was opened."""
    size = "narrow" if width < NARROW_BREAKPOINT else "wide"
    vertical, horizontal = PADDING[size]
    text_width = max(width, MIN_WIDTH) - EDGE_WIDTH - 2 * horizontal
    text = quote_text(quote)
    content = text_height.height(text, text_width, quote_types(text)[size], quote.language)
    if quote.note:
        # Some pages never resize a frame, so the space for the opened quote is reserved.
        content = (
            text_height.height(to_single_line(quote.note), text_width, SMALL_TYPE, "en")
            + BUTTON_GAP
            + max(BUTTON_HEIGHT, content)
        )
    return (
        2 * vertical
        + content
        + CAPTION_GAP
        + text_height.height(caption_spans(quote), text_width, caption_type(quote), "en")
    )
