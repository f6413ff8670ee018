"""Deprecated fields: which of them an answer has, as far as what it is asked for decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from api.core.api_versions import get_schema, version_of_field
from api.http.deprecation.declaration import EXTENSION_KEY, Deprecated
from api.schemas.base import ListSchema, ResponseSchema, component_name
from api.schemas.references import ExpandedList, ReferenceTo, UnionField
from api.schemas.sparse_fields import available_includes, shape_from_args

#: Parameters that decide which fields an answer has.
SHAPING_PARAMETERS = ("fields", "include", "facets")
#: What they were given: of each that was, its name and its values.
QueryArgs = tuple[tuple[str, tuple[str, ...]], ...]


class DeprecatedField(NamedTuple):
    """A deprecated field, as the document calls it."""

    name: str
    deprecated: Deprecated


@lru_cache(maxsize=256)
def deprecated_fields_in(
    shown: type[ResponseSchema], asked: QueryArgs | None = None
) -> frozenset[DeprecatedField]:
    """Return the deprecated fields that an answer of ``shown`` has; without ``asked``, all it may have."""
    given: dict[str, Any] = {} if asked is None else dict(asked)
    is_list = issubclass(shown, ListSchema)
    item: Any = shown._declared_fields["data"].inner.nested if is_list else shown  # type: ignore[attr-defined]
    if asked is None:
        given["include"] = tuple(available_includes(item))
    found = set(_fields(shape_from_args(item, given).build_schema()))
    if is_list:
        uncounted = asked is not None and "facets" not in given
        found |= set(_fields(shown(), {"data", "facets"} if uncounted else {"data"}))
    return frozenset(found)


def _fields(schema: Schema, passed_over: Collection[str] = ()) -> Iterator[DeprecatedField]:
    kind = component_name(type(schema))
    for name, field in schema.fields.items():
        if name in passed_over:
            continue
        if EXTENSION_KEY in field.metadata:
            yield DeprecatedField(f"{kind}.{name}", field.metadata[EXTENSION_KEY])
        for inner in _nested_schemas(field):
            yield from _fields(inner)


def _nested_schemas(field: Any) -> Iterator[Schema]:
    """Yield the shapes that stand in the value of a field."""
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, ExpandedList) or (isinstance(inner, ReferenceTo) and inner.is_included):
        yield get_schema(inner.type_name, "", version_of_field(inner))
    elif isinstance(inner, UnionField):
        kind = "" if getattr(inner, "is_included", False) else inner.kind
        yield from (get_schema(name, kind, version_of_field(inner)) for name in inner.type_names)
    elif isinstance(inner, fields.Nested):
        yield inner.schema
