"""Validate an entry with the create schema of its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

from api.entries.entry import Entry, ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.violations import Violation
from api.schemas.fields import did_you_mean


class InvalidEntry(Exception):
    """An entry violates its create schema; ``violations`` say where."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        super().__init__(" ".join(violation.message for violation in violations))


def validate(entry: Entry) -> ValidEntry:
    """Return the entry with its loaded body.

    Raises:
        InvalidEntry: the body violates the create schema.
    """
    try:
        return ValidEntry(entry, entry_schema(entry.type_name).load(entry.body))
    except ValidationError as error:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise InvalidEntry(list(_violations(entry, messages))) from None


def _violations(entry: Entry, messages: dict[Any, Any]) -> Iterator[Violation]:
    field_names = entry_schema(entry.type_name).fields
    for path, message in _flatten(messages):
        text = message
        if message == "Unknown field." and len(path) == 1:
            hint = did_you_mean(display_key(path[0]), field_names)
            text = f"Unknown field.{hint} Allowed: {', '.join(field_names)}."
        yield entry.violation("form", text, *(step for step in path if step != "_schema"))


def _flatten(messages: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the path and the text of each of marshmallow's nested messages."""
    if isinstance(messages, dict):
        for key, part in messages.items():
            yield from _flatten(part, (*path, key))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield path, str(message)


def display_key(key: Any, max_length: int = 80) -> str:
    """Return a mapping key as text for a message, truncated to ``max_length`` characters."""
    try:
        text = str(key)
    except ValueError:
        # Python refuses to convert integers with thousands of digits.
        return "(a number)"
    return text if len(text) <= max_length else text[:max_length] + "…"
