"""Whether compared cases answer the same: nothing is measured of those that do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.compare.cases import Case, Group


class Different(Exception):
    """Two cases answer with different items; ``str()`` names the first of them."""


def same(group: Group, answers: Mapping[str, bytes]) -> dict[str, int]:
    """Compare ids and texts, in their order, of every pair; return how many items each case has.

    Raises:
        Different: naming the two and where they differ.
    """
    found = {case.name: _items(case, answers[case.name]) for case in group.cases if case.read}
    for mine, other in group.pairs:
        if mine in found and other in found:
            _compare(mine, found[mine], other, found[other])
        elif answers[mine] != answers[other] and mine not in found:
            raise Different(f"{mine} and {other} answer with different bytes.")
    return {name: len(items) for name, items in found.items()}


def _items(case: Case, body: bytes) -> list[tuple[Any, Any]]:
    read = case.read(body) if case.read else []
    return [(item["id"], item["text"]) for item in read]


def _compare(mine: str, ours: list[tuple[Any, Any]], other: str, theirs: list[tuple[Any, Any]]) -> None:
    if not ours:
        raise Different(f"{mine} answers with nothing.")
    if len(ours) != len(theirs):
        raise Different(f"{mine} answers with {len(ours)} items, {other} with {len(theirs)}.")
    for place, (one, another) in enumerate(zip(ours, theirs, strict=True), 1):
        if one != another:
            raise Different(f"Item {place} is {one[0]} of {mine}, and {another[0]} of {other}.")
