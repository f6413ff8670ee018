"""Compute the height of a paragraph as a browser renders it, without a browser.

The result is exact under three conditions:

- The document has the ``@font-face`` rules of ``fonts.font_face_css(upright, italic)`` for all its text. Its
  ``font-family`` is ``fonts.FONT_FAMILY``, at weight 400.
- Every paragraph has ``PARAGRAPH_CSS``, and the ``font_css`` of the ``TypeSize`` that it is measured with.
- A line contains a single type size, and its width is a whole number of pixels.

White space is collapsed, as in HTML. A browser draws characters that frames load no typeface for (Chinese,
Japanese, Korean, emoji, symbols, rare scripts) in a font of its own: the number of lines is then an estimate,
the line height is exact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from api.text.bidi import text_direction
from api.text.fonts import FONT_FAMILY
from api.text.layout import Paragraph, Span

#: Required of every measured paragraph. Without ``geometricPrecision`` a browser may round the width of each
#: letter; without ``text-size-adjust`` a phone may enlarge the text.
PARAGRAPH_CSS = (
    "overflow-wrap:anywhere;text-rendering:geometricPrecision;font-synthesis:none;text-size-adjust:none;"
    "-webkit-text-size-adjust:none"
)
#: White space that a browser collapses (CSS Text 3, section 4.1.1).
COLLAPSIBLE_SPACE = re.compile(r"[ \t\n\r\f]+")
MAX_CACHED_PARAGRAPHS = 256


class TypeSize(NamedTuple):
    """A type size and its line height, in pixels."""

    size: int
    line_height: int


def font_css(type_: TypeSize) -> str:
    """Return the ``font`` declaration for a type size."""
    return f"font:400 {type_.size}px/{type_.line_height}px {FONT_FAMILY}"


def break_lines(text: str | Sequence[Span], width: int, type_: TypeSize, language: str = "") -> list[str]:
    """Return the lines of a text, or of spans in several styles, at a width in pixels."""
    spans = (Span(text),) if isinstance(text, str) else tuple(text)
    paragraph = _measure(spans, language)
    return [paragraph.text[start:end] for start, end in paragraph.break_lines(width / type_.size)]


def height(text: str | Sequence[Span], width: int, type_: TypeSize, language: str = "") -> int:
    """Return the height of a text, in pixels, at a width in pixels."""
    return len(break_lines(text, width, type_, language)) * type_.line_height


@lru_cache(maxsize=MAX_CACHED_PARAGRAPHS)
def _measure(spans: tuple[Span, ...], language: str) -> Paragraph:
    collapsed = [span._replace(text=COLLAPSIBLE_SPACE.sub(" ", span.text)) for span in spans]
    text = "".join(span.text for span in collapsed)
    return Paragraph(collapsed, language, right_to_left=text_direction(text) == "rtl")
