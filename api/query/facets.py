"""Facets: the response schemas of a list's facet counts, and the single statement that computes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import fields
from sqlalchemy import CompoundSelect, union_all

from api.query.index_planner import ListPlanner
from api.query.pagination import COUNT_CAP, ListRequest
from api.query.resource_reader import MAX_STATEMENTS, ResourceReader
from api.schemas.fields import count_relation_field
from api.schemas.shared_schemas import OrderedSchemaMeta, ResponseSchema
from models import RESOURCES
from models.facet_queries import MAX_FACET_VALUES, FacetCounts, FacetQuery


class DeclaredOrderMeta(OrderedSchemaMeta):
    """Keeps the fields in the order of their declaration: the value comes before its label."""

    head = ()
    tail = ()


class FacetValueSchema(ResponseSchema, metaclass=DeclaredOrderMeta):
    """A value of a facet, and the number of items in the list that have it."""

    value = fields.String(metadata={"description": "The value, as the filter of the same name accepts it."})
    label = fields.String(metadata={"description": "The display name of the value."})
    count = fields.Integer(metadata={"description": "The number of items in the list that have the value."})


class FacetSchema(ResponseSchema):
    """The values of a facet, with the number of items in the list that have each."""

    relation = count_relation_field(
        f"Whether the counts are exact, or lower bounds because the list has more than {COUNT_CAP:,} items."
    )
    values = fields.List(
        fields.Nested(FacetValueSchema),
        metadata={
            "description": f"At most {MAX_FACET_VALUES} values, sorted by count, descending, then by value."
        },
    )


class FacetsSchema(ResponseSchema):
    """The requested facets of a list."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare every facet as optional: a response has only the requested ones."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = False


def _facets_schema(type_name: str, names: Iterable[str]) -> type[ResponseSchema]:
    """Return the schema of a type's facets; ``list_schema`` finds it by its name."""
    described = {
        name: fields.Nested(
            FacetSchema,
            metadata={"description": f"The values of `{name}`. Only present with `facets={name}`."},
        )
        for name in names
    }
    members = {"__doc__": f"The requested facets of a list of the type {type_name}."} | described
    return type(f"{type_name.title()}FacetsSchema", (FacetsSchema,), members)


FACET_SCHEMAS = {
    model.type_name: _facets_schema(model.type_name, names)
    for model in RESOURCES
    if (names := model.facets())
}


def compute_facets(read: ResourceReader, request: ListRequest, path: Mapping[str, Any]) -> dict[str, Any]:
    """Return the requested facets of the whole list, serialized; runs one statement."""
    planner, params = read.planner(request.filters, path)
    names = tuple(name for name in request.model.facets() if name in request.args["facets"])
    query, statement = _facet_statement(planner, names)
    counts = query.read(read.session.connection().execute(statement, params))
    return {name: serialize_facet(counts, name) for name in names}


def serialize_facet(counts: FacetCounts, name: str) -> dict[str, Any]:
    """Return a facet in its JSON form."""
    values = [
        {"value": value.value, "label": value.label, "count": value.count} for value in counts.facets[name]
    ]
    return {"relation": counts.relation, "values": values}


@lru_cache(maxsize=MAX_STATEMENTS)
def _facet_statement(planner: ListPlanner, names: tuple[str, ...]) -> tuple[FacetQuery, CompoundSelect[Any]]:
    """Return the facet query of a list, and its statement (see ``api.query.resource_reader``)."""
    declared = planner.model.facets()
    query = FacetQuery(
        planner.model,
        planner.search_statement,
        {name: declared[name] for name in names},
        {**planner.path, **planner.filters},
        keys=planner.key_statement,
    )
    return query, union_all(*query.selects())
