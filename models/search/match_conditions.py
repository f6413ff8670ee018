"""Full-text match conditions: SQL that is the same for every query, so that statements can be cached."""

# The SQL is composed of fragments that SQLAlchemy compiled and of constants of this module.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Text, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from models.search.index_tables import BY_EDITORS_SCOPE, type_scope
from models.search.query_compiler import SearchParameter
from models.search.query_parser import Query, parse
from models.searchable import DOCUMENT_ID_STRIDE

#: A list filtered by words has at most this many rows, those with the lowest ids: a query with more matches
#: is too broad to be useful.
MAX_MATCHES = 20_000
#: For a query that surely has more than ``MAX_MATCHES`` hits PostgreSQL finds only this many: one more than
#: lists are counted to.
TRUNCATED_MATCHES = 10_001
#: Hits estimated from several terms count as "surely more than n" only from this multiple of n on.
CERTAINTY_FACTOR = 5
#: PostgreSQL scans at most this multiple of the expected number of documents before it uses the GIN index.
SCAN_BUDGET = 4


class FullTextMatch(FunctionElement[Any]):
    """The condition that an id is among the matches of a query, compiled for each dialect.

    The arguments are the id, the query, the maximum number of matches and, if the id is that of a resource
    and not of a document, the scope term of its type.
    """

    inherit_cache = True
    # With a Boolean type SQLAlchemy writes "= 1" on SQLite, and SQLite then reads every row for it.
    type = NullType()


@compiles(FullTextMatch, "sqlite")
def _compile_for_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    key, query, limit, *scope = element.clauses
    key = compiler.process(key, **options)
    column, match = "rowid", ""
    if scope:
        # Positional parameters are bound in the order in which they are compiled.
        column, match = (
            f"rowid / {DOCUMENT_ID_STRIDE}",
            f"'scope:\"' || {compiler.process(scope[0], **options)} || '\" AND ' || ",
        )
    match += f"'(' || {compiler.process(query, **options)} || ')'"
    return (
        f"{key} IN (SELECT {column} FROM search_index WHERE search_index MATCH {match}"
        f" ORDER BY rowid LIMIT {compiler.process(limit, **options)})"
    )


@compiles(FullTextMatch, "postgresql")
def _compile_for_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    key, query, limit, *scope = (compiler.process(clause, **options) for clause in element.clauses)
    column = f"id / {DOCUMENT_ID_STRIDE}" if scope else "id"
    tsquery, terms = tsquery_sql(query), index_terms_sql(query)
    if scope:
        tsquery += f" && ('#' || {scope[0]})::tsquery"
        terms += f" || ' #' || {scope[0]}"
    truncated = f"least({limit}, {TRUNCATED_MATCHES})"
    # An array, not a subquery: the planner assumes that an array is short, and looks rows up by its ids. A
    # subquery it may also run once for each row of another table.
    return (
        f"{key} = ANY(ARRAY(WITH {bounded_scan_ctes(tsquery, terms, truncated, limit)}"
        f" SELECT {column} FROM scanned WHERE (SELECT count(*) FROM scanned) = {truncated} UNION ALL "
        f"(SELECT {column} FROM search_documents WHERE terms @@ (SELECT tsquery FROM search)"
        f" AND (SELECT count(*) FROM scanned) < {truncated} ORDER BY id + 0 LIMIT {limit})))"
    )


def tsquery_sql(compiled: str) -> str:
    """Return SQL for the ``tsquery`` in the first line of ``compile_tsquery``'s result."""
    return f"split_part({compiled}, chr(10), 1)::tsquery"


def index_terms_sql(compiled: str) -> str:
    """Return SQL for the index terms in the second line of ``compile_tsquery``'s result, blanks between."""
    return f"split_part({compiled}, chr(10), 2)"


def bounded_scan_ctes(tsquery: str, terms: str, limit: str, max_hits: str) -> str:
    """Return two CTEs for PostgreSQL, ``search (tsquery, scan_limit)`` and ``scanned (id, row_id)``.

    ``scanned`` has the first ``limit`` matches in id order, if a bounded scan of the documents finds that
    many, and is empty if no scan was worth its cost. ``row_id`` is the document's ``ctid``, valid within the
    statement only. All arguments are SQL.

    Why: a GIN index returns all matches of a query or none. Few matches are best read from the index and
    sorted; there, ``ORDER BY id + 0`` keeps the planner from walking the primary key instead. Of a broad
    query the first matches are found sooner by a scan in id order, which reads about ``limit * N / hits`` of
    N documents. The scan is bounded because ``hits`` is an estimate that assumes independent terms. It is not
    started unless the query surely has more than ``max_hits`` matches.

    The ``tsquery`` comes from a CTE because the planner assumes that an unknown one matches little, and uses
    the index. If it knew a broad one it would read the whole table, even where nothing matches.
    """
    documents = "SELECT id, ctid AS row_id, terms FROM search_documents ORDER BY id"
    return (
        f"search AS MATERIALIZED (SELECT {tsquery} AS tsquery,"
        f" ({_scan_budget_sql(terms, limit, max_hits)}) AS scan_limit),"
        f" scanned AS MATERIALIZED (SELECT id, row_id"
        f" FROM ({documents} LIMIT (SELECT scan_limit FROM search)) AS first_documents"
        f" WHERE terms @@ (SELECT tsquery FROM search) ORDER BY id LIMIT {limit})"
    )


def _scan_budget_sql(terms: str, limit: str, max_hits: str) -> str:
    """Return the statement for the number of documents to scan; 0 where the index is cheaper.

    The hits are estimated from the document frequencies of the terms. A query with a term that no document
    has is never broad.
    """
    # Independent events: the share of documents with at least one of the words that have the prefix.
    has_prefix = "term >= rtrim(index_term, '*') AND term < rtrim(index_term, '*') || chr(1114111)"
    union = "total * (1 - exp(sum(ln(1 - least(documents / total, 0.999)))))"
    frequency = (
        f"CASE WHEN right(index_term, 1) = '*' THEN (SELECT {union} FROM search_terms WHERE {has_prefix})"
        " ELSE (SELECT documents FROM search_terms WHERE term = index_term) END"
    )
    each_term = f"unnest(string_to_array({terms}, ' ')) AS index_term"
    totals = "SELECT documents::float8 AS total FROM search_totals"
    frequencies = (
        f"SELECT total, index_term, {frequency} AS documents FROM ({totals}) AS totals, {each_term} OFFSET 0"
    )
    # The number of hits is exact for a single word without exclusions: see compile_tsquery.
    estimate = (
        "SELECT total, count(*) = 1 AND min(right(index_term, 1)) <> '*' AS is_exact,"
        f" total * exp(sum(ln(documents / total))) AS hits FROM ({frequencies}) AS frequencies"
        " GROUP BY total HAVING count(documents) = count(*)"
    )
    # Scanning a document costs less than fetching one by the index, so an abandoned scan costs little.
    max_scanned = "CASE WHEN is_exact THEN 2 ELSE 1 END * hits"
    # A search leaves out the editors' documents, which the frequency of a term includes.
    by_editors = (
        f"coalesce((SELECT documents FROM search_terms WHERE term = '#{BY_EDITORS_SCOPE}'), 0)::float8"
    )
    min_hits = (
        f"CASE WHEN is_exact THEN {max_hits} + {by_editors} ELSE {CERTAINTY_FACTOR}::float8 * {max_hits} END"
    )
    expected = f"{limit} * total / hits"
    return (
        f"SELECT ceil(least({SCAN_BUDGET} * {expected}, {max_scanned}))::bigint FROM ({estimate}) AS estimate"
        f" WHERE hits > {min_hits} AND {expected} < {max_scanned} UNION ALL SELECT 0 LIMIT 1"
    )


def search_parameter(value: Any) -> ColumnElement[Any]:
    """Return SQL for a query, for its text, or for a bound parameter whose value will be either."""
    return (
        type_coerce(value, SearchParameter())
        if isinstance(value, BindParameter)
        else literal(value, SearchParameter())
    )


def matches_query(model: Any, query: Query | str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a row of ``model`` matches a query.

    ``query`` may be a bound parameter whose value is a query or its text, for a cached statement. At most
    ``MAX_MATCHES`` rows match, those with the lowest ids.

    Raises:
        InvalidQuery: ``query`` is a text that cannot be parsed. The text of a bound parameter is parsed on
            execution, and the error is then the ``orig`` of a ``StatementError``: parse user input before.
    """
    if isinstance(query, str):
        query = parse(query)
    scope = literal(type_scope(model.type_name), Text())
    return FullTextMatch(model.id, search_parameter(query), literal(MAX_MATCHES, Integer()), scope)
