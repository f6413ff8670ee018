"""RIS: one tag a line, which reference managers import."""

from __future__ import annotations

from typing import Any

from api.representations.attribution import Item
from api.representations.bibliography import Reference, references

TYPES = {"book": "BOOK", "record": "GEN", "talk": "GEN"}


def write(item: Item) -> str:
    """Return the sources that an item cites, or the source itself, as RIS records.

    Every value is on one line, so that none can begin a tag.
    """
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc] # rispy carries no types
        def set_header(self, count: int) -> str:
            return ""  # a number before each record is no part of RIS

    return str(rispy.dumps([record(reference) for reference in references(item)], implementation=Writer))


def record(reference: Reference) -> dict[str, Any]:
    """Return one record by rispy's names of the tags; what is not known is left out."""
    whole = reference.kind in TYPES
    named = {"Text": reference.words, "Rights": reference.rights}
    notes = [*reference.notes, *(f"{name}: {said}" for name, said in named.items() if said)]
    known = {
        "type_of_reference": TYPES.get(reference.kind) or ("MGZN" if reference.publication else "GEN"),
        "id": reference.key,
        "authors": [reference.author] if reference.author else [],
        "title": reference.title,
        "publisher" if whole else "secondary_title": reference.publication,
        "section": reference.section,
        "year": reference.issued and reference.issued[:4],
        "date": _format_date(reference.issued),
        "access_date": _format_date(reference.accessed),
        "urls": [reference.url],
        "language": reference.language,
        "keywords": list(reference.keywords),
        "notes": [note for note in (reference.locator, *notes) if note],
    }
    return {name: value for name, value in known.items() if value}


def _format_date(day: str | None) -> str | None:
    """Return an ISO date as RIS writes it: ``2023/05/07``."""
    return day.replace("-", "/") if day else None
