"""CSL-JSON 1.0.2: the data that citation processors read (citationstyles.org)."""

from __future__ import annotations

import json
from typing import Any

from api.representations.attribution import Item
from api.representations.bibliography import Reference, references

# An essay or review without a publication is no article in one.
TYPES = {"book": "book", "talk": "speech", "record": "document"}


def write(item: Item) -> str:
    """Return the sources that an item cites, or the source itself, as a CSL-JSON array.

    Paragraphs stand as ``locator`` for reading; a citation's own locator takes its place in a text.
    ``custom`` has, for programs, what CSL has no variable for.
    """
    return json.dumps([build_item(reference) for reference in references(item)], ensure_ascii=False, indent=2)


def build_item(reference: Reference) -> dict[str, Any]:
    """Return one CSL-JSON item; a key whose value is not known is left out."""
    whole = reference.kind in TYPES
    known = {
        "id": reference.key,
        "type": TYPES.get(reference.kind) or ("article-magazine" if reference.publication else "document"),
        "title": reference.title,
        "author": reference.author and [{"literal": reference.author}],
        "publisher" if whole else "container-title": reference.publication,
        "section": reference.section,
        "issued": csl_date(reference.issued),
        "accessed": csl_date(reference.accessed),
        "URL": reference.url,
        "language": reference.language,
        "keyword": ", ".join(reference.keywords),
        "locator": reference.locator,
        "note": " ".join(reference.notes),
        "custom": _custom(reference),
    }
    return {name: value for name, value in known.items() if value}


def csl_date(day: str | None) -> dict[str, Any] | None:
    """Return an ISO date as a CSL date variable; None for None."""
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None


def _custom(reference: Reference) -> dict[str, Any]:
    known = {
        "rights": reference.rights,
        "record": reference.record,
        "paragraphs": list(reference.numbers),
        "text": reference.words,
    }
    return {name: value for name, value in known.items() if value}
