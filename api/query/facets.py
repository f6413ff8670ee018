"""Facets: the response schemas of a list's facet counts, and the single statement that computes them."""

# The SQL is composed of compiled fragments and constants of this module.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from marshmallow import fields
from sqlalchemy import column, table

from api.query.pagination import COUNT_CAP, ListRequest
from api.query.resource_reader import (
    MAX_TEXTS,
    PATH_PREFIX,
    ListRows,
    ResourceReader,
    StatementKey,
    placeholders,
    split_key_and_params,
)
from api.query.sql_text import compile_text, element_text, limit_clause, run
from api.schemas.fields import count_relation_field
from api.schemas.shared_schemas import OrderedSchemaMeta, ResponseSchema
from models import RESOURCES, facet_queries
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
    model, filters = request.model, request.filters
    names = tuple(name for name in model.facets() if name in request.args["facets"])
    rows, params = read.list_rows(filters, path)
    query = _facet_query(model, names)
    keys = read.statement_key(path), split_key_and_params(filters)[0]
    sql = _facets_sql(query, rows, keys, read.dialect)
    counts = query.read(run(read.session.connection(), sql, params))
    return {name: serialize_facet(counts, name) for name in names}


def _facets_sql(
    query: FacetQuery, rows: ListRows, keys: tuple[StatementKey, StatementKey], dialect: str
) -> str:
    """Return the statement for the number of matches and the values of each facet, joined from text."""
    columns = query.match_columns
    if rows.keys is not None and columns.keys() <= {"id"}:
        matches = f"SELECT listings.resource_id AS id {rows.keys}"
    else:
        selected = [f"{element_text(column.expression, dialect)} AS {key}" for key, column in columns.items()]
        matches = f"SELECT {', '.join(selected)} {rows.from_and_where}"
    parts = [_number_sql(dialect)]
    for name, facet in query.facets.items():
        # A filter of the same rows as the facet's, by which it is filtered, too.
        path, filters = (tuple(one for one in key if one[0] == facet.companion_name) for key in keys)
        parts.append(_values_sql(query.model, name, path, filters, dialect))
    # In a subquery of its own, since a part may have common table expressions.
    values = " UNION ALL ".join(f"SELECT * FROM ({part}) AS part" for part in parts)
    return f"WITH {MATCHES} AS ({matches}{limit_clause(facet_queries.MAX_COUNTED + 1, dialect)}) {values}"


MATCHES = "of_matches"


@cache
def _facet_query(model: Any, names: tuple[str, ...]) -> FacetQuery:
    declared = model.facets()
    return FacetQuery(model, None, {name: declared[name] for name in names})


@cache
def _number_sql(dialect: str) -> str:
    return compile_text(FacetQuery(None, None, {}).select_number(table(MATCHES)), dialect)


@lru_cache(maxsize=MAX_TEXTS)
def _values_sql(model: Any, name: str, path: StatementKey, filters: StatementKey, dialect: str) -> str:
    companions = placeholders(path, PATH_PREFIX) | placeholders(filters)
    query = FacetQuery(model, None, {name: model.facets()[name]}, companions)
    matches = table(MATCHES, *(column(key, one.expression.type) for key, one in query.match_columns.items()))
    return compile_text(query.select_values(name, matches), dialect)


def serialize_facet(counts: FacetCounts, name: str) -> dict[str, Any]:
    """Return a facet in its JSON form."""
    values = [
        {"value": value.value, "label": value.label, "count": value.count} for value in counts.facets[name]
    ]
    return {"relation": counts.relation, "values": values}
