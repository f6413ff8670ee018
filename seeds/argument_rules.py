"""The rules of an argument: how claims relate, what they speak of, and what they may have to warn of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from seeds.check import CheckResult, ValidEntry
from seeds.diagnostics import Diagnostic, Level

#: A paragraph that some entry flags this strongly is one that every entry about it alone should look at.
STRONG = 3


def related_once(checked: CheckResult) -> Iterator[Diagnostic]:
    """Two claims relate in one direction: what A does for B is written at A alone."""
    done = _relations(checked)
    for claim, targets in done.items():
        for index, target in enumerate(targets):
            if claim in done.get(target, []) and claim < target:
                message = f"“{target}” relates to “{claim}” in turn; a relation is written on one side."
                yield _claims(checked)[claim].entry.fault("related-once", message, "relations", index)


def related_to_an_end(checked: CheckResult) -> Iterator[Diagnostic]:
    """Following what claims support and extend comes to an end: no claim rests on itself."""
    upward = _relations(checked, "supports", "extends")
    for claim in upward:
        reached, waiting = set(), list(upward[claim])
        while waiting:
            above = waiting.pop()
            if above not in reached:
                reached.add(above)
                waiting += upward.get(above, [])
        if claim in reached:
            message = "By what it supports and extends, the claim rests on itself."
            yield _claims(checked)[claim].entry.fault("related-to-an-end", message, "relations")


def claimed_scene(checked: CheckResult) -> Iterator[Diagnostic]:
    """Where a film has commentary, a scene that no claim is about may have been forgotten."""
    claimed = {scene for claim in checked.of("commentary") for scene in claim.body["scenes"]}
    argued = {claim.body["film"] for claim in checked.of("commentary")}
    for scene in checked.of("scene"):
        if scene.body["film"] in argued and scene.slug not in claimed:
            yield scene.entry.fault("claimed-scene", "No claim is about this scene.", level=Level.WARNING)


def flagged_paragraph(checked: CheckResult) -> Iterator[Diagnostic]:
    """Who speaks only of paragraphs that others flag strongly may have forgotten to warn of something.

    An advisory stands for the words of its own entry, so this is a place to look, no more.
    """
    flags: dict[tuple[str, int], set[str]] = defaultdict(set)
    citing = [*checked.of("scene"), *checked.of("quote"), *checked.of("commentary")]
    for sound in citing:
        strong = {link["advisory"] for link in sound.body["advisories"] if link["severity"] >= STRONG}
        for place in _places(sound):
            flags[place] |= strong
    for sound in citing:
        places = _places(sound)
        if not sound.body["advisories"] and all(flags[place] for place in places):
            advisories = ", ".join(sorted(set().union(*(flags[place] for place in places))))
            message = f"Others flag its paragraphs strongly ({advisories}); does it need no advisory?"
            yield sound.entry.fault("flagged-paragraph", message, "advisories", level=Level.NOTICE)


def _places(sound: ValidEntry) -> list[tuple[str, int]]:
    return [(c["source"], number) for c in sound.body["citations"] for number in c["paragraphs"]]


def _claims(checked: CheckResult) -> dict[str, ValidEntry]:
    return {claim.slug: claim for claim in checked.of("commentary")}


def _relations(checked: CheckResult, *kinds: str) -> dict[str, list[str]]:
    """Return whom each claim relates to, by any relation or by those of ``kinds``."""
    return {
        claim.slug: [r["target"] for r in claim.body["relations"] if not kinds or r["relation"] in kinds]
        for claim in checked.of("commentary")
    }
