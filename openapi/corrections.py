"""Corrections of documents, before they are compared: what a release described otherwise, but served alike.

Each says the same of every request and response as before, or says what has always been true.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.openapi_spec.sparse_schemas import remove_sparse_schemas
from api.schemas.random_queries import MAX_ZONE_LENGTH, TIME_ZONE_PATTERN


def correct(document: dict[str, Any]) -> None:
    """Describe these parts of a document as the current release does."""
    # They describe responses to `fields=`, for which 1.0 declared the complete schemas (ADR 24).
    remove_sparse_schemas(document)
    for part in _mappings(document):
        if "integer" in part.get("type", ()):
            # What generators assume for an integer without a format.
            part.setdefault("format", "int32")
        properties = part.get("properties")
        if isinstance(properties, dict) and properties and all(key.isdigit() for key in properties):
            _describe_as_map(part)
    if number := document["components"]["parameters"].get("NumberInSource"):
        # There has never been a paragraph 0.
        number["schema"]["minimum"] = 1
    if zone := document["components"]["schemas"].get("TimeZone"):
        # All of its 600 names match the pattern, and only names are accepted.
        zone.pop("enum", None)
        zone |= {"pattern": f"^{TIME_ZONE_PATTERN}$", "maxLength": MAX_ZONE_LENGTH}


def _describe_as_map(schema: dict[str, Any]) -> None:
    """Replace properties with numbers as names, which Ruby does not have, by a map of as many entries."""
    size = len(schema.pop("properties"))
    del schema["required"]
    schema |= {"additionalProperties": {"type": "string"}, "minProperties": size, "maxProperties": size}


def _mappings(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a document, except in examples."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key not in ("example", "examples"):
                yield from _mappings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _mappings(value)
