"""Resolve references: replace the slugs in a body with the resources that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from marshmallow import Schema, fields

from api.schemas.fields import Reference
from models import InvalidReference

#: Takes a type and a slug; returns the resource or raises InvalidReference.
Lookup = Callable[[str, str], Any]
#: The keys and indexes that lead to a value in a body.
Path = tuple[Any, ...]


def references(schema: Schema, body: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Yield every reference of a loaded body: its path in the body, its type and its slug."""
    for name, field in schema.fields.items():
        value = body.get(field.attribute or name)
        if value is not None:
            yield from _references_in(field, value, (*path, name))


def _references_in(field: fields.Field[Any], value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if isinstance(field, Reference):
        yield path, field.type_name, value
    elif isinstance(field, fields.List):
        for index, part in enumerate(value):
            yield from _references_in(field.inner, part, (*path, index))
    elif isinstance(field, fields.Nested):
        yield from references(field.schema, value, path)


def referenced_types(schema: Schema) -> list[str]:
    """Return the types that bodies of a schema refer to, in the order of its fields."""
    return list(dict.fromkeys(name for field in schema.fields.values() for name in _types_of(field)))


def _types_of(field: fields.Field[Any]) -> Iterator[str]:
    if isinstance(field, Reference):
        yield field.type_name
    elif isinstance(field, fields.List):
        yield from _types_of(field.inner)
    elif isinstance(field, fields.Nested):
        yield from referenced_types(field.schema)


def resolve_references(schema: Schema, body: dict[str, Any], look_up: Lookup) -> dict[str, Any]:
    """Return a loaded body in which every reference is replaced with the resource that it names.

    Raises:
        InvalidReference: ``look_up`` found no resource with this slug.
    """
    resolved = {}
    for name, field in schema.fields.items():
        key = field.attribute or name
        if key in body:
            resolved[key] = None if body[key] is None else _resolve_value(field, body[key], look_up)
    return body | resolved


def _resolve_value(field: fields.Field[Any], value: Any, look_up: Lookup) -> Any:
    if isinstance(field, Reference):
        return look_up(field.type_name, value)
    if isinstance(field, fields.List):
        return [_resolve_value(field.inner, part, look_up) for part in value]
    if isinstance(field, fields.Nested):
        return resolve_references(field.schema, value, look_up)
    return value


__all__ = ["InvalidReference", "Lookup", "Path", "referenced_types", "references", "resolve_references"]
