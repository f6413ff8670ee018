"""SQL expressions that return JSON text, with the same bytes on SQLite and PostgreSQL.

An item is a concatenation of literals, scalars that the database quotes, stored JSON and nested items. The
databases' own functions for objects and arrays are not used: they limit the number of arguments, lose nesting
or produce different bytes (ADR 0009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, Select, Text, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal

from api.query.sql_text import compile_text, quote_literal

#: A part of an item: literal text, or SQL that returns text.
SQLFragment = str | ColumnElement[Any]


class JSONScalar(FunctionElement[str]):
    """A text, integer, date or enumerated value as JSON; ``null`` if it is NULL."""

    type = Text()
    inherit_cache = True


class JSONTimestamp(FunctionElement[str]):
    """A time in UTC as ``"2026-11-23T00:00:00Z"``, or ``null``."""

    type = Text()
    inherit_cache = True


class StoredJSON(FunctionElement[str]):
    """A JSON column, which contains compact JSON, or ``null``."""

    type = Text()
    inherit_cache = True


@compiles(JSONScalar, "sqlite")
@compiles(JSONTimestamp, "sqlite")
def _quoted(element: Any, compiler: Any, **options: Any) -> str:
    # SQLite stores times as the text that the API returns.
    return f"json_quote({compiler.process(element.clauses, **options)})"


@compiles(JSONScalar, "postgresql")
def _to_json(element: Any, compiler: Any, **options: Any) -> str:
    return f"coalesce(to_json({compiler.process(element.clauses, **options)})::text, 'null')"


@compiles(JSONTimestamp, "postgresql")
def _to_char(element: Any, compiler: Any, **options: Any) -> str:
    time = compiler.process(element.clauses, **options)
    text = f"""to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return f"""coalesce('"' || {text} || '"', 'null')"""


@compiles(StoredJSON, "sqlite")
def _stored(element: Any, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)}, 'null')"


@compiles(StoredJSON, "postgresql")
def _stored_text(element: Any, compiler: Any, **options: Any) -> str:
    return f"coalesce(({compiler.process(element.clauses, **options)})::text, 'null')"


def text_literal(text: str) -> ColumnElement[str]:
    """Return a literal in the statement's text; only for constant text, never for input."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)


def to_json(value: Any) -> str:
    """Return a Python value as JSON."""
    return orjson.dumps(value).decode()


def concatenate(fragments: Iterable[SQLFragment]) -> ColumnElement[str]:
    """Return the concatenation of fragments; adjacent literals are merged."""
    merged: list[SQLFragment] = []
    for fragment in fragments:
        if isinstance(fragment, str) and merged and isinstance(merged[-1], str):
            merged[-1] += fragment
        else:
            merged.append(fragment)
    text, *rest = (text_literal(one) if isinstance(one, str) else one for one in merged)
    for fragment in rest:
        text = text.concat(fragment)
    return text


def aggregate(items: Select[Any], separator: str = ",") -> ColumnElement[str]:
    """Return the texts of an ordered, one-column statement, joined; an empty text if it has no rows."""
    ordered: FromClause = items.subquery()
    (item,) = ordered.c
    # A literal: bound, it would be one more parameter for each list in the statement.
    delimiter: Any = literal_column(f"'{separator}'")
    joined = select(func.aggregate_strings(item, delimiter)).scalar_subquery()
    return func.coalesce(joined, text_literal(""))


class TextSQL(ColumnElement[str]):
    """An expression given as SQL text without parameters, and cached by its name."""

    type = Text()
    inherit_cache = True
    _traverse_internals = [("name", InternalTraversal.dp_string)]

    def __init__(self, name: str, text: Callable[[str], str]) -> None:
        """Take a name that identifies the SQL text, and a function that returns it for a dialect's name."""
        self.name, self.text = name, text


@compiles(TextSQL)
def _text_sql(element: TextSQL, compiler: Any, **_options: Any) -> str:
    return element.text(compiler.dialect.name)


class CompiledSQL(str):
    """SQL text that returns a part of an item."""

    __slots__ = ()


#: A part of an item: literal text, or SQL text that returns text.
TextFragment = str | CompiledSQL


def compile_fragments(fragments: Iterable[SQLFragment], row: Any, dialect: str) -> tuple[TextFragment, ...]:
    """Return fragments with their SQL compiled, for statements that select from ``row``.

    All are compiled as one expression, in which the parts are separated by a character that no SQL contains.
    """
    given = list(fragments)
    expression: ColumnElement[Any] = _SEPARATOR
    for fragment in given:
        if not isinstance(fragment, str):
            expression = expression.concat(fragment).concat(_SEPARATOR)
    compiled = compile_text(select(expression).select_from(row), dialect)
    texts = iter(compiled.split("\0")[1:-1])
    return tuple(
        one if isinstance(one, str) else CompiledSQL(next(texts).removeprefix(" || ").removesuffix(" || "))
        for one in given
    )


_SEPARATOR: ColumnElement[str] = literal_column("\0", Text)


def join_fragments(fragments: Iterable[TextFragment], dialect: str) -> str:
    """Return the SQL text of the concatenation of compiled fragments; adjacent literals are merged."""
    parts: list[str] = []
    literal = ""
    for fragment in fragments:
        if isinstance(fragment, CompiledSQL):
            if literal:
                parts.append(quote_literal(literal, dialect))
                literal = ""
            parts.append(fragment)
        else:
            literal += fragment
    if literal:
        parts.append(quote_literal(literal, dialect))
    return " || ".join(parts)
