"""Arrange a film's commentary by source, as trees: a thesis above what supports, extends or disputes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

#: The depth of a tree; entries that lie deeper start a tree of their own.
MAX_DEPTH = 8
#: By the id of a commentary entry: the relations to it, each with the entry that it comes from.
RelationsByTarget = dict[str, list[tuple[str, dict[str, Any]]]]


@dataclass
class ArgumentNode:
    """A commentary entry in the tree, its relation to the parent, and its children."""

    entry: dict[str, Any]
    relation: str | None = None
    depth: int = 0
    #: The entry already appears elsewhere in the tree; this node only links to it.
    is_repeated: bool = False
    children: list[ArgumentNode] = field(default_factory=list)
    #: The place in the tree as an outline number, such as ``1.4.2``; of a repeated entry, its first place.
    number: str = ""

    @cached_property
    def descendant_count(self) -> int:
        """The number of nodes below this one."""
        return sum(1 + child.descendant_count for child in self.children)


class Tie(NamedTuple):
    """A relation that shapes no tree, seen from one of its entries: if ``is_subject``, from the first.

    The editors assert it, or it goes to a claim of another source.
    """

    relation: str
    is_subject: bool
    other: dict[str, Any]
    asserted_by: str
    note: str | None


@dataclass(frozen=True)
class ArgumentTree:
    """What one source argues: its trees, core theses first, and its entries without any relation within it.

    ``source`` is a reference, or None if the source is not public.
    """

    source: dict[str, Any] | None
    trees: list[ArgumentNode]
    standalone: list[dict[str, Any]]


def build_arguments(commentary: list[dict[str, Any]]) -> list[ArgumentTree]:
    """Return the argument of each source of these entries, in the order of their first entries."""
    return [build_argument(entries) for entries in group_by_source(commentary).values()]


def group_by_source(commentary: Iterable[dict[str, Any]]) -> dict[str | None, list[dict[str, Any]]]:
    """Return commentary entries by the id of their source, None for one that is not public."""
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for entry in commentary:
        groups.setdefault(source_id(entry), []).append(entry)
    return groups


def source_id(item: dict[str, Any]) -> str | None:
    """Return the id of the source of an entry or of a relation; None if the source is not public."""
    source = item["source"]
    return source["id"] if source else None


def build_argument(commentary: list[dict[str, Any]]) -> ArgumentTree:
    """Return the argument that the entries of one source form; each entry appears in full once.

    An entry that relates to several others is placed below the one closest to a thesis.
    """
    relations = _relations_by_target(commentary)
    related = {entry["id"] for sources in relations.values() for _, entry in sources}
    roots = [entry for entry in commentary if entry["id"] not in related and relations[entry["id"]]]
    roots.sort(key=lambda entry: entry["weight"] != "core")
    seen = {entry["id"] for entry in roots}
    trees = _build_trees(roots, relations, seen)
    for entry in commentary:
        # A cycle has no root, and an entry below the maximum depth is not reached from one.
        if entry["id"] in related - seen:
            seen.add(entry["id"])
            trees += _build_trees([entry], relations, seen)
    _number_nodes(trees)
    standalone = [entry for entry in commentary if entry["id"] not in related and not relations[entry["id"]]]
    return ArgumentTree(commentary[0]["source"], trees, standalone)


def find_ties(commentary: list[dict[str, Any]]) -> dict[str, list[Tie]]:
    """Return the relations that shape no tree, by the id of the entry on either side."""
    entries = {entry["id"]: entry for entry in commentary}
    ties: dict[str, list[Tie]] = {}
    for subject in commentary:
        for each in subject["relations"]:
            object_ = each["commentary"] and entries.get(each["commentary"]["id"])
            if object_ and (each["asserted_by"] == "editor" or source_id(subject) != source_id(object_)):
                for one, other in ((subject, object_), (object_, subject)):
                    tie = Tie(each["relation"], one is subject, other, each["asserted_by"], each["note"])
                    ties.setdefault(one["id"], []).append(tie)
    return ties


def _relations_by_target(commentary: list[dict[str, Any]]) -> RelationsByTarget:
    relations: RelationsByTarget = {entry["id"]: [] for entry in commentary}
    for entry in commentary:
        for relation in entry["relations"]:
            target = relation["commentary"] and relation["commentary"]["id"]
            if target in relations and relation["asserted_by"] == "source":
                relations[target].append((relation["relation"], entry))
    return relations


def _build_trees(
    roots: list[dict[str, Any]], relations: RelationsByTarget, seen: set[str]
) -> list[ArgumentNode]:
    """Return a tree for each root, built breadth first; add the ids of its entries to ``seen``."""
    trees = [ArgumentNode(entry) for entry in roots]
    queue = deque(trees)
    while queue:
        node = queue.popleft()
        for relation, entry in relations[node.entry["id"]]:
            child = ArgumentNode(entry, relation, node.depth + 1, entry["id"] in seen)
            if child.is_repeated or child.depth <= MAX_DEPTH:
                node.children.append(child)
            if not child.is_repeated and child.depth <= MAX_DEPTH:
                seen.add(entry["id"])
                queue.append(child)
    return trees


def _number_nodes(trees: list[ArgumentNode]) -> None:
    """Give every node its outline number. They show depth, and where in the argument an entry is."""
    numbers: dict[str, str] = {}
    repeated: list[ArgumentNode] = []
    stack = [(str(place), tree) for place, tree in enumerate(trees, 1)]
    while stack:
        number, node = stack.pop()
        if node.is_repeated:
            repeated.append(node)
        else:
            node.number = numbers[node.entry["id"]] = number
        stack += [(f"{number}.{place}", child) for place, child in enumerate(node.children, 1)]
    for node in repeated:
        node.number = numbers[node.entry["id"]]
