"""Sanitize text for cards: one line, without invisible controls, in characters that a typeface can draw.

Frames leave this to the browser; a card is an image, so it has to be done here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from api.text.fonts import typeface_for
from api.text.single_line import WHITE_SPACE

#: Direction controls and other invisible format characters, among them soft hyphens.
INVISIBLE = re.compile(
    r"[\xad\u061c\u180e\u200e\u200f\u202a-\u202e\u2061-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
#: Combining marks a letter may carry; a taller stack would overlap other lines.
MAX_COMBINING_MARKS = 4
#: Replaces a character that no typeface has.
REPLACEMENT = "\ufffd"
COMBINING_CATEGORIES = {"Mn", "Me"}


def sanitize_text(text: str) -> str:
    """Return the drawable part of a text on one line; missing glyphs become U+FFFD, never empty boxes."""
    drawable: list[str] = []
    marks = 0
    for character in INVISIBLE.sub("", WHITE_SPACE.sub(" ", text)).strip(" "):
        marks = marks + 1 if unicodedata.category(character) in COMBINING_CATEGORIES else 0
        if marks <= MAX_COMBINING_MARKS:
            drawable.append(_replace_undrawable(character))
    return "".join(drawable)


@lru_cache(maxsize=20_000)
def _replace_undrawable(character: str) -> str:
    if unicodedata.category(character) == "Cc":
        return ""
    return character if typeface_for(character) else REPLACEMENT
