"""Tables: items as rows of texts and numbers, for the formats that have tables.

The columns follow from the schema of a resource, so that a new field is exported too. What is a list in an
item is a table of its own (SQLite), or one text (CSV).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import orjson
from marshmallow import fields

from api.core.resource_registry import get_schema
from api.schemas.fields import JSONObject, UTCDateTime
from api.schemas.reference_fields import ReferenceTo, URLField

#: Fields that are no content: what an item is, and links to lists of the API.
EXCLUDED = ("type", "links")
#: The keys of a reference.
REFERENCE_KEYS = ("type", "id", "label", "url")


class Kind(Enum):
    """The kind of the values of a column."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIME = "time"
    DATE = "date"
    URL = "URL"
    JSON = "JSON"


#: The fields of each kind; a date and time is no date.
FIELD_CLASSES: dict[Kind, type[Any]] = {
    Kind.INTEGER: fields.Integer,
    Kind.BOOLEAN: fields.Boolean,
    Kind.TIME: UTCDateTime,
    Kind.DATE: fields.Date,
    Kind.URL: URLField,
}


@dataclass(frozen=True)
class Column:
    """A column: its name, and where an item has the value.

    ``kind`` is what it has: a text, a number, a time. ``refers_to`` is the resource type whose id it is; None
    if it is none.
    """

    name: str
    path: tuple[str, ...]
    description: str
    kind: Kind = Kind.TEXT
    refers_to: str | None = None

    def value(self, item: Any) -> Any:
        """Return the value for an item: a text, an integer or None."""
        for key in self.path:
            item = None if item is None else item[key]
        if isinstance(item, dict | list):
            return orjson.dumps(item).decode()
        return int(item) if isinstance(item, bool) else item


@dataclass(frozen=True)
class ListColumn:
    """A list in an item: its name, and the columns of its entries."""

    name: str
    description: str
    columns: tuple[Column, ...]

    def rows(self, item: dict[str, Any]) -> Iterator[list[Any]]:
        """Yield the values of each entry of an item's list."""
        for entry in item[self.name]:
            yield [column.value(entry) for column in self.columns]


@dataclass(frozen=True)
class Table:
    """The table of a resource type: its columns with a value for each item, and its lists."""

    name: str
    type_name: str
    columns: tuple[Column, ...]
    lists: tuple[ListColumn, ...]


def table_of(model: Any) -> Table:
    """Return the table of a resource."""
    schema = get_schema(model.type_name)
    members = {name: field for name, field in schema.fields.items() if name not in EXCLUDED}
    lists = tuple(
        ListColumn(name, _description(field), _entry_columns(field.inner, f"{model.type_name}_id"))
        for name, field in members.items()
        if isinstance(field, fields.List)
    )
    columns = [
        column
        for name, field in members.items()
        if not isinstance(field, fields.List)
        for column in _columns((name,), field)
    ]
    return Table(model.__tablename__, model.type_name, tuple(columns), lists)


def _columns(path: tuple[str, ...], field: fields.Field[Any]) -> Iterator[Column]:
    """Yield the columns of a field: several for an object."""
    name, description = "_".join(path), _description(field)
    if isinstance(field, ReferenceTo):
        yield Column(f"{name}_id", (*path, "id"), description, refers_to=field.type_name)
    elif isinstance(field, fields.Nested):
        for key, each in field.schema.fields.items():
            yield from _columns((*path, key), each)
    elif isinstance(field, fields.List | JSONObject):
        yield Column(name, path, f"{description} As JSON.", Kind.JSON)
    else:
        kinds = (kind for kind, classes in FIELD_CLASSES.items() if isinstance(field, classes))
        yield Column(name, path, description, next(kinds, Kind.TEXT))


def _entry_columns(inner: Any, owner_key: str) -> tuple[Column, ...]:
    """Return the columns of the entries of a list; none is called as the key of its owner."""
    return tuple(
        replace(column, name=f"other_{owner_key}") if column.name == owner_key else column
        for column in _columns_of_entry(inner)
    )


def _columns_of_entry(inner: Any) -> Iterator[Column]:
    if isinstance(inner, ReferenceTo):
        yield _reference_column(inner.type_name)
        return
    if not isinstance(inner, fields.Nested):
        yield Column("value", (), "The value.")
        return
    members: dict[str, Any] = inner.schema.fields
    if isinstance(type_field := members.get("type"), fields.Constant):
        # A reference with further values, such as the severity of an advisory.
        yield _reference_column(type_field.constant)
        members = {name: field for name, field in members.items() if name not in REFERENCE_KEYS}
    for name, field in members.items():
        yield from _columns((name,), field)


def _reference_column(type_name: str) -> Column:
    return Column(f"{type_name}_id", ("id",), "The id of what is referred to.", refers_to=type_name)


def _description(field: fields.Field[Any]) -> str:
    return str(field.metadata.get("description", ""))
