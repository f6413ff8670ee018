"""Find the deprecated fields in a response, which depend on ``fields``, ``include`` and ``facets``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from api.core.resource_registry import get_schema, version_of_field
from api.http.deprecation.declaration import EXTENSION_KEY, Deprecated
from api.schemas.item_shape import available_includes, shape_from_args
from api.schemas.reference_fields import ExpandedList, ReferenceTo, UnionField
from api.schemas.shared_schemas import ListSchema, ResponseSchema, component_name

#: Query parameters that determine the fields of a response.
SHAPING_PARAMETERS = ("fields", "include", "facets")
#: The shaping parameters of a request: pairs of name and values.
QueryArgs = tuple[tuple[str, tuple[str, ...]], ...]


class DeprecatedField(NamedTuple):
    """A deprecated field; ``name`` is ``<component>.<field>`` as in the OpenAPI document."""

    name: str
    deprecated: Deprecated


@lru_cache(maxsize=256)
def deprecated_fields_in(
    schema: type[ResponseSchema], query_args: QueryArgs | None = None
) -> frozenset[DeprecatedField]:
    """Return the deprecated fields of a response; without ``query_args``, all that it can have."""
    args: dict[str, Any] = {} if query_args is None else dict(query_args)
    is_list = issubclass(schema, ListSchema)
    item: Any = schema._declared_fields["data"].inner.nested if is_list else schema  # type: ignore[attr-defined]
    if query_args is None:
        args["include"] = tuple(available_includes(item))
    deprecated = set(_deprecated_fields(shape_from_args(item, args).build_schema()))
    if is_list:
        has_no_facets = query_args is not None and "facets" not in args
        deprecated |= set(_deprecated_fields(schema(), {"data", "facets"} if has_no_facets else {"data"}))
    return frozenset(deprecated)


def _deprecated_fields(schema: Schema, skip: Collection[str] = ()) -> Iterator[DeprecatedField]:
    component = component_name(type(schema))
    for name, field in schema.fields.items():
        if name in skip:
            continue
        if EXTENSION_KEY in field.metadata:
            yield DeprecatedField(f"{component}.{name}", field.metadata[EXTENSION_KEY])
        for nested in _nested_schemas(field):
            yield from _deprecated_fields(nested)


def _nested_schemas(field: Any) -> Iterator[Schema]:
    """Yield the schemas of the value of a field."""
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, ExpandedList) or (isinstance(inner, ReferenceTo) and inner.is_included):
        yield get_schema(inner.type_name, "", version_of_field(inner))
    elif isinstance(inner, UnionField):
        kind = "" if getattr(inner, "is_included", False) else inner.kind
        yield from (get_schema(name, kind, version_of_field(inner)) for name in inner.type_names)
    elif isinstance(inner, fields.Nested):
        yield inner.schema
