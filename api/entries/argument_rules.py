"""Rules for the argument of a film: relations between commentary entries, their scenes and advisories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from api.entries.checked_entries import CheckedEntries
from api.entries.entry import ValidEntry
from api.entries.violations import Level, Violation
from models import AssertedBy, CommentaryKind, Relation

#: From this severity on, an advisory on a paragraph is a reason to look at other entries that cite it.
STRONG_SEVERITY = 3


def one_sided_relation(result: CheckedEntries) -> Iterator[Violation]:
    """Check that a relation between two commentary entries is declared on one of them only."""
    relations, checked = _relations(result), result.of_type("commentary")
    ids = {item.slug for item in checked}
    for item in checked:
        for index, target in enumerate(relations[item.slug]):
            is_reported = target in ids and target <= item.slug
            if item.slug in relations.get(target, []) and not is_reported:
                message = f"“{target}” also relates to “{item.slug}”. Declare a relation on one side only."
                yield item.entry.violation("one-sided-relation", message, "relations", index)


def editors_relation(result: CheckedEntries) -> Iterator[Violation]:
    """Check what the editors assert: of two claims of a source, only that one disputes the other, and why.

    Of claims of different sources, also that one supports the other. All relations of an entry that the
    editors assert are theirs.
    """
    for valid in result.of_type("commentary"):
        for index, relation in enumerate(valid.body["relations"]):
            asserters = valid.body["asserted_by"], relation["asserted_by"]
            if asserters == (AssertedBy.EDITOR, AssertedBy.SOURCE):
                message = "The editors assert this entry, and so its relations: add asserted_by: editor."
            elif asserters != (AssertedBy.SOURCE, AssertedBy.EDITOR):
                continue
            elif relation["relation"] not in _editors_views(result, valid, relation["target"]):
                message = (
                    "Only disputes can be the editors' view of two claims of a source, and disputes or "
                    "supports that of claims of different sources."
                )
            elif not relation["note"]:
                message = (
                    f"Say in note why one claim {relation['relation']} the other: the editors assert it."
                )
            else:
                continue
            yield valid.entry.violation("editors-relation", message, "relations", index)


def _editors_views(result: CheckedEntries, claim: ValidEntry, target: str) -> tuple[Relation, ...]:
    """Return how the editors may relate two claims; the other may be outside the pack."""
    other = result.find("commentary", target)
    if other and source_of(other.body) == source_of(claim.body):
        return (Relation.DISPUTES,)
    return (Relation.DISPUTES, Relation.SUPPORTS)


def relation_cycle(result: CheckedEntries) -> Iterator[Violation]:
    """Check that ``supports`` and ``extends`` form no cycle: no entry may support itself."""
    declared = _relations(result, "supports", "extends")
    relations = {slug: declared.keys() & targets for slug, targets in declared.items()}
    # Most entries are on no cycle, so that following the relations of each would be slow for large packs.
    relations = _reversed(_leading_to_cycles(_reversed(_leading_to_cycles(relations))))
    for item in result.of_type("commentary"):
        slug, reached, queue = item.slug, set[str](), list(relations.get(item.slug, ()))
        while queue and slug not in reached:
            target = queue.pop()
            if target not in reached:
                reached.add(target)
                queue += relations[target]
        if slug in reached:
            message = "This entry supports or extends itself through other entries. Remove a relation."
            yield item.entry.violation("relation-cycle", message, "relations")


def _leading_to_cycles(relations: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return the relations without entries that lead to no cycle."""
    origins = _reversed(relations)
    counts = {slug: len(targets) for slug, targets in relations.items()}
    ends = [slug for slug, count in counts.items() if not count]
    while ends:
        for origin in origins[ends.pop()]:
            counts[origin] -= 1
            if not counts[origin]:
                ends.append(origin)
    kept = {slug for slug, count in counts.items() if count}
    return {slug: relations[slug] & kept for slug in kept}


def _reversed(relations: dict[str, set[str]]) -> dict[str, set[str]]:
    origins: dict[str, set[str]] = {slug: set() for slug in relations}
    for slug, targets in relations.items():
        for target in targets:
            origins[target].add(slug)
    return origins


def path_to_thesis(result: CheckedEntries) -> Iterator[Violation]:
    """Warn about entries whose relations lead to no thesis of their source, step by step, if it has one.

    That the editors see one claim dispute another does not give it a place in the source's argument, and
    neither does a relation to a claim of another source.
    """
    if not result.is_complete:
        return
    entries, origins = _commentary(result), defaultdict(list)
    sources = {slug: (item.body["film"], source_of(item.body)) for slug, item in entries.items()}
    for slug, item in entries.items():
        for relation in item.body["relations"]:
            is_within = sources.get(relation["target"], sources[slug]) == sources[slug]
            if is_within and relation["asserted_by"] is item.body["asserted_by"]:
                origins[relation["target"]].append(slug)
    theses = [slug for slug, item in entries.items() if item.body["kind"] == CommentaryKind.THESIS]
    # Walk back from the theses, and from entries outside the pack, whose relations are not known.
    reached, queue = set(), [*theses, *(target for target in origins if target not in entries)]
    while queue:
        slug = queue.pop()
        if slug not in reached:
            reached.add(slug)
            queue += origins[slug]
    with_thesis = {sources[slug] for slug in theses}
    for slug, item in entries.items():
        if slug not in reached and sources[slug] in with_thesis:
            message = (
                "Its relations lead to no thesis of its source. Say which entry it supports, extends or "
                "disputes."
            )
            yield item.entry.violation("path-to-thesis", message, "relations", level=Level.WARNING)


def scene_without_commentary(result: CheckedEntries) -> Iterator[Violation]:
    """Warn about scenes without commentary in films that have commentary."""
    if not result.is_complete:
        return
    discussed = {scene for item in result.of_type("commentary") for scene in item.body["scenes"]}
    films = {item.body["film"] for item in result.of_type("commentary")}
    for scene in result.of_type("scene"):
        if scene.body["film"] in films and scene.slug not in discussed:
            message = "No commentary refers to this scene."
            yield scene.entry.violation("scene-without-commentary", message, level=Level.WARNING)


def flagged_paragraph(result: CheckedEntries) -> Iterator[Violation]:
    """Point out entries without advisories whose paragraphs all carry strong advisories elsewhere.

    An advisory describes the words of its own entry, so this is only a hint to look.
    """
    flags: dict[tuple[str, int], set[str]] = defaultdict(set)
    types = ("character", "scene", "quote", "commentary")
    citing = [valid for type_name in types for valid in result.of_type(type_name)]
    for valid in citing:
        strong = {
            link["advisory"] for link in valid.body["advisories"] if link["severity"] >= STRONG_SEVERITY
        }
        for paragraph in _cited_paragraphs(valid):
            flags[paragraph] |= strong
    for valid in citing:
        paragraphs = _cited_paragraphs(valid)
        is_flagged = bool(paragraphs) and all(flags[paragraph] for paragraph in paragraphs)
        if not valid.body["advisories"] and is_flagged:
            advisories = ", ".join(sorted(set().union(*(flags[paragraph] for paragraph in paragraphs))))
            message = (
                f"Other entries flag the same paragraphs strongly ({advisories}). "
                "Does this entry need an advisory?"
            )
            yield valid.entry.violation("flagged-paragraph", message, "advisories", level=Level.NOTICE)


def weaker_advisory(result: CheckedEntries) -> Iterator[Violation]:
    """Point out commentary with an advisory that is weaker than that of a quote that is its evidence.

    A report may be milder than the words that it reports, so this is only a hint to look.
    """
    for item in result.of_type("commentary"):
        own = {link["advisory"]: link["severity"] for link in item.body["advisories"]}
        for index, slug in enumerate(item.body["quotes"]):
            quote = result.entries_by_id.get(("quote", slug))
            for link in quote.body["advisories"] if quote else ():
                if link["severity"] > own.get(link["advisory"], link["severity"]):
                    message = (
                        f"“{slug}” has {link['advisory']} {link['severity']}, "
                        f"this entry {own[link['advisory']]}. Is that right?"
                    )
                    yield item.entry.violation(
                        "weaker-advisory", message, "quotes", index, level=Level.NOTICE
                    )


def source_of(body: dict[str, Any]) -> str:
    """Return the id of the source that a loaded commentary entry belongs to: by default, the cited one."""
    source: str = body.get("source") or body["citations"][0]["source"]
    return source


def _cited_paragraphs(valid: ValidEntry) -> list[tuple[str, int]]:
    """Return the cited paragraphs as pairs of source id and paragraph number."""
    return [(c["source"], number) for c in valid.body["citations"] for number in c["paragraphs"]]


def _commentary(result: CheckedEntries) -> dict[str, ValidEntry]:
    return {item.slug: item for item in result.of_type("commentary")}


def _relations(result: CheckedEntries, *kinds: str) -> dict[str, list[str]]:
    """Return the targets of each commentary entry's relations, of all kinds or only of ``kinds``."""
    return {
        item.slug: [r["target"] for r in item.body["relations"] if not kinds or r["relation"] in kinds]
        for item in result.known("commentary")
    }
