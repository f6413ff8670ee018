"""Deprecated fields: which of them an answer has, as far as what it is asked for decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from api.core.api_versions import made_of, version_of
from api.http.deprecation.declaration import KEY, Deprecated
from api.schemas.base import ListSchema, Out, component_name
from api.schemas.references import Listed, OneOf, ReferenceTo
from api.schemas.sparse_fields import includes_of, shape_of

#: Parameters that decide which fields an answer has.
SHAPING = ("fields", "include", "facets")
#: What they were given: of each that was, its name and its values.
Asked = tuple[tuple[str, tuple[str, ...]], ...]


class Field(NamedTuple):
    """A deprecated field, as the document calls it."""

    name: str
    deprecated: Deprecated


@lru_cache(maxsize=256)
def shown_fields(shown: type[Out], asked: Asked | None = None) -> frozenset[Field]:
    """Return the deprecated fields that an answer of ``shown`` has; without ``asked``, all it may have."""
    given: dict[str, Any] = {} if asked is None else dict(asked)
    is_list = issubclass(shown, ListSchema)
    item: Any = shown._declared_fields["data"].inner.nested if is_list else shown  # type: ignore[attr-defined]
    if asked is None:
        given["include"] = tuple(includes_of(item))
    found = set(_fields(shape_of(item, given).made()))
    if is_list:
        uncounted = asked is not None and "facets" not in given
        found |= set(_fields(shown(), {"data", "facets"} if uncounted else {"data"}))
    return frozenset(found)


def _fields(schema: Schema, passed_over: Collection[str] = ()) -> Iterator[Field]:
    kind = component_name(type(schema))
    for name, field in schema.fields.items():
        if name in passed_over:
            continue
        if KEY in field.metadata:
            yield Field(f"{kind}.{name}", field.metadata[KEY])
        for inner in _inside(field):
            yield from _fields(inner)


def _inside(field: Any) -> Iterator[Schema]:
    """Yield the shapes that stand in the value of a field."""
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, Listed) or (isinstance(inner, ReferenceTo) and inner.is_included):
        yield made_of(inner.type_name, "", version_of(inner))
    elif isinstance(inner, OneOf):
        kind = "" if getattr(inner, "is_included", False) else inner.kind
        yield from (made_of(name, kind, version_of(inner)) for name in inner.type_names)
    elif isinstance(inner, fields.Nested):
        yield inner.schema
