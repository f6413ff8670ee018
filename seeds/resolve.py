"""Turning the slugs of a body into what they name, or saying which of them name nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from marshmallow import Schema, fields

from api.schemas.fields import Reference
from models import InvalidReference

#: Finds what a slug of a type names, or raises InvalidReference.
Find = Callable[[str, str], Any]
Path = tuple[Any, ...]


def references(schema: Schema, body: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Return every reference of a loaded body: where it stands, the type and the slug it names."""
    for name, field in schema.fields.items():
        value = body.get(field.attribute or name)
        if value is not None:
            yield from _inside(field, value, (*path, name))


def _inside(field: fields.Field[Any], value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if isinstance(field, Reference):
        yield path, field.type_name, value
    elif isinstance(field, fields.List):
        for index, part in enumerate(value):
            yield from _inside(field.inner, part, (*path, index))
    elif isinstance(field, fields.Nested):
        yield from references(field.schema, value, path)


def resolve_references(schema: Schema, body: dict[str, Any], find: Find) -> dict[str, Any]:
    """Return a loaded body with every slug replaced by what it names.

    Raises:
        InvalidReference: by ``find``, for the first slug that names nothing.
    """
    whole = {}
    for name, field in schema.fields.items():
        key = field.attribute or name
        if key in body:
            whole[key] = None if body[key] is None else _resolve_value(field, body[key], find)
    return body | whole


def _resolve_value(field: fields.Field[Any], value: Any, find: Find) -> Any:
    if isinstance(field, Reference):
        return find(field.type_name, value)
    if isinstance(field, fields.List):
        return [_resolve_value(field.inner, part, find) for part in value]
    if isinstance(field, fields.Nested):
        return resolve_references(field.schema, value, find)
    return value


__all__ = ["Find", "InvalidReference", "references", "resolve_references"]
