"""Search snippets: locate the matches of a query within a text (highlights), and cut a window around them.

Ranges are pairs of offsets (code points) into the original text; the end is exclusive. Nothing here is HTML:
a caller that renders a snippet must escape its parts before it adds markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from models.search.query_parser import Clause, ClauseKind, Query
from models.search.tokenizer import Token, character_pairs, tokenize

SNIPPET_LENGTH = 160
#: Marks the side of a snippet where the text continues.
ELLIPSIS = "…"

Range = tuple[int, int]


class Snippet(NamedTuple):
    """A part of a text, with ``…`` where it was cut; ``highlights`` are ranges within the snippet's text."""

    text: str
    highlights: list[Range]


def find_highlights(text: str, query: Query) -> list[Range]:
    """Return the ranges of ``text`` that match a required clause, in order; overlapping ones are merged."""
    tokens = list(tokenize(text))
    return _merge_overlapping(
        sorted(match for clause in query.required for match in _find_matches(clause, tokens))
    )


def _find_matches(clause: Clause, tokens: list[Token]) -> Iterator[Range]:
    if clause.kind is ClauseKind.PHRASE:
        yield from _find_phrase(clause, [token for token in tokens if token.exact])
    elif clause.kind is ClauseKind.WORD:
        stems = {*clause.stems, clause.joined or clause.stems[0]}
        yield from ((token.start, token.end) for token in tokens if token.stem in stems)
    else:
        prefix = clause.exact[0]
        yield from ((token.start, token.end) for token in tokens if token.exact.startswith(prefix))


def _find_phrase(clause: Clause, tokens: list[Token]) -> Iterator[Range]:
    phrase, pairs = clause.exact, character_pairs(clause.tokens)
    for index in range(len(tokens) - len(phrase) + 1):
        run = tokens[index : index + len(phrase)]
        if tuple(token.exact for token in run) == phrase and character_pairs(run) == pairs:
            yield run[0].start, run[-1].end


def _merge_overlapping(ranges: list[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in ranges:
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def extract_snippet(text: str, query: Query, length: int = SNIPPET_LENGTH) -> Snippet:
    """Return about ``length`` characters around the first matches; a text no longer than that is whole."""
    highlights = find_highlights(text, query)
    if len(text) <= length:
        return Snippet(text, highlights)
    start, end = _choose_window(text, highlights, length)
    before, after = ELLIPSIS * (start > 0), ELLIPSIS * (end < len(text))
    inside = [span for span in highlights if start <= span[0] and span[1] <= end]
    shift = len(before) - start
    return Snippet(
        f"{before}{text[start:end]}{after}", [(first + shift, last + shift) for first, last in inside]
    )


def _choose_window(text: str, highlights: list[Range], length: int) -> Range:
    """Return a range that includes the first match, a third of the context before it, and no cut words."""
    first, last = highlights[0] if highlights else (0, 0)
    width = max(length, last - first)
    words = [token for token in tokenize(text) if token.exact]
    ideal = max(0, min(first - (width - (last - first)) // 3, len(text) - width))
    start = min((word.start for word in words if word.start >= ideal), default=first) if ideal else 0
    start = min(start, first)
    ends = [word.end for word in words if start < word.end <= start + width]
    end = len(text) if len(text) <= start + width else max([*ends, last], default=start + width)
    # A text that is a single long run has no word boundary to cut at.
    return start, end if end > start else min(len(text), start + width)
