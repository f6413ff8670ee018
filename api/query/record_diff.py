"""The difference of two records, value by value; texts are compared word by word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from models.word_diff import Run, compare_words


class FieldChange(NamedTuple):
    """A value that differs: its JSON Pointer, both values, and the runs of words if both are texts."""

    pointer: str
    before: Any
    after: Any
    words: list[Run] | None


def compare_records(before: dict[str, Any], after: dict[str, Any], path: str = "") -> Iterator[FieldChange]:
    """Yield the values that differ, in the order of the keys of ``after``, removed keys last.

    Objects are compared key by key, lists as a whole: writes replace them as a whole, too.
    """
    for key in (*after, *(key for key in before if key not in after)):
        old, new = before.get(key), after.get(key)
        pointer = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from compare_records(old, new, pointer)
        else:
            words = compare_words(old, new) if isinstance(old, str) and isinstance(new, str) else None
            yield FieldChange(pointer, old, new, words)
