"""What of a text can be drawn: one line of characters that some typeface has, and nothing that plays tricks.

Frames show a text as it is, and leave this to browsers; a card is a picture.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from api.text.fonts import typeface_for
from api.text.single_line import WHITE_SPACE

#: What turns the text around it, and hyphens that show only where a line breaks.
INVISIBLE = re.compile(
    r"[\xad\u061c\u180e\u200e\u200f\u202a-\u202e\u2061-\u2069\u206a-\u206f\ufeff\ufff9-\ufffb]"
)
#: How many marks a letter may carry; more would reach into other lines.
MAX_COMBINING_MARKS = 4
#: What stands for a character that no typeface has.
REPLACEMENT = "\ufffd"
COMBINING_CATEGORIES = {"Mn", "Me"}


def sanitize_text(text: str) -> str:
    """Return what can be drawn of a text, never with a box for what is missing."""
    found: list[str] = []
    marks = 0
    for character in INVISIBLE.sub("", WHITE_SPACE.sub(" ", text)).strip(" "):
        marks = marks + 1 if unicodedata.category(character) in COMBINING_CATEGORIES else 0
        if marks <= MAX_COMBINING_MARKS:
            found.append(_replace_undrawable(character))
    return "".join(found)


@lru_cache(maxsize=20_000)
def _replace_undrawable(character: str) -> str:
    if unicodedata.category(character) == "Cc":
        return ""
    return character if typeface_for(character) else REPLACEMENT
