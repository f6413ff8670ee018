"""Compare two texts word by word, with the greedy algorithm of Myers (1986), "An O(ND) difference algorithm".

``difflib`` would take minutes for two long texts of few distinct words. Here the number of differences is
bounded; beyond it, the words between the common beginning and end count as replaced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

#: Words, white space, and single punctuation marks; each ideograph is a word.
TOKENS = re.compile(
    r"\s+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
    r"(?:['’\-][^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)*|[^\w\s]"
)
#: The number of inserted and deleted words that are told apart. The time grows with its square.
MAX_DIFFERENCES = 400


class WordOperation(StrEnum):
    """What happened to a run of words."""

    EQUAL = "equal"
    DELETE = "delete"
    INSERT = "insert"


class Run(NamedTuple):
    """Adjacent words with the same operation, and the white space between them."""

    op: WordOperation
    text: str


def compare_words(before: str, after: str) -> list[Run]:
    """Return the runs that lead from one text to another.

    Those that are equal or deleted make up the first text, those that are equal or inserted the second.
    """
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    start = _common_prefix(old, new)
    end = _common_prefix(old[start:][::-1], new[start:][::-1])
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    steps = (
        [(WordOperation.EQUAL, token) for token in old[:start]]
        + _compare(old_middle, new_middle)
        + [(WordOperation.EQUAL, token) for token in old[len(old) - end :]]
    )
    groups = groupby(steps, key=lambda step: step[0])
    return [Run(operation, "".join(token for _, token in group)) for operation, group in groups]


def _common_prefix(old: Sequence[str], new: Sequence[str]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _compare(old: list[str], new: list[str]) -> list[tuple[WordOperation, str]]:
    """Return the shortest list of steps, or the replacement of everything if it is too long."""
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for differences in range(MAX_DIFFERENCES + 1):
        trace.append(dict(furthest))
        for diagonal in range(-differences, differences + 1, 2):
            down = diagonal == -differences or (
                diagonal != differences and furthest[diagonal - 1] < furthest[diagonal + 1]
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(old) and y >= len(new):
                return _backtrack(trace, old, new)
    replaced = [(WordOperation.DELETE, token) for token in old]
    return replaced + [(WordOperation.INSERT, token) for token in new]


def _backtrack(
    trace: list[dict[int, int]], old: list[str], new: list[str]
) -> list[tuple[WordOperation, str]]:
    steps: list[tuple[WordOperation, str]] = []
    x, y = len(old), len(new)
    for differences in range(len(trace) - 1, -1, -1):
        furthest, diagonal = trace[differences], x - y
        down = diagonal == -differences or (
            diagonal != differences and furthest[diagonal - 1] < furthest[diagonal + 1]
        )
        previous = diagonal + 1 if down else diagonal - 1
        previous_x = furthest[previous] if differences else 0
        previous_y = previous_x - previous if differences else 0
        while x > previous_x and y > previous_y:
            x, y = x - 1, y - 1
            steps.append((WordOperation.EQUAL, old[x]))
        if differences and down:
            y -= 1
            steps.append((WordOperation.INSERT, new[y]))
        elif differences:
            x -= 1
            steps.append((WordOperation.DELETE, old[x]))
    return steps[::-1]
