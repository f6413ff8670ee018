"""How a frame is set: sizes and spaces in CSS pixels, and the height that comes of them.

The style sheet and :func:`height` both use these numbers, and the fonts are the same files: what a browser
needs for a quote at some width is known here before any has drawn it.
"""

from __future__ import annotations

from api.embeds import text_height
from api.embeds.quote_view_model import Quoted
from api.embeds.text_height import Type
from api.text.layout import Paragraph, Span
from api.text.quotation_marks import quotation_marks
from api.text.single_line import shown

#: A frame is never set narrower; in a narrower one its edge is cut off.
NARROWEST = 160
#: Below this width everything is set closer.
NARROW = 400
#: What a frame takes at least; WordPress gives no less to any.
LOWEST = 200
#: The coloured edge, and the empty room above and beside what is in the frame.
EDGE = 4
ROOM = {"wide": (28, 28), "narrow": (20, 18)}
#: The longest text, in characters, that is set in a size, and that size in wide and in narrow frames.
SIZES = ((70, 27, 22), (200, 22, 19), (5_000, 18, 17))
LEADING = 1.42
SMALL = Type(14, 20)
#: The space above the line that says whose words they are; the button that shows flagged ones.
GAP, BUTTON, BUTTON_GAP = 16, 36, 12

SHOW = "Show the words"
REST = "Read the rest"


def types(words: str) -> dict[str, Type]:
    """Return how words are set in wide and in narrow frames."""
    _, wide, narrow = next((row for row in SIZES if len(words) <= row[0]), SIZES[-1])
    leading = max(LEADING, Paragraph(words).leading)
    return {"wide": Type(wide, round(wide * leading)), "narrow": Type(narrow, round(narrow * leading))}


def words_of(quote: Quoted) -> str:
    """Return the words of a quote between the quotation marks of their language."""
    opening, closing = quotation_marks(quote.language)
    return f"{opening}{shown(quote.text)}{closing}"


def caption_of(quote: Quoted) -> list[Span]:
    """Return the line that says whose words they are, as it stands below them."""
    who = [Span(f"{shown(quote.who)}, ")] if quote.who else []
    film = Span(shown(quote.film), italic=True)
    source = Span(f", as quoted in {shown(quote.source).join(quote.marks)}")
    return [Span("— "), *who, Span(quote.joint), film, source]


def height(quote: Quoted, width: int) -> int:
    """Return how high a frame of this width must be to show all of a quote."""
    return max(LOWEST, natural_height(quote, width))


def natural_height(quote: Quoted, width: int) -> int:
    """Return how high what a frame shows is: of what is flagged, once it is opened."""
    way = "narrow" if width < NARROW else "wide"
    above, beside = ROOM[way]
    room = max(width, NARROWEST) - EDGE - 2 * beside
    words = words_of(quote)
    shows = text_height.height(words, room, types(words)[way], quote.language)
    if quote.note:
        # Not every page makes a frame higher when a reader opens it: the room is there before.
        shows = text_height.height(shown(quote.note), room, SMALL, "en") + BUTTON_GAP + max(BUTTON, shows)
    return 2 * above + shows + GAP + text_height.height(caption_of(quote), room, SMALL, "en")
