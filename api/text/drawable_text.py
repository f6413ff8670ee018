"""Sanitize text for cards: one line, without invisible controls, in characters that a typeface can draw.

Frames leave this to the browser; a card is an image, so it has to be done here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from api.text.fonts import typeface_for
from api.text.line_breaking import graphemes
from api.text.single_line import WHITE_SPACE

#: Direction controls and other invisible format characters, among them soft hyphens.
INVISIBLE = re.compile(
    r"[\xad\u061c\u180e\u200e\u200f\u202a-\u202e\u2061-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
#: Accents that a letter may carry; a taller stack would overlap other lines.
MAX_ACCENTS = 4
#: Marks of any kind, among them the vowel signs and stacked consonants of Burmese and Tibetan syllables.
MAX_MARKS = 8
#: Code points of the longest grapheme cluster. A longer one, which no language and no emoji has, could be
#: wider than a line, so zero-width spaces split it.
MAX_CLUSTER = 16
#: Replaces a character that no typeface has.
REPLACEMENT = "\ufffd"
ZERO_WIDTH_SPACE = "\u200b"
COMBINING_CATEGORIES = {"Mn", "Me"}


def sanitize_text(text: str) -> str:
    """Return the drawable part of a text on one line; missing glyphs become U+FFFD, never empty boxes."""
    drawable: list[str] = []
    marks = 0
    for character in INVISIBLE.sub("", WHITE_SPACE.sub(" ", text)).strip(" "):
        marks = marks + 1 if unicodedata.category(character) in COMBINING_CATEGORIES else 0
        # Combining classes from 200 are accents above and below a letter.
        if marks <= (MAX_ACCENTS if unicodedata.combining(character) >= 200 else MAX_MARKS):
            drawable.append(_replace_undrawable(character))
    return _split_clusters("".join(drawable))


def _split_clusters(text: str) -> str:
    """Return a text in which zero-width spaces split the clusters that are too long."""
    parts = [
        text[part : min(part + MAX_CLUSTER, end)] + (ZERO_WIDTH_SPACE if part + MAX_CLUSTER < end else "")
        for start, end in graphemes(text)
        for part in range(start, end, MAX_CLUSTER)
    ]
    return "".join(parts)


@lru_cache(maxsize=20_000)
def _replace_undrawable(character: str) -> str:
    if unicodedata.category(character) == "Cc":
        return ""
    return character if typeface_for(character) else REPLACEMENT
