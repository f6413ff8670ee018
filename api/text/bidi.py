"""Which way each character of a text runs (UAX #9), and the order in which its parts stand on a line.

Marks that change the direction of what is around them are taken out before (``api/text/drawable_text.py``),
so that the implicit levels are all there is.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

RIGHT_TO_LEFT_CLASSES = {"R", "AL", "AN"}
#: How strong each kind of character is to brackets around it (rule N0): numbers are as letters of the right.
STRONG_DIRECTIONS = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}
BRACKETS = {"(": ")", "[": "]", "{": "}", "「": "」", "『": "』", "（": "）", "〈": "〉", "《": "》"}
#: How deep brackets are followed (BD16).
MAX_OPEN_BRACKETS = 63
Segment = TypeVar("Segment")


def embedding_levels(text: str, *, right_to_left: bool) -> list[int]:
    """Return the embedding level of each character: odd where it runs from right to left."""
    base = int(right_to_left)
    kinds = [unicodedata.bidirectional(character) or "L" for character in text]
    if not right_to_left and RIGHT_TO_LEFT_CLASSES.isdisjoint(kinds):
        return [base] * len(text)
    resolved = dict(_resolve_levels(text, kinds, base))
    found: list[int] = []
    for at in range(len(text)):
        # What the rules take away (X9) goes with what is before it.
        found.append(resolved.get(at, found[-1] if found else base))
    return found


def _resolve_levels(text: str, kinds: Sequence[str], base: int) -> list[tuple[int, int]]:
    from bidi import algorithm

    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    storage["chars"] = [
        {"ch": character, "level": base, "type": kind, "orig": kind, "at": at}
        for at, (character, kind) in enumerate(zip(text, kinds, strict=True))
    ]
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], base)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [(character["at"], character["level"]) for character in storage["chars"]]


def _resolve_brackets(characters: list[dict[str, Any]], base: int) -> None:
    """Let both brackets of a pair run as what is inside them does (rule N0), which the library leaves out."""
    own, other = ("R", "L") if base else ("L", "R")
    for opening, closing in sorted(_bracket_pairs(characters)):
        inside = {STRONG_DIRECTIONS.get(character["type"]) for character in characters[opening + 1 : closing]}
        before = (STRONG_DIRECTIONS.get(character["type"]) for character in reversed(characters[:opening]))
        found = own if own in inside else (other in inside and (next(filter(None, before), own))) or None
        if found:
            characters[opening]["type"] = characters[closing]["type"] = found


def _bracket_pairs(characters: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return where matching brackets stand."""
    found: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for at, character in enumerate(characters):
        if closing := BRACKETS.get(character["ch"]):
            opened = [*opened[:MAX_OPEN_BRACKETS], (closing, at)]
        elif any(character["ch"] == wanted for wanted, _ in opened):
            while (pair := opened.pop())[0] != character["ch"]:
                pass
            found.append((pair[1], at))
    return found


def visual_order(parts: list[Segment], level: Callable[[Segment], int]) -> list[Segment]:
    """Return the parts of a line from left to right (rule L2); each has one level throughout."""
    highest = max(map(level, parts), default=0)
    seen = list(parts)
    for least in range(highest, 0, -1):
        seen = _reverse_runs(seen, level, least)
    return seen


def _reverse_runs(parts: list[Segment], level: Callable[[Segment], int], least: int) -> list[Segment]:
    """Return the parts with each run of those of a level of ``least`` or more turned round."""
    found: list[Segment] = []
    run: deque[Segment] = deque()
    for part in parts:
        if level(part) >= least:
            run.appendleft(part)
        else:
            found += [*run, part]
            run.clear()
    return [*found, *run]
