"""Facets of a list: what ``facets=`` adds to its answer, and the one statement that counts it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from marshmallow import fields
from sqlalchemy import CompoundSelect, Select, union_all

from api.query.pagination import COUNT_CAP, ListRequest
from api.query.statement_cache import (
    MAX_STATEMENTS,
    ResourceReader,
    StatementKey,
    placeholders,
    split_key_and_params,
)
from api.schemas.base import OrderedSchemaMeta, ResponseSchema
from api.schemas.fields import count_relation_field
from models.facet_counts import MAX_FACET_VALUES, FacetCounts, FacetQuery
from models.facets import FACETS


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


def _facets_schema(type_name: str) -> type[ResponseSchema]:
    """Return the schema of the facets of a type, under the name by which ``list_schema`` finds it."""
    described = {
        name: fields.Nested(
            FacetSchema,
            metadata={"description": f"Only with `facets={name}`: the values of `{name}`."},
        )
        for name in FACETS[type_name]
    }
    members = {"__doc__": f"What a list of the type {type_name} was counted by."} | described
    return type(f"{type_name.title()}FacetsSchema", (FacetsSchema,), members)


FACET_SCHEMAS = {name: _facets_schema(name) for name in FACETS}


def compute_facets(read: ResourceReader, asked: ListRequest, path: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facets that are asked for, of the whole list: one statement."""
    statement, now = read.statement(asked.filters, path)
    names = tuple(name for name in FACETS[asked.model.type_name] if name in asked.query["facets"])
    # A path fixes a filter of the same name, or of none that facets look at.
    fixed = split_key_and_params({f"path_{name}": [value] for name, value in path.items()})[0]
    keys = read.keys(asked.filters, path)
    counting, select = _facet_statement(
        (statement, keys), asked.model, names, fixed, split_key_and_params(asked.filters)[0]
    )
    found = counting.read(read.session.connection().execute(select, now))
    return {name: serialize_facet(found, name) for name in names}


def serialize_facet(counts: FacetCounts, name: str) -> dict[str, Any]:
    """Return a facet as it is served."""
    values = [{"value": one.value, "label": one.label, "count": one.count} for one in counts.facets[name]]
    return {"relation": counts.relation, "values": values}


@lru_cache(maxsize=MAX_STATEMENTS)
def _facet_statement(
    found: tuple[Select[Any], Select[Any] | None],
    model: Any,
    names: tuple[str, ...],
    fixed: StatementKey,
    filters: StatementKey,
) -> tuple[FacetQuery, CompoundSelect[Any]]:
    """Return the counting of a list, and its statement, built once for all requests of one form.

    What it has ``found`` is given by the list's statement, and by one for the keys alone if there is one.
    """
    given = {name.removeprefix("path_"): value for name, value in placeholders(fixed).items()}
    facets = {name: FACETS[model.type_name][name] for name in names}
    counting = FacetQuery(model, found[0], facets, given | placeholders(filters), keys=found[1])
    return counting, union_all(*counting.selects())
