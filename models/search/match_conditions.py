"""Conditions: that something matches, in statements that are the same whatever is asked."""

# Statements are put together of what SQLAlchemy has compiled and of numbers that stand here.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Text, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from models.search.index_tables import type_scope
from models.search.query_compiler import SearchParameter
from models.search.query_parser import Query, parse
from models.searchable import KEY_FACTOR

#: A list is filtered to so many matches at most, the oldest: beyond them a word says too little.
MAX_MATCHES = 20_000
#: Of words that surely more have PostgreSQL looks for so many: more than lists are counted to.
FIRST_MATCHES = 10_001
#: So many times as many hits as are asked for are expected by chance, where there are surely as many.
SURELY_MORE_THAN = 5
#: So many times as far as it is expected to take, PostgreSQL walks before it reads an index.
SCAN_BUDGET = 4


class Matches(FunctionElement[Any]):
    """The condition that a key is that of a match: of a document, or of a resource where a scope is given.

    Takes the key, the query, how many matches there may be at most, and the scope of the key's noun.
    """

    inherit_cache = True
    # Of a Boolean it would be asked on SQLite whether it equals 1, and every row be read for that.
    type = NullType()


@compiles(Matches, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    key, asked, most, *scope = element.clauses
    key = compiler.process(key, **options)
    found, query = "rowid", ""
    if scope:
        # The order of parameters is the order in which they are compiled.
        found, query = (
            f"rowid / {KEY_FACTOR}",
            f"'scope:\"' || {compiler.process(scope[0], **options)} || '\" AND ' || ",
        )
    query += f"'(' || {compiler.process(asked, **options)} || ')'"
    return (
        f"{key} IN (SELECT {found} FROM search_index WHERE search_index MATCH {query}"
        f" ORDER BY rowid LIMIT {compiler.process(most, **options)})"
    )


@compiles(Matches, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    key, asked, most, *scope = (compiler.process(clause, **options) for clause in element.clauses)
    found = f"id / {KEY_FACTOR}" if scope else "id"
    query, counted = tsquery_sql(asked), counted_terms_sql(asked)
    if scope:
        query += f" && ('#' || {scope[0]})::tsquery"
        counted += f" || ' #' || {scope[0]}"
    first = f"least({most}, {FIRST_MATCHES})"
    # Of an array it is thought that it holds few keys, so that rows are looked up by them. Of a subquery it
    # may be thought, too, that it is sooner asked for each row of another table in the order of a list.
    return (
        f"{key} = ANY(ARRAY(WITH {bounded_scan_ctes(query, counted, first, most)}"
        f" SELECT {found} FROM walked WHERE (SELECT count(*) FROM walked) = {first} UNION ALL "
        f"(SELECT {found} FROM search_documents WHERE terms @@ (SELECT query FROM asked)"
        f" AND (SELECT count(*) FROM walked) < {first} ORDER BY id + 0 LIMIT {most})))"
    )


def tsquery_sql(asked: str) -> str:
    """Return SQL for what ``models.search.query_compiler.tsquery`` has written first."""
    return f"split_part({asked}, chr(10), 1)::tsquery"


def counted_terms_sql(asked: str) -> str:
    """Return SQL for the terms by which it is told how broad that is, with blanks between."""
    return f"split_part({asked}, chr(10), 2)"


def bounded_scan_ctes(query: str, counted: str, first: str, most: str) -> str:
    """Return the tables ``asked`` and ``walked``: the ``first`` matches, if they are soon met on a walk.

    What is asked has the ``query`` too: of one that it does not know the planner thinks that it finds little,
    and reads the index. Of a broad one it would read the whole table, though nothing may match.
    A match is a key, and where PostgreSQL has its row, which no other statement can know.

    PostgreSQL reads from the index all that matches, or none. Few matches are read and sorted (for which
    ``id + 0`` stands: it would else walk the whole table in order for them). Of many the first are sooner
    met on a walk in the order of the keys, which looks at about ``first * N / hits`` documents. It is given
    up after some times as many: it is only by chance that terms fall together, and that keys are alike. No
    walk is begun unless there are surely more than ``most``.
    """
    documents = "SELECT id, ctid AS place, terms FROM search_documents ORDER BY id"
    return (
        f"asked AS MATERIALIZED (SELECT {query} AS query, ({_budget(counted, first, most)}) AS documents),"
        f" walked AS MATERIALIZED (SELECT id, place"
        f" FROM ({documents} LIMIT (SELECT documents FROM asked)) AS first_of_all"
        f" WHERE terms @@ (SELECT query FROM asked) ORDER BY id LIMIT {first})"
    )


def _budget(terms: str, first: str, most: str) -> str:
    """Return the statement for how many documents are walked by: none where an index is sooner read.

    Of a term that no document has nothing is known, and what has it is never broad.
    """
    # As many documents have a word that begins so as have any of those words by chance.
    begins = "term >= rtrim(one, '*') AND term < rtrim(one, '*') || chr(1114111)"
    union = "all_of * (1 - exp(sum(ln(1 - least(documents / all_of, 0.999)))))"
    documents = (
        f"CASE WHEN right(one, 1) = '*' THEN (SELECT {union} FROM search_terms WHERE {begins})"
        " ELSE (SELECT documents FROM search_terms WHERE term = one) END"
    )
    each = f"unnest(string_to_array({terms}, ' ')) AS one"
    totals = "SELECT documents::float8 AS all_of FROM search_totals"
    counted = f"SELECT all_of, one, {documents} AS documents FROM ({totals}) AS totals, {each} OFFSET 0"
    expected = (
        "SELECT all_of, count(*) = 1 AND min(right(one, 1)) <> '*' AS is_sure,"
        f" all_of * exp(sum(ln(documents / all_of))) AS hits FROM ({counted}) AS counted"
        " GROUP BY all_of HAVING count(documents) = count(*)"
    )
    # To look at a document takes less than to read it from somewhere: given up it has not taken much more.
    farthest = "CASE WHEN is_sure THEN 2 ELSE 1 END * hits"
    least = f"CASE WHEN is_sure THEN 1 ELSE {SURELY_MORE_THAN} END * CAST({most} AS float8)"
    far = f"{first} * all_of / hits"
    return (
        f"SELECT ceil(least({SCAN_BUDGET} * {far}, {farthest}))::bigint FROM ({expected}) AS these"
        f" WHERE hits > {least} AND {far} < {farthest} UNION ALL SELECT 0 LIMIT 1"
    )


def search_parameter(value: Any) -> ColumnElement[Any]:
    """Return a query, its text, or a parameter that will have either as its value, as SQL."""
    return (
        type_coerce(value, SearchParameter())
        if isinstance(value, BindParameter)
        else literal(value, SearchParameter())
    )


def matches_query(model: Any, asked: Query | str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a row of ``noun`` matches a query.

    ``asked`` may be a SQL parameter whose value is a query or its text, in a statement that is kept. At
    most ``MAX_MATCHES`` rows match, those with the lowest keys.

    Raises:
        InvalidQuery: a text that is no query; of a parameter's value, as the ``orig`` of the
            ``StatementError`` when it is run. Parse what people type before.
    """
    if isinstance(asked, str):
        asked = parse(asked)
    scope = literal(type_scope(model.type_name), Text())
    return Matches(model.id, search_parameter(asked), literal(MAX_MATCHES, Integer()), scope)
