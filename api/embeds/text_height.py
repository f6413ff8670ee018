"""Lines as a browser breaks them, so that heights are known before anything is shown.

A document is as high as said here, if it is held to three things:

- its ``@font-face`` rules are those of ``fonts.faces_css(upright, italic)``, of all its text, and its
  ``font-family`` is ``fonts.FAMILIES``, at weight 400;
- every paragraph has ``STYLE``, and ``type_css(type)`` of the ``Type`` that it is measured with;
- nothing in a line is of another size, and a line's width is a whole number of pixels.

A paragraph is then ``height(text, width, type, language)`` pixels high. ``text`` is a string, or spans where
a part is italic; its white space is folded, as in HTML. What these typefaces lack (ideographs, emoji) a
browser draws with its own: the number of lines is a good guess then, and each is as high all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from api.embeds.quote_view_model import text_direction
from api.text.fonts import FONT_FAMILY
from api.text.layout import Paragraph, Span

#: The declarations that every measured paragraph has. Without the second a browser may round each letter's
#: width; without the last a phone may enlarge the text.
PARAGRAPH_CSS = (
    "overflow-wrap:anywhere;text-rendering:geometricPrecision;white-space:normal;text-wrap:wrap;hyphens:manual;"
    "letter-spacing:normal;word-spacing:normal;font-synthesis:none;text-size-adjust:none;-webkit-text-size-adjust:none"
)
#: What a browser folds into one blank (CSS Text 3, section 4.1.1).
COLLAPSIBLE_SPACE = re.compile(r"[ \t\n\r\f]+")
#: How many texts' measures are kept.
MAX_CACHED_PARAGRAPHS = 256


class TypeSize(NamedTuple):
    """A size of type, and how high each line of it is, in pixels."""

    size: int
    line: int


def font_css(type_: TypeSize) -> str:
    """Return the declaration for a size of type."""
    return f"font:400 {type_.size}px/{type_.line}px {FONT_FAMILY}"


def break_lines(text: str | Sequence[Span], width: int, type_: TypeSize, language: str = "") -> list[str]:
    """Return the lines that a text breaks into at ``width`` pixels; none, if there is no text."""
    spans = (Span(text),) if isinstance(text, str) else tuple(text)
    paragraph = _measure(spans, language)
    return [paragraph.text[start:end] for start, end in paragraph.lines(width / type_.size)]


def height(text: str | Sequence[Span], width: int, type_: TypeSize, language: str = "") -> int:
    """Return how high a text is at ``width`` pixels."""
    return len(break_lines(text, width, type_, language)) * type_.line


@lru_cache(maxsize=MAX_CACHED_PARAGRAPHS)
def _measure(spans: tuple[Span, ...], language: str) -> Paragraph:
    folded = [span._replace(text=COLLAPSIBLE_SPACE.sub(" ", span.text)) for span in spans]
    whole = "".join(span.text for span in folded)
    return Paragraph(folded, language, right_to_left=text_direction(whole) == "rtl")
