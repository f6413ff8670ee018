"""What a request makes of an answer's shape: ``fields=`` and ``include=``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import Schema

from api.representations import formats_for
from api.schemas.base import RequestSchema, ResponseSchema, component_name
from api.schemas.fields import CommaSeparated, Enumerated, StrictInteger
from api.schemas.references import MAX_EXPANDED_ITEMS, expandable_names, list_links

#: What the forms besides JSON need of an item, by its type.
REPRESENTATION_INCLUDES: dict[str, tuple[str, ...]] = {
    "quote": ("film", "sources"),
    "commentary": ("film", "sources"),
}
MAX_INCLUDES = 5
MAX_FACETS = 5
#: What of an item always stays.
ALWAYS_INCLUDED = ("type", "id")


@dataclass(frozen=True)
class Shape:
    """What of an item is shown: its schema, the keys that are kept (None: all), what is filled in.

    ``max_severity`` is the strongest advisory that may stand on what is filled in; None for any.
    """

    schema: type[Any]
    only: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    max_severity: int | None = None

    def build_schema(self) -> Schema:
        """Return the schema that shows items in this shape."""
        made: Schema = self.schema(only=self.only, include=self.include, max_severity=self.max_severity)
        return made


class ItemQuerySchema(RequestSchema):
    """The parameters of an item: those that shape it."""


def with_format_parameter(query: type[Schema], type_name: str | None) -> type[Schema]:
    """Return ``query`` with the parameter ``format``, where items of this type have forms besides JSON."""
    if type_name is None:
        return query
    described = "; ".join(f"`{form.name}`: {form.description}" for form in formats_for(type_name))
    ends = ", ".join(f"`.{form.extension}`" for form in formats_for(type_name) if form.extension)
    description = (
        f"The form of the answer, whatever the `Accept` header says. {described} "
        "`fields` and `include` shape JSON alone. An item's address may end in the extension of a form "
        f"instead: {ends}."
    )
    names = [form.name for form in formats_for(type_name)]
    model = type_name.title()
    field = Enumerated(
        "format",
        names,
        enumeration=f"{model}Format",
        described=f"A form of a {type_name}.",
        metadata={"description": description, "component": f"{model}Format"},
    )
    members = {"__doc__": query.__doc__, "format": field}
    made: type[Schema] = type(query)(query.__name__, (query,), members)  # type: ignore[misc]
    return made


@cache
def with_shape_parameters(query: type[Schema], item: type[ResponseSchema]) -> type[Schema]:
    """Return ``query`` with the parameters that shape ``item``; what it has already stays as it is."""
    keys = available_includes(item)
    members: dict[str, Any] = {"__doc__": query.__doc__, "fields": _fields_parameter(item)}
    counted = available_facets(query)
    if counted:
        members["facets"] = _facets_parameter(query, counted)
    if keys:
        members["include"] = _include_parameter(item, list(keys))
        if "max_severity" not in query._declared_fields:
            members["max_severity"] = _max_severity_parameter()
    made: type[Schema] = type(query)(query.__name__, (query,), members)  # type: ignore[misc]
    return made


def available_facets(query: type[Schema]) -> list[str]:
    """Return what the list of ``query`` can be counted by: those of its filters that have few values.

    Where a path has fixed the theme, ``theme_all`` is the filter by a further one.
    """
    model, filters = getattr(query, "model", None), query._declared_fields
    known: dict[str, Any] = getattr(model, "facets", dict)()
    return [name for name in known if name in filters or f"{name}_all" in filters]


@cache
def available_includes(item: type[ResponseSchema]) -> dict[str, str]:
    """Return what can be included in an item: each name, and the key in whose value it is filled in."""
    return expandable_names(item())


def shape_from_args(item: type[ResponseSchema], asked: dict[str, Any]) -> Shape:
    """Return the shape that a loaded query asks for."""
    include = tuple(name for name in available_includes(item) if name in asked.get("include", ()))
    only = _selected_keys(item, asked["fields"], include) if "fields" in asked else None
    return Shape(item, only, include, asked.get("max_severity") if include else None)


def shape_for_representations(item: type[ResponseSchema]) -> Shape:
    """Return the shape from which every form of an item is made."""
    type_name = item().fields["type"].constant  # type: ignore[attr-defined]
    return Shape(item, None, REPRESENTATION_INCLUDES.get(type_name, ()))


def _selected_keys(item: type[ResponseSchema], asked: list[str], include: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys that stay, in the order of the item, whatever order they were asked for in."""
    filled = {available_includes(item)[name] for name in include}
    wanted = {*ALWAYS_INCLUDED, *asked, *filled}
    return tuple(name for name in item(include=include).fields if name in wanted)


def _fields_parameter(item: type[ResponseSchema]) -> CommaSeparated:
    description = (
        "The keys to show; `type` and `id` always stay, and so does what is included. Without it, all."
    )
    model = component_name(item)
    key = Enumerated(
        "field", list(item().fields), enumeration=f"{model}Field", described="A key that can be kept."
    )
    return CommaSeparated(key, metadata={"description": description, "component": f"{model}Fields"})


def _include_parameter(item: type[ResponseSchema], names: list[str]) -> CommaSeparated:
    listed = ", ".join(f"`{name}`" for name in list_links(item._declared_fields))
    description = f"What to fill in, at most {MAX_INCLUDES}: references become whole items with references."
    if listed:
        description += (
            f" Lists are added ({listed}), each with the first {MAX_EXPANDED_ITEMS} items in its own order; "
            "`links` leads to all of them."
        )
    model = component_name(item)
    name = Enumerated("include", names, enumeration=f"{model}Include", described="What can be included.")
    metadata = {"description": description, "component": f"{model}Includes"}
    return CommaSeparated(name, most=MAX_INCLUDES, metadata=metadata)


def _facets_parameter(query: type[Schema], names: list[str]) -> CommaSeparated:
    description = (
        f"What to count the whole list by, at most {MAX_FACETS}: `facets` then stands beside `data`, with "
        "the values that there are and how many items have each. That is how many the same list has with "
        "the value as a further condition; where its filter is given already, with both."
    )
    listed = query.__name__.removesuffix("QuerySchema")
    name = Enumerated(
        "facet", names, enumeration=f"{listed}Facet", described="What the list can be counted by."
    )
    metadata = {"description": description, "component": f"{listed}Facets"}
    return CommaSeparated(name, most=MAX_FACETS, metadata=metadata)


def _max_severity_parameter() -> StrictInteger:
    description = (
        "What is included has no advisory above this severity: lists leave the others out, "
        "references stay references."
    )
    return StrictInteger(0, 3, metadata={"description": description, "component": "IncludedMaxSeverity"})
