"""An argument as a tree: from claims that serve no other down to what they rest on."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

#: Steps from a thesis to the last that is drawn beneath it; what lies deeper begins anew.
MAX_DEPTH = 8
#: By the id of a claim: relations, and the claims that stand in them to it.
RelationsByTarget = dict[str, list[tuple[str, dict[str, Any]]]]


@dataclass
class ArgumentNode:
    """A claim in its place, what it does for the claim above it, and what is done for it."""

    claim: dict[str, Any]
    relation: str | None = None
    depth: int = 0
    #: It stands elsewhere already; here it is only named.
    is_repeated: bool = False
    steps: list[ArgumentNode] = field(default_factory=list)

    @property
    def beneath(self) -> int:
        """How many claims stand beneath it."""
        return sum(1 + step.beneath for step in self.steps)


@dataclass(frozen=True)
class ArgumentTree:
    """Trees of claims, the weightiest first, and those that nothing ties to another."""

    trees: list[ArgumentNode]
    single: list[dict[str, Any]]


def build_argument(claims: list[dict[str, Any]]) -> ArgumentTree:
    """Return the argument that claims make; each of them stands in it once.

    Where a claim serves several, it stands below that which is fewest steps from a thesis.
    """
    serving = _relations_by_target(claims)
    tied = {claim["id"] for served in serving.values() for _, claim in served}
    heads = [claim for claim in claims if claim["id"] not in tied and serving[claim["id"]]]
    heads.sort(key=lambda claim: claim["weight"] != "core")
    seen = {claim["id"] for claim in heads}
    trees = _build_trees(heads, serving, seen)
    for claim in claims:
        # What serves itself in a circle has no head; what lies too deep has none that is drawn.
        if claim["id"] in tied - seen:
            seen.add(claim["id"])
            trees += _build_trees([claim], serving, seen)
    single = [claim for claim in claims if claim["id"] not in tied and not serving[claim["id"]]]
    return ArgumentTree(trees, single)


def _relations_by_target(claims: list[dict[str, Any]]) -> RelationsByTarget:
    """Return what is done for each claim, and by which other."""
    serving: RelationsByTarget = {claim["id"]: [] for claim in claims}
    for claim in claims:
        for relation in claim["relations"]:
            if relation["commentary"] and relation["commentary"]["id"] in serving:
                serving[relation["commentary"]["id"]].append((relation["relation"], claim))
    return serving


def _build_trees(
    heads: list[dict[str, Any]], serving: RelationsByTarget, seen: set[str]
) -> list[ArgumentNode]:
    trees = [ArgumentNode(claim) for claim in heads]
    waiting = deque(trees)
    while waiting:
        step = waiting.popleft()
        for relation, claim in serving[step.claim["id"]]:
            below = ArgumentNode(claim, relation, step.depth + 1, claim["id"] in seen)
            if below.is_repeated or below.depth <= MAX_DEPTH:
                step.steps.append(below)
            if not below.is_repeated and below.depth <= MAX_DEPTH:
                seen.add(claim["id"])
                waiting.append(below)
    return trees
