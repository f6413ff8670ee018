"""Conditions: that something matches, in statements that are the same whatever is asked."""

# Statements are put together of what SQLAlchemy has compiled and of numbers that stand here.
# ruff: noqa: S608

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Text, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from models.search.query import Query, parse
from models.search.syntax import Asked
from models.search.tables import KEYS_APART, type_scope

#: A list is filtered to so many matches at most, the oldest: beyond them a word says too little.
MOST_MATCHES = 20_000


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
            f"rowid / {KEYS_APART}",
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
    found = f"id / {KEYS_APART}" if scope else "id"
    query, counted = f"split_part({asked}, chr(10), 1)::tsquery", f"split_part({asked}, chr(10), 2)"
    if scope:
        query += f" && ('#' || {scope[0]})::tsquery"
        counted += f" || ' #' || {scope[0]}"
    matches = f"SELECT id FROM search_documents WHERE terms @@ ({query}) AND"
    # Few matches are read from the index and sorted, for which `id + 0` stands: the planner would else
    # walk the whole table in order for them. Of many the first are soon found on such a walk.
    return (
        f"{key} IN (WITH asked AS MATERIALIZED ({_breadth(counted, most)}) SELECT {found} FROM ("
        f"({matches} NOT (SELECT broad FROM asked) ORDER BY id + 0 LIMIT {most}) UNION ALL "
        f"({matches} (SELECT broad FROM asked) ORDER BY id LIMIT {most})) AS matches)"
    )


def _breadth(terms: str, most: str) -> str:
    """Return the statement that says whether a walk through all documents is soon done.

    It reads about ``most * N / hits`` of them, an index ``hits``: as many as words have that fall
    together by chance. A term of which no count is kept is not in the table, and so never broad.
    """
    counted = f"string_to_array({terms}, ' ')"
    hits = "totals.documents * exp(sum(ln(counted.documents::float8 / totals.documents)))"
    return (
        f"SELECT coalesce((SELECT count(*) = cardinality({counted})"
        f" AND power({hits}, 2) > {most}::float8 * totals.documents"
        f" FROM search_totals AS totals JOIN search_terms AS counted ON counted.term = ANY({counted})"
        " GROUP BY totals.documents), false) AS broad"
    )


def asking(value: Any) -> ColumnElement[Any]:
    """Return a query, its text, or a parameter that will have either as its value, as SQL."""
    return type_coerce(value, Asked()) if isinstance(value, BindParameter) else literal(value, Asked())


def matching(noun: Any, asked: Query | str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a row of ``noun`` matches a query.

    ``asked`` may be a SQL parameter whose value is a query or its text, in a statement that is kept. At
    most ``MOST_MATCHES`` rows match, those with the lowest keys.

    Raises:
        InvalidQuery: a text that is no query; of a parameter's value, as the ``orig`` of the
            ``StatementError`` when it is run. Parse what people type before.
    """
    if isinstance(asked, str):
        asked = parse(asked)
    scope = literal(type_scope(noun.type_name), Text())
    return Matches(noun.id, asking(asked), literal(MOST_MATCHES, Integer()), scope)
