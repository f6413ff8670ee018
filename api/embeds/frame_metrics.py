"""How a frame is set: sizes and spaces in CSS pixels, and the height that comes of them.

The style sheet and :func:`height` both use these numbers, and the fonts are the same files: what a browser
needs for a quote at some width is known here before any has drawn it.
"""

from __future__ import annotations

from api.embeds import text_height
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.text_height import TypeSize
from api.text.layout import Paragraph, Span
from api.text.quotation_marks import quotation_marks
from api.text.single_line import to_single_line

#: A frame is never set narrower; in a narrower one its edge is cut off.
MIN_WIDTH = 160
#: Below this width everything is set closer.
NARROW_BREAKPOINT = 400
#: What a frame takes at least; WordPress gives no less to any.
MIN_HEIGHT = 200
#: The coloured edge, and the empty room above and beside what is in the frame.
EDGE_WIDTH = 4
PADDING = {"wide": (28, 28), "narrow": (20, 18)}
#: The longest text, in characters, that is set in a size, and that size in wide and in narrow frames.
QUOTE_SIZES = ((70, 27, 22), (200, 22, 19), (5_000, 18, 17))
LINE_HEIGHT = 1.42
SMALL_TYPE = TypeSize(14, 20)
#: The space above the line that says whose words they are; the button that shows flagged ones.
CAPTION_GAP, BUTTON_HEIGHT, BUTTON_GAP = 16, 36, 12

SHOW_LABEL = "Show the words"
READ_MORE_LABEL = "Read the rest"


def quote_types(words: str) -> dict[str, TypeSize]:
    """Return how words are set in wide and in narrow frames."""
    _, wide, narrow = next((row for row in QUOTE_SIZES if len(words) <= row[0]), QUOTE_SIZES[-1])
    leading = max(LINE_HEIGHT, Paragraph(words).leading)
    return {
        "wide": TypeSize(wide, round(wide * leading)),
        "narrow": TypeSize(narrow, round(narrow * leading)),
    }


def quote_text(quote: QuoteViewModel) -> str:
    """Return the words of a quote between the quotation marks of their language."""
    opening, closing = quotation_marks(quote.language)
    return f"{opening}{to_single_line(quote.text)}{closing}"


def caption_spans(quote: QuoteViewModel) -> list[Span]:
    """Return the line that says whose words they are, as it stands below them."""
    who = [Span(f"{to_single_line(quote.who)}, ")] if quote.who else []
    film = Span(to_single_line(quote.film), italic=True)
    source = Span(f", as quoted in {to_single_line(quote.source).join(quote.marks)}")
    return [Span("— "), *who, Span(quote.joint), film, source]


def height(quote: QuoteViewModel, width: int) -> int:
    """Return how high a frame of this width must be to show all of a quote."""
    return max(MIN_HEIGHT, natural_height(quote, width))


def natural_height(quote: QuoteViewModel, width: int) -> int:
    """Return how high what a frame shows is: of what is flagged, once it is opened."""
    way = "narrow" if width < NARROW_BREAKPOINT else "wide"
    above, beside = PADDING[way]
    room = max(width, MIN_WIDTH) - EDGE_WIDTH - 2 * beside
    words = quote_text(quote)
    shows = text_height.height(words, room, quote_types(words)[way], quote.language)
    if quote.note:
        # Not every page makes a frame higher when a reader opens it: the room is there before.
        shows = (
            text_height.height(to_single_line(quote.note), room, SMALL_TYPE, "en")
            + BUTTON_GAP
            + max(BUTTON_HEIGHT, shows)
        )
    return 2 * above + shows + CAPTION_GAP + text_height.height(caption_spans(quote), room, SMALL_TYPE, "en")
