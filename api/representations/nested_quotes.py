"""Alternate quotation marks: “ ” outside, ‘ ’ inside, “ ” inside those, as English styles require.

Marks of any kind are converted in pairs: straight, curly, low and angle marks. A mark without a partner is
left as it is, so apostrophes are safe. Marks of East Asian scripts differ from the outer marks, so they stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Opening and closing mark, by depth modulo 2.
MARKS = (("“", "”"), ("‘", "’"))
#: The marks that close each opening mark.
CLOSING = {"“": "”", "„": "“”", '"': '"', "«": "»", "»": "«", "‘": "’", "‚": "‘’", "'": "'", "‹": "›"}
SINGLE, ANGLES = "‘’'", "«»‹›"
SINGLE_MARK = re.compile(f"[{SINGLE}]")
MARK_CHARACTERS = frozenset("".join(CLOSING) + "".join(CLOSING.values()))
#: Nobody nests deeper; looking further back would take quadratic time.
MAX_DEPTH = 8
#: Words that begin with an apostrophe.
ELISION = re.compile(r"(?:tis|twas|em|cause|til|n|[0-9]{2}s?)\b", re.IGNORECASE)
#: A mark opens a quotation at the start, after white space and after these characters.
BEFORE_OPENING = "([{-–—/“„«‘‚'\"‹"
SPACES = " \u00a0\u202f"


@dataclass(frozen=True)
class _Pair:
    """A matched pair of quotation marks: the indexes of the opening and of the closing mark."""

    start: int
    end: int


def nest(text: str, depth: int = 0) -> str:
    """Return the text with alternating quotation marks. ``depth`` is the number of marks around the text."""
    characters = list(text)
    ends: list[int] = []
    for pair in sorted(_pairs(text), key=lambda pair: pair.start):
        while ends and ends[-1] < pair.start:
            ends.pop()
        opening, closing = MARKS[(depth + len(ends)) % 2]
        ends.append(pair.end)
        if text[pair.start] in ANGLES:
            _drop_spaces(characters, pair)
        characters[pair.start], characters[pair.end] = opening, closing
    return "".join(characters)


def enquote(text: str) -> str:
    """Return the text in quotation marks, with alternating marks inside."""
    return f"“{nest(text, 1)}”"


def add_full_stop(text: str) -> str:
    """Return the text with a full stop, before closing quotation marks as in American English.

    Final punctuation of the text's own replaces the full stop.
    """
    ends = {pair.end for pair in _pairs(text)}
    length = len(text)
    while length - 1 in ends:
        length -= 1
    words, marks = text[:length], text[length:]
    return text if words.endswith((".", "?", "!")) else f"{words}.{marks}"


def _pairs(text: str) -> Iterator[_Pair]:
    """Yield the matched pairs of quotation marks, inner pairs before outer ones."""
    opened: list[int] = []
    for index, character in enumerate(text):
        if character not in MARK_CHARACTERS:
            continue
        partner = next(
            (start for start in opened[: -MAX_DEPTH - 1 : -1] if _closes(text, start, index)), None
        )
        if partner is not None:
            # Marks that were opened in between have no partner: they are apostrophes.
            while opened.pop() != partner:
                pass
            yield _Pair(partner, index)
        elif character in CLOSING and _can_open(text, index):
            opened.append(index)


def _can_open(text: str, index: int) -> bool:
    mark, before, after = text[index], text[index - 1 : index], text[index + 1 : index + 2]
    if not after or (after.isspace() and mark not in ANGLES):
        return False
    if mark == "'" and ELISION.match(text, index + 1):
        return False
    return mark not in "\"'»" or not before or before.isspace() or before in BEFORE_OPENING


def _closes(text: str, start: int, index: int) -> bool:
    """Whether the mark at ``index`` closes the one at ``start``."""
    if text[index] not in CLOSING[text[start]] or index == start + 1:
        return False
    if text[index] not in SINGLE or text[start] == "‚":
        return text[index] in ANGLES or not text[index - 1].isspace()
    if not _can_close(text, index):
        return False
    # The apostrophe of a plural possessive has another mark after it that closes the quotation.
    following = SINGLE_MARK.search(text, index + 1)
    is_possessive = text[index - 1] in "sS" and text[index + 1 : index + 2].isspace()
    return not (is_possessive and following and _can_close(text, following.start()))


def _can_close(text: str, index: int) -> bool:
    return text[index] != "‘" and not text[index - 1].isspace() and not text[index + 1 : index + 2].isalnum()


def _drop_spaces(characters: list[str], pair: _Pair) -> None:
    """Remove the spaces inside angle marks, which French has and English has not."""
    for index in (pair.start + 1, pair.end - 1):
        if characters[index] in SPACES:
            characters[index] = ""
