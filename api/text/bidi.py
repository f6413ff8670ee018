"""Unicode Bidirectional Algorithm (UAX #9): direction, embedding levels, and the visual order of a line.

Cards draw glyphs themselves, so no browser orders Hebrew or Arabic for them. Direction controls are removed
beforehand (``api/text/drawable_text.py``). Isolates are given as ranges, like ``<bdi>`` in HTML.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

#: Strong right-to-left characters (rule P2), and all that need levels.
STRONG_RIGHT_TO_LEFT = {"R", "AL"}
RIGHT_TO_LEFT_CLASSES = {*STRONG_RIGHT_TO_LEFT, "AN"}
#: Primary language subtags (CLDR) of languages that are mostly written from right to left.
RIGHT_TO_LEFT_LANGUAGES = {"ar", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
#: Stands for an isolate in the text around it: a neutral character.
OBJECT = "\ufffc"
#: The strong direction that each class has for surrounding brackets (rule N0): numbers count as R.
STRONG_DIRECTIONS = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}
BRACKETS = {"(": ")", "[": "]", "{": "}", "「": "」", "『": "』", "（": "）", "〈": "〉", "《": "》"}
#: The size of the bracket stack (BD16).
MAX_OPEN_BRACKETS = 63
Segment = TypeVar("Segment")


def text_direction(text: str) -> str:
    """Return ``rtl`` or ``ltr`` by the first strong character of a text; ``ltr`` if it has none."""
    strong = (class_ for class_ in map(unicodedata.bidirectional, text) if class_ in {"L", "R", "AL"})
    return "rtl" if next(strong, "L") in STRONG_RIGHT_TO_LEFT else "ltr"


def writing_direction(text: str, language: str) -> str:
    """Return ``rtl`` or ``ltr`` by the letters of a text and its language (BCP 47).

    Unlike the first strong character, a name in another script at the start of a sentence decides nothing.
    """
    classes = Counter(map(unicodedata.bidirectional, text))
    right_to_left = sum(classes[name] for name in STRONG_RIGHT_TO_LEFT)
    is_written_so = language.partition("-")[0].lower() in RIGHT_TO_LEFT_LANGUAGES
    return "rtl" if right_to_left and (is_written_so or right_to_left > classes["L"]) else "ltr"


def embedding_levels(
    text: str, *, right_to_left: bool, isolates: Sequence[tuple[int, int]] = ()
) -> list[int]:
    """Return the embedding level of each character: odd levels run from right to left.

    ``isolates`` are the starts and ends of parts that do not affect the order of the text around them, nor
    it theirs. Each has the direction of its first strong character (FSI, rule X5c).
    """
    base = int(right_to_left)
    inner: list[list[int]] = []
    for start, end in reversed(isolates):
        part = text[start:end]
        part_base = int(text_direction(part) == "rtl")
        # The part begins at the next level above the base that has the parity of its direction.
        shift = 0 if part_base > base else 2
        inner.append([level + shift for level in _implicit_levels(part, part_base)])
        text = text[:start] + OBJECT + text[end:]
    levels = _implicit_levels(text, base)
    for start, _ in isolates:
        levels[start : start + 1] = inner.pop()
    return levels


def _implicit_levels(text: str, base: int) -> list[int]:
    """Return the levels of a text without isolates in a paragraph of level ``base``."""
    classes = [unicodedata.bidirectional(character) or "L" for character in text]
    if not base and RIGHT_TO_LEFT_CLASSES.isdisjoint(classes):
        return [base] * len(text)
    resolved = dict(_resolve_levels(text, classes, base))
    levels: list[int] = []
    for index in range(len(text)):
        # A character that rule X9 removes takes the level of the one before it.
        levels.append(resolved.get(index, levels[-1] if levels else base))
    return levels


def _resolve_levels(text: str, classes: Sequence[str], base: int) -> list[tuple[int, int]]:
    """Return pairs of index and level for the characters that the algorithm keeps."""
    from bidi import algorithm

    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    storage["chars"] = [
        {"ch": character, "level": base, "type": class_, "orig": class_, "index": index}
        for index, (character, class_) in enumerate(zip(text, classes, strict=True))
    ]
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], base)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [(character["index"], character["level"]) for character in storage["chars"]]


def _resolve_brackets(characters: list[dict[str, Any]], base: int) -> None:
    """Give both brackets of a pair the direction of their content (rule N0), which python-bidi omits."""
    own, other = ("R", "L") if base else ("L", "R")
    for opening, closing in sorted(_bracket_pairs(characters)):
        inside = {STRONG_DIRECTIONS.get(character["type"]) for character in characters[opening + 1 : closing]}
        before = (STRONG_DIRECTIONS.get(character["type"]) for character in reversed(characters[:opening]))
        direction = own if own in inside else (other in inside and (next(filter(None, before), own))) or None
        if direction:
            characters[opening]["type"] = characters[closing]["type"] = direction


def _bracket_pairs(characters: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return the indexes of matching brackets (BD16)."""
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for index, character in enumerate(characters):
        if closing := BRACKETS.get(character["ch"]):
            stack = [*stack[:MAX_OPEN_BRACKETS], (closing, index)]
        elif any(character["ch"] == closing for closing, _ in stack):
            while (opened := stack.pop())[0] != character["ch"]:
                pass
            pairs.append((opened[1], index))
    return pairs


def visual_order(segments: list[Segment], level: Callable[[Segment], int]) -> list[Segment]:
    """Return the segments of a line from left to right (rule L2); each segment has a single level."""
    highest = max(map(level, segments), default=0)
    ordered = list(segments)
    for min_level in range(highest, 0, -1):
        ordered = _reverse_runs(ordered, level, min_level)
    return ordered


def _reverse_runs(segments: list[Segment], level: Callable[[Segment], int], min_level: int) -> list[Segment]:
    """Return the segments with every run at ``min_level`` or above reversed."""
    ordered: list[Segment] = []
    run: deque[Segment] = deque()
    for segment in segments:
        if level(segment) >= min_level:
            run.appendleft(segment)
        else:
            ordered += [*run, segment]
            run.clear()
    return [*ordered, *run]
