"""Write references as RIS, which reference managers import."""

from __future__ import annotations

from typing import Any

from api.representations.author_names import Name
from api.representations.bibliographic_data import Reference

TYPES = {"book": "BOOK", "record": "GEN", "talk": "GEN"}


def write(references: list[Reference]) -> str:
    """Return a RIS record for each reference.

    Lines end with CR LF, as the format requires. Every value is on one line, so that it cannot start a tag.
    """
    import rispy

    class Writer(rispy.RisWriter):  # type: ignore[misc] # rispy carries no types
        def set_header(self, count: int) -> str:
            return ""  # rispy numbers the records, which RIS does not allow

    records = [record(reference) for reference in references]
    return str(rispy.dumps(records, implementation=Writer)).replace("\n", "\r\n")


def record(reference: Reference) -> dict[str, Any]:
    """Return a record by rispy's tag names, without unknown values."""
    is_standalone = reference.kind in TYPES
    labelled = {"Text": reference.text, "Rights": reference.rights}
    notes = [*reference.notes, *(f"{name}: {value}" for name, value in labelled.items() if value)]
    values = {
        "type_of_reference": TYPES.get(reference.kind) or ("MGZN" if reference.publication else "GEN"),
        "id": reference.key,
        "authors": [format_name(name) for name in reference.authors],
        "title": reference.title,
        "publisher" if is_standalone else "secondary_title": reference.publication,
        "section": reference.section,
        "year": reference.issued and reference.issued[:4],
        "date": _format_date(reference.issued),
        "access_date": _format_date(reference.accessed),
        "urls": [reference.url],
        "language": reference.language,
        "keywords": list(reference.keywords),
        "notes": [note for note in (reference.locator, *notes) if note],
    }
    return {name: value for name, value in values.items() if value}


def format_name(name: Name) -> str:
    """Return a name as RIS writes it: ``Family, Given, Suffix``.

    A single name and that of an organization are written as they are. RIS cannot express a comma in one.
    """
    if name.is_single:
        return name.name
    return ", ".join(filter(None, (name.full_family, name.given, name.suffix)))


def _format_date(day: str | None) -> str | None:
    """Return an ISO date in RIS format: ``2023/05/07``."""
    return day.replace("-", "/") if day else None
