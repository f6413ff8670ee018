"""Write references as CSL-JSON 1.0.2, the input of citation processors (citationstyles.org)."""

from __future__ import annotations

import json
from typing import Any

from api.representations.author_names import Name
from api.representations.bibliographic_data import Reference

# An essay or review is an article only if it has a publication.
TYPES = {"book": "book", "talk": "speech", "record": "document"}


def write(references: list[Reference]) -> str:
    """Return the references as a CSL-JSON array.

    ``locator`` contains the paragraphs as text; a citation in a document sets its own. ``custom`` contains
    the data that CSL has no variables for.
    """
    return json.dumps([build_item(reference) for reference in references], ensure_ascii=False, indent=2)


def build_item(reference: Reference) -> dict[str, Any]:
    """Return a CSL-JSON item without the keys whose values are unknown."""
    is_standalone = reference.kind in TYPES
    values = {
        "id": reference.key,
        "type": TYPES.get(reference.kind) or ("article-magazine" if reference.publication else "document"),
        "title": reference.title,
        "author": [_name_variable(name) for name in reference.authors],
        "publisher" if is_standalone else "container-title": reference.publication,
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
    return {name: value for name, value in values.items() if value}


def _name_variable(name: Name) -> dict[str, Any]:
    """Return a name as a CSL name variable."""
    if not name.family:
        return {"literal": name.name}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
        "static-ordering": name.family_first,
    }
    return {part: value for part, value in parts.items() if value}


def csl_date(day: str | None) -> dict[str, Any] | None:
    """Return an ISO date as a CSL date variable; None for None."""
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None


def _custom(reference: Reference) -> dict[str, Any]:
    values = {
        "rights": reference.rights,
        "record": reference.record_url,
        "paragraphs": list(reference.paragraph_numbers),
        "text": reference.text,
    }
    return {name: value for name, value in values.items() if value}
