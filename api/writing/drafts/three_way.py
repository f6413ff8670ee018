"""Three-way differences: what a draft and others have changed since the revision that both began with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import missing

from api.entries.entry_schemas import entry_schema
from api.query.record_diff import FieldChange, compare_records

#: What is compared of a body: the rest says nothing of the content.
LEFT_OUT = frozenset({"status"})


def three_way(type_name: str, base: dict[str, Any], current: dict[str, Any], draft: dict[str, Any]) -> Any:
    """Return the values that the current item or the draft has changed, as ``DraftConflictSchema`` has them.

    The arguments are create bodies. ``is_conflict`` tells that both have changed a value, differently.
    """
    bodies = {
        name: comparable(type_name, body)
        for name, body in (("base", base), ("current", current), ("draft", draft))
    }
    # An entry whose body has no position keeps its own.
    if bodies["draft"].get("position") is None and "position" in bodies["base"]:
        bodies["draft"]["position"] = bodies["base"]["position"]
    changes = {
        name: {change.pointer: change for change in compare_records(bodies["base"], bodies[name])}
        for name in ("draft", "current")
    }
    pointers = dict.fromkeys(pointer for found in changes.values() for pointer in found)
    return [_entry(pointer, bodies, changes) for pointer in pointers]


def _entry(
    pointer: str, bodies: dict[str, dict[str, Any]], changes: dict[str, dict[str, FieldChange]]
) -> dict[str, Any]:
    values = {name: value_at(body, pointer) for name, body in bodies.items()}
    are_both_changed = all(_touches(pointer, found) for found in changes.values())
    return {
        "pointer": pointer,
        "is_conflict": are_both_changed and values["current"] != values["draft"],
        **values,
        "current_words": _runs(changes["current"].get(pointer)),
        "draft_words": _runs(changes["draft"].get(pointer)),
    }


def _touches(pointer: str, changes: dict[str, FieldChange]) -> bool:
    """Whether a value was changed, a part of it, or what it is a part of."""
    return any(
        pointer == other or pointer.startswith(f"{other}/") or other.startswith(f"{pointer}/")
        for other in changes
    )


def _runs(change: FieldChange | None) -> list[dict[str, str]] | None:
    if change is None or change.words is None:
        return None
    return [{"op": str(run.op), "text": run.text} for run in change.words]


def value_at(body: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer through objects; None if there is none."""
    for step in pointer.split("/")[1:]:
        body = body.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(body, dict) else None
    return body


def comparable(type_name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return a create body with the defaults of what it leaves out, so that equal content is equal."""
    schema = entry_schema(type_name)
    label = schema.label_from(body)
    named = body if "label" in body or not label else {"label": label} | body
    return {name: value for name, value in _complete(schema, named).items() if name not in LEFT_OUT}


def _complete(schema: Any, body: Any) -> Any:
    """Return an object of a body with the defaults of its schema, in the schema's order."""
    if not isinstance(body, dict):
        return body
    return dict(_members(schema, body))


def _members(schema: Any, body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, field in schema.fields.items():
        if name in body:
            yield name, _complete_value(field, body[name])
        elif not field.required:
            default = field.load_default
            yield name, _complete_value(field, _plain(default() if callable(default) else default))
    yield from ((name, value) for name, value in body.items() if name not in schema.fields)


def _complete_value(field: Any, value: Any) -> Any:
    if hasattr(field, "inner") and isinstance(value, list):
        return [_complete_value(field.inner, part) for part in value]
    return _complete(field.schema, value) if hasattr(field, "schema") else value


def _plain(value: Any) -> Any:
    """Return a default as JSON has it: an enumeration's member as text, and null where there is none."""
    if value is missing:
        return None
    return str(value) if isinstance(value, str) else value
