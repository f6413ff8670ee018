"""Snippets: where a text has what was looked for, and a piece of it to show.

Ranges are offsets into the text as it was given, ends excluded. Nothing here is HTML: whoever shows a
snippet escapes its pieces first, and marks them then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from models.search.query_parser import Clause, ClauseKind, Query
from models.search.text_analysis import Token, tokens

SNIPPET_LENGTH = 160
#: What stands for the text before and after a piece.
ELLIPSIS = "…"

Range = tuple[int, int]


class Snippet(NamedTuple):
    """A piece of a text, with ``…`` where more stands beside it; the ranges are the piece's own."""

    text: str
    ranges: list[Range]


def highlights(text: str, query: Query) -> list[Range]:
    """Return the ranges of ``text`` that match what the query looks for, in order, none in another."""
    found = list(tokens(text))
    return _merged(sorted(place for clause in query.wanted for place in _matches(clause, found)))


def _matches(clause: Clause, found: list[Token]) -> Iterator[Range]:
    if clause.kind is ClauseKind.PHRASE:
        wanted = clause.exact
        for first in range(len(found) - len(wanted) + 1):
            run = found[first : first + len(wanted)]
            if tuple(token.exact for token in run) == wanted:
                yield run[0].start, run[-1].end
        return
    for token in found:
        if (
            token.stem == clause.stem
            if clause.kind is ClauseKind.WORD
            else token.exact.startswith(clause.exact[0])
        ):
            yield token.start, token.end


def _merged(places: list[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in places:
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def snippet(text: str, query: Query, length: int = SNIPPET_LENGTH) -> Snippet:
    """Return a piece of about ``length`` characters around the first matches; a short text is whole."""
    marked = highlights(text, query)
    if len(text) <= length:
        return Snippet(text, marked)
    start, end = _window(text, marked, length)
    before, after = ELLIPSIS * (start > 0), ELLIPSIS * (end < len(text))
    inside = [place for place in marked if start <= place[0] and place[1] <= end]
    shift = len(before) - start
    return Snippet(
        f"{before}{text[start:end]}{after}", [(first + shift, last + shift) for first, last in inside]
    )


def _window(text: str, marked: list[Range], length: int) -> Range:
    """Return a range that cuts no word, has the first match, and a third of its length before it."""
    first, last = marked[0] if marked else (0, 0)
    room = max(length, last - first)
    words = list(tokens(text))
    wish = max(0, min(first - (room - (last - first)) // 3, len(text) - room))
    start = min((word.start for word in words if word.start >= wish), default=first) if wish else 0
    start = min(start, first)
    ends = [word.end for word in words if start < word.end <= start + room]
    end = len(text) if len(text) <= start + room else max([*ends, last], default=start + room)
    # A text that is one long run has no place to cut at.
    return start, end if end > start else min(len(text), start + room)
