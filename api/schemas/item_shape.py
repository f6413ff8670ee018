"""Parameters that change which fields an item has: ``fields=``, ``include=``, ``facets=`` and ``format=``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import Schema

from api.representations import Format, formats_for
from api.schemas.fields import CommaSeparated, Enumerated, StrictInteger
from api.schemas.reference_fields import (
    MAX_EXPANDED_ITEMS,
    expandable_names,
    expandable_names_of,
    list_links,
)
from api.schemas.shared_schemas import ITEM_NAMES, RequestSchema, ResponseSchema, component_name

#: The includes that formats other than JSON need, by resource type.
REPRESENTATION_INCLUDES: dict[str, tuple[str, ...]] = {
    "quote": ("film", "sources"),
    "commentary": ("film", "sources"),
}
MAX_INCLUDES = 5
MAX_FACETS = 5
#: The fields that ``fields=`` never removes.
ALWAYS_INCLUDED = ("type", "id")


@dataclass(frozen=True)
class Shape:
    """The selected fields of an item: its schema, its keys (None for all) and its includes.

    ``max_severity`` is the highest severity of an advisory on included items; None for no limit.
    """

    schema: type[Any]
    only: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    max_severity: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the item, in order."""
        return self.only or all_keys(self.schema, self.include)

    def build_schema(self) -> Schema:
        """Return a schema that serializes items in this shape."""
        schema: Schema = self.schema(only=self.only, include=self.include, max_severity=self.max_severity)
        return schema


class ItemQuerySchema(RequestSchema):
    """The query parameters of an item."""


def with_format_parameter(query: type[Schema], type_name: str | None) -> type[Schema]:
    """Return ``query`` with the parameter ``format``, if items of this type have formats besides JSON."""
    if type_name is None:
        return query
    formats = formats_for(type_name)
    descriptions = "; ".join(f"`{one.name}`: {one.description.rstrip('.')}" for one in formats)
    extensions = ", ".join(f"`.{one.extension}`" for one in formats if one.extension)
    description = (
        f"The format of the response. It takes precedence over the `Accept` header. {descriptions}. "
        "`fields` and `include` apply to JSON only. Instead of this parameter, you can add an extension to "
        f"the URL of an item: {extensions}."
    )
    names = [one.name for one in formats]
    component = f"{type_name.title()}Format"
    item_name = ITEM_NAMES.get(type_name, type_name)
    field = Enumerated(
        "format",
        names,
        enumeration=component,
        description=f"A format of a {item_name}.",
        metadata={"description": description, "component": component},
    )
    return _with_field(query, "format", field)


def with_list_format_parameter(query: type[Schema], formats: Sequence[Format]) -> type[Schema]:
    """Return the query of a list with the parameter ``format``, if the list has these formats."""
    if not formats:
        return query
    references = ", ".join(f"`{one.name}`" for one in formats if one.write_references)
    texts = " and ".join(f"`{one.name}`" for one in formats if one.between_items)
    extensions = ", ".join(f"`.{one.extension}`" for one in formats)
    description = (
        f"The format of the response. It takes precedence over the `Accept` header. {references}: the "
        f"references of the items on this page, each source once. {texts}: the items themselves, each with "
        "its attribution. The `Link` header has the URL of the next page. "
        "`fields`, `include`, `count` and `facets` apply to JSON only. Instead of this parameter, you can "
        f"add an extension to the URL of the list: {extensions}."
    )
    field = Enumerated(
        "format",
        [one.name for one in formats],
        enumeration="ListFormat",
        description="A format of a list.",
        metadata={"description": description, "component": "ListFormat"},
    )
    return _with_field(query, "format", field)


def _with_field(query: type[Schema], name: str, field: Any) -> type[Schema]:
    members = {"__doc__": query.__doc__, name: field}
    schema: type[Schema] = type(query)(query.__name__, (query,), members)  # type: ignore[misc]
    return schema


@cache
def with_shape_parameters(query: type[Schema], item: type[ResponseSchema]) -> type[Schema]:
    """Return ``query`` with the parameters ``fields``, ``facets`` and ``include`` that ``item`` supports.

    A parameter ``max_severity`` is added with ``include``, unless the query has one already.
    """
    includes = available_includes(item)
    members: dict[str, Any] = {"__doc__": query.__doc__, "fields": _fields_parameter(item)}
    facets = available_facets(query)
    if facets:
        members["facets"] = _facets_parameter(query, facets)
    if includes:
        members["include"] = _include_parameter(item, list(includes))
        if "max_severity" not in query._declared_fields:
            members["max_severity"] = _max_severity_parameter()
    schema: type[Schema] = type(query)(query.__name__, (query,), members)  # type: ignore[misc]
    return schema


def available_facets(query: type[Schema]) -> list[str]:
    """Return the facets of a list: the facets of its model that are filters of ``query`` too.

    If the path fixes the theme, themes are still a facet, because ``theme_all`` filters by further themes.
    """
    model, filters = getattr(query, "model", None), query._declared_fields
    facets: dict[str, Any] = getattr(model, "facets", dict)()
    return [name for name in facets if name in filters or f"{name}_all" in filters]


@cache
def available_includes(item: type[ResponseSchema]) -> dict[str, str]:
    """Return the names that ``include=`` accepts for an item, each with the key that it expands."""
    return expandable_names(item())


@cache
def includes_by_field(item: type[ResponseSchema]) -> dict[str, frozenset[str]]:
    """Return the names in ``include=`` that change a field of an item, by the name of the field."""
    own = {name: frozenset(expandable_names_of(field)) for name, field in item().fields.items()}
    return own | {name: own.get(name, frozenset()) | {name} for name in list_links(item._declared_fields)}


@cache
def _longest_keys(item: type[ResponseSchema]) -> tuple[tuple[str, bool], ...]:
    """Return the keys of an item with every list, in order, and whether each is only there if included."""
    own = item().fields
    return tuple((name, name not in own) for name in item(include=tuple(available_includes(item))).fields)


def all_keys(item: type[ResponseSchema], include: Collection[str]) -> tuple[str, ...]:
    """Return the keys of an item with these includes, in order."""
    return tuple(name for name, is_added in _longest_keys(item) if not is_added or name in include)


def shape_from_args(item: type[ResponseSchema], args: dict[str, Any]) -> Shape:
    """Return the shape that validated query parameters request."""
    include = tuple(name for name in available_includes(item) if name in args.get("include", ()))
    only = _selected_keys(item, args["fields"], include) if "fields" in args else None
    return Shape(item, only, include, args.get("max_severity") if include else None)


def shape_for_representations(item: type[ResponseSchema]) -> Shape:
    """Return the shape from which every format of an item can be rendered."""
    type_name = item().fields["type"].constant  # type: ignore[attr-defined]
    return Shape(item, None, REPRESENTATION_INCLUDES.get(type_name, ()))


def _selected_keys(
    item: type[ResponseSchema], requested: list[str], include: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the selected keys in the order of the item's fields."""
    expanded = {available_includes(item)[name] for name in include}
    selected = {*ALWAYS_INCLUDED, *requested, *expanded}
    return tuple(name for name in all_keys(item, include) if name in selected)


def _fields_parameter(item: type[ResponseSchema]) -> CommaSeparated:
    description = (
        "The fields to return. `type`, `id` and included fields are always returned. Default: all fields."
    )
    component = component_name(item)
    key = Enumerated(
        "field", list(item().fields), enumeration=f"{component}Field", description="A field to return."
    )
    return CommaSeparated(key, metadata={"description": description, "component": f"{component}Fields"})


def _include_parameter(item: type[ResponseSchema], names: list[str]) -> CommaSeparated:
    lists = ", ".join(f"`{name}`" for name in list_links(item._declared_fields))
    description = f"Up to {MAX_INCLUDES} references to expand into whole items."
    if lists:
        description = (
            f"Up to {MAX_INCLUDES} references to expand into whole items, or lists to add ({lists}). A list "
            f"has the first {MAX_EXPANDED_ITEMS} items in its default order; `links` has the URL of the "
            "whole list."
        )
    component = component_name(item)
    name = Enumerated(
        "include",
        names,
        enumeration=f"{component}Include",
        description="A reference to expand, or a list to add." if lists else "A reference to expand.",
    )
    metadata = {"description": description, "component": f"{component}Includes"}
    return CommaSeparated(name, max_values=MAX_INCLUDES, metadata=metadata)


def _facets_parameter(query: type[Schema], names: list[str]) -> CommaSeparated:
    description = (
        f"Up to {MAX_FACETS} facets: filters to count the items of the whole list by. The response then has "
        "`facets` beside `data`, with the existing values and the number of items for each. A count is the "
        "size of this list with that value as an additional filter."
    )
    component = query.__name__.removesuffix("QuerySchema")
    name = Enumerated(
        "facet",
        names,
        enumeration=f"{component}Facet",
        description="A filter to count the items of the list by.",
    )
    metadata = {"description": description, "component": f"{component}Facets"}
    return CommaSeparated(name, max_values=MAX_FACETS, metadata=metadata)


def _max_severity_parameter() -> StrictInteger:
    description = (
        "The highest severity of an advisory on included items. Flagged items above it are left out of "
        "included lists and are not expanded in references."
    )
    return StrictInteger(0, 3, metadata={"description": description, "component": "IncludedMaxSeverity"})
