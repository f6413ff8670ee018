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

from api.embeds.quote_view_model import direction
from api.text.fonts import FAMILIES
from api.text.layout import Paragraph, Span

#: The declarations that every measured paragraph has. Without the second a browser may round each letter's
#: width; without the last a phone may enlarge the text.
STYLE = (
    "overflow-wrap:anywhere;text-rendering:geometricPrecision;white-space:normal;text-wrap:wrap;hyphens:manual;"
    "letter-spacing:normal;word-spacing:normal;font-synthesis:none;text-size-adjust:none;-webkit-text-size-adjust:none"
)
#: What a browser folds into one blank (CSS Text 3, section 4.1.1).
FOLDED = re.compile(r"[ \t\n\r\f]+")
#: How many texts' measures are kept.
MOST_KEPT = 256


class Type(NamedTuple):
    """A size of type, and how high each line of it is, in pixels."""

    size: int
    line: int


def type_css(type_: Type) -> str:
    """Return the declaration for a size of type."""
    return f"font:400 {type_.size}px/{type_.line}px {FAMILIES}"


def lines(text: str | Sequence[Span], width: int, type_: Type, language: str = "") -> list[str]:
    """Return the lines that a text breaks into at ``width`` pixels; none, if there is no text."""
    spans = (Span(text),) if isinstance(text, str) else tuple(text)
    paragraph = _measured(spans, language)
    return [paragraph.text[start:end] for start, end in paragraph.lines(width / type_.size)]


def height(text: str | Sequence[Span], width: int, type_: Type, language: str = "") -> int:
    """Return how high a text is at ``width`` pixels."""
    return len(lines(text, width, type_, language)) * type_.line


@lru_cache(maxsize=MOST_KEPT)
def _measured(spans: tuple[Span, ...], language: str) -> Paragraph:
    folded = [span._replace(text=FOLDED.sub(" ", span.text)) for span in spans]
    whole = "".join(span.text for span in folded)
    return Paragraph(folded, language, right_to_left=direction(whole) == "rtl")
