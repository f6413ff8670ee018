"""The height of a collection's frame: that of its first page, up to a bound beyond which the page scrolls."""

from __future__ import annotations

from api.embeds import frame_metrics, text_height
from api.embeds.quote_collection import QuoteCollection
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.text_height import TypeSize
from api.text.single_line import to_single_line

#: The frame is not higher, so that it stays a part of a page; higher ones scroll their list.
MAX_HEIGHT = 480
#: The type of a quote among others: that of a long quote in a frame of its own.
QUOTE_TYPE = TypeSize(18, 26)
TITLE_TYPE = TypeSize(18, 24)
#: Longer titles are cut, so that they leave room for quotes.
MAX_TITLE_LINES = 3
#: The padding of header and pager, the height of the pager's links, and the space around each quote.
HEADER_PADDING, PAGER_PADDING, LINK_HEIGHT, QUOTE_GAP, CAPTION_GAP = 12, 4, 36, 16, 8
HORIZONTAL_PADDING = 18
BORDER_WIDTH = 1


def height(collection: QuoteCollection, width: int, limit: int | None = None) -> int:
    """Return the height of a frame of this width, in pixels: at most :data:`MAX_HEIGHT`.

    ``limit`` is the number of quotes on its pages, if it is lower than that of the collection's.
    """
    quotes = collection.quotes[:limit]
    text_width = max(width, frame_metrics.MIN_WIDTH) - frame_metrics.EDGE_WIDTH - 2 * HORIZONTAL_PADDING
    type_, label = title_type(collection), to_single_line(collection.label)
    title = min(text_height.height(label, text_width, type_, "en"), MAX_TITLE_LINES * type_.line_height)
    header = 2 * HEADER_PADDING + title + frame_metrics.SMALL_TYPE.line_height + BORDER_WIDTH
    pager = 2 * PAGER_PADDING + LINK_HEIGHT + BORDER_WIDTH
    has_pages = collection.next_cursor or collection.previous_cursor or len(quotes) < len(collection.quotes)
    total = header + (pager if has_pages else 0)
    for quote in quotes:
        # Measuring stops where the bound is reached, however many quotes there are.
        if total >= MAX_HEIGHT:
            break
        total += _quote_height(quote, text_width) + BORDER_WIDTH
    return min(max(total, frame_metrics.MIN_HEIGHT), MAX_HEIGHT)


def title_type(collection: QuoteCollection) -> TypeSize:
    """Return the type of a collection's title, whose lines are farther apart in a tall script."""
    return frame_metrics.with_room(TITLE_TYPE, to_single_line(collection.label))


def quote_type(quote: QuoteViewModel) -> TypeSize:
    """Return the type of a quote, whose lines are farther apart in a tall script."""
    return frame_metrics.with_room(QUOTE_TYPE, frame_metrics.quote_text(quote))


def _quote_height(quote: QuoteViewModel, width: int) -> int:
    small = frame_metrics.SMALL_TYPE
    note = to_single_line(quote.note or "")
    words = (
        text_height.height(note, width, small, "en") + frame_metrics.BUTTON_GAP + frame_metrics.BUTTON_HEIGHT
        if note
        else text_height.height(frame_metrics.quote_text(quote), width, quote_type(quote), quote.language)
    )
    caption_type = frame_metrics.caption_type(quote)
    caption = text_height.height(frame_metrics.caption_spans(quote), width, caption_type, "en")
    return 2 * QUOTE_GAP + words + CAPTION_GAP + caption
