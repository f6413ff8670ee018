"""Create bodies from the records that revisions store, of this version or of an older one."""

from __future__ import annotations

from typing import Any, NamedTuple

from api.entries.entry_schemas import entry_schema

#: What a record has beside the create body.
NOT_IN_BODIES = frozenset({"id", "deleted"})


class BodyOfRecord(NamedTuple):
    """A create body, and the keys that it leaves out because bodies have them no more."""

    body: dict[str, Any]
    removed: list[str]


def record_to_body(type_name: str, record: dict[str, Any]) -> BodyOfRecord:
    """Return the create body that has the values of a record.

    ``record`` is what ``to_record()`` returns, or what it returned when a revision was stored. Keys that were
    added since are missing, so the create schema gives them their defaults. Keys that were removed since, on
    any level, are left out and named, such as ``citations.0.page``.
    """
    removed: list[str] = []
    record = {name: value for name, value in record.items() if name not in NOT_IN_BODIES}
    body = _known_part(entry_schema(type_name), record, "", removed)
    return BodyOfRecord(body, removed)


def _known_part(schema: Any, values: Any, place: str, removed: list[str]) -> Any:
    """Return the values whose keys the schema has; add the others to ``removed``."""
    if not isinstance(values, dict):
        return values
    known = {}
    for name, value in values.items():
        if name in schema.fields:
            known[name] = _known_value(schema.fields[name], value, f"{place}{name}.", removed)
        else:
            removed.append(f"{place}{name}")
    return known


def _known_value(field: Any, value: Any, place: str, removed: list[str]) -> Any:
    if hasattr(field, "inner") and isinstance(value, list):
        return [_known_value(field.inner, part, f"{place}{i}.", removed) for i, part in enumerate(value)]
    if hasattr(field, "schema"):
        return _known_part(field.schema, value, place, removed)
    return value
