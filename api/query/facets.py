"""Facets of a list: what ``facets=`` adds to its answer, and the one statement that counts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import fields
from sqlalchemy import CompoundSelect, union_all

from api.query.pagination import COUNT_CAP, ListRequest
from api.query.planner import ListPlanner
from api.query.resource_reader import MAX_STATEMENTS, ResourceReader
from api.schemas.fields import count_relation_field
from api.schemas.shared_schemas import OrderedSchemaMeta, ResponseSchema
from models import RESOURCES
from models.facet_counts import MAX_FACET_VALUES, FacetCounts, FacetQuery


class DeclaredOrderMeta(OrderedSchemaMeta):
    """Leaves the fields where their class has them: what is counted comes before what it is called."""

    head = ()
    tail = ()


class FacetValueSchema(ResponseSchema, metaclass=DeclaredOrderMeta):
    """A value, and how many items of the list have it."""

    value = fields.String(metadata={"description": "The value, as the filter of the same name takes it."})
    label = fields.String(metadata={"description": "What it is called."})
    count = fields.Integer(metadata={"description": "How many items of the list have it."})


class FacetSchema(ResponseSchema):
    """The values that the items of a list have, and how many have each."""

    relation = count_relation_field(
        f"Whether the counts are exact or, of a list of more than {COUNT_CAP:,} items, lower bounds."
    )
    values = fields.List(
        fields.Nested(FacetValueSchema),
        metadata={
            "description": f"The values by count, descending, and then by value; at most {MAX_FACET_VALUES}."
        },
    )


class FacetsSchema(ResponseSchema):
    """What a list was counted by."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Declare every facet as there only when it is asked for."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = False


def _facets_schema(type_name: str, names: Iterable[str]) -> type[ResponseSchema]:
    """Return the schema of the facets of a type, under the name by which ``list_schema`` finds it."""
    described = {
        name: fields.Nested(
            FacetSchema,
            metadata={"description": f"Only with `facets={name}`: the values of `{name}`."},
        )
        for name in names
    }
    members = {"__doc__": f"What a list of the type {type_name} was counted by."} | described
    return type(f"{type_name.title()}FacetsSchema", (FacetsSchema,), members)


FACET_SCHEMAS = {
    model.type_name: _facets_schema(model.type_name, names)
    for model in RESOURCES
    if (names := model.facets())
}


def compute_facets(read: ResourceReader, request: ListRequest, path: Mapping[str, Any]) -> dict[str, Any]:
    """Return the requested facets of the whole list, as they are served: one statement."""
    planner, params = read.planner(request.filters, path)
    names = tuple(name for name in request.model.facets() if name in request.query["facets"])
    query, statement = _facet_statement(planner, names)
    counts = query.read(read.session.connection().execute(statement, params))
    return {name: serialize_facet(counts, name) for name in names}


def serialize_facet(counts: FacetCounts, name: str) -> dict[str, Any]:
    """Return a facet as it is served."""
    values = [{"value": one.value, "label": one.label, "count": one.count} for one in counts.facets[name]]
    return {"relation": counts.relation, "values": values}


@lru_cache(maxsize=MAX_STATEMENTS)
def _facet_statement(planner: ListPlanner, names: tuple[str, ...]) -> tuple[FacetQuery, CompoundSelect[Any]]:
    """Return the facet query of a list and its statement, built once for all requests of one shape."""
    declared = planner.model.facets()
    query = FacetQuery(
        planner.model,
        planner.search_statement,
        {name: declared[name] for name in names},
        {**planner.path, **planner.filters},
        keys=planner.key_statement,
    )
    return query, union_all(*query.selects())
