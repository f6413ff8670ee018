"""SQL that writes JSON as text, alike on SQLite and PostgreSQL.

Every piece of an item is one of these: a literal of ours, a string that the database quotes, a stored
JSON value, or a nested item. The JSON functions of the databases are not used: they take few
arguments, lose nesting or write other bytes (ADR 0009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, Select, Text, func, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal

#: A part of an item: text as it stands, or SQL that yields text.
SQLFragment = str | ColumnElement[Any]


class JSONScalar(FunctionElement[str]):
    """A text, whole number, date or enumerated value as JSON; ``null`` when it is NULL."""

    type = Text()
    inherit_cache = True


class JSONTimestamp(FunctionElement[str]):
    """An aware time as ``"2026-11-23T00:00:00Z"``, or ``null``."""

    type = Text()
    inherit_cache = True


class StoredJSON(FunctionElement[str]):
    """A JSON column, which holds compact JSON already."""

    type = Text()
    inherit_cache = True


@compiles(JSONScalar, "sqlite")
@compiles(JSONTimestamp, "sqlite")
def _quoted(element: Any, compiler: Any, **options: Any) -> str:
    # The driver stores a time as the text that is served.
    return f"json_quote({compiler.process(element.clauses, **options)})"


@compiles(JSONScalar, "postgresql")
def _to_json(element: Any, compiler: Any, **options: Any) -> str:
    return f"coalesce(to_json({compiler.process(element.clauses, **options)})::text, 'null')"


@compiles(JSONTimestamp, "postgresql")
def _to_char(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    text = f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return f"""coalesce('"' || {text} || '"', 'null')"""


@compiles(StoredJSON, "sqlite")
def _stored(element: Any, compiler: Any, **options: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **options)}, 'null')"


@compiles(StoredJSON, "postgresql")
def _stored_text(element: Any, compiler: Any, **options: Any) -> str:
    return f"coalesce(({compiler.process(element.clauses, **options)})::text, 'null')"


def text_literal(text: str) -> ColumnElement[str]:
    """Return a text literal of ours; it is written into the statement, not bound."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)


def to_json(value: Any) -> str:
    """Return a value of ours as JSON."""
    return orjson.dumps(value).decode()


def concatenate(pieces: Iterable[SQLFragment]) -> ColumnElement[str]:
    """Return the pieces as one text; neighbouring literals become one."""
    merged: list[SQLFragment] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    first, *rest = (text_literal(piece) if isinstance(piece, str) else piece for piece in merged)
    for piece in rest:
        first = first.concat(piece)
    return first


def aggregate(items: Select[Any], separator: str = ",") -> ColumnElement[str]:
    """Return the texts of a one-column, ordered statement as one text; empty where there are none."""
    ordered: FromClause = items.subquery()
    (item,) = ordered.c
    # Not a parameter: it would be one for each list in the statement.
    between: Any = literal_column(f"'{separator}'")
    together = select(func.aggregate_strings(item, between)).scalar_subquery()
    return func.coalesce(together, text_literal(""))


class PrecompiledSQL(ColumnElement[str]):
    """An expression that is built and written once for each dialect, and known by its name from then on.

    Building the expression of an item costs more than everything else of a request; SQLAlchemy's own
    cache would still walk through it each time. It holds no bind parameter, so its text is all of it.
    """

    type = Text()
    inherit_cache = True
    _traverse_internals = [("name", InternalTraversal.dp_string)]

    def __init__(self, name: str, build: Callable[[], ColumnElement[str]]) -> None:
        """Take a name that says everything the text depends on, and how to build the expression."""
        self.name, self.build = name, build
        self.text: dict[str, str] = {}


@compiles(PrecompiledSQL)
def _precompiled(element: PrecompiledSQL, compiler: Any, **options: Any) -> str:
    dialect: str = compiler.dialect.name
    if dialect not in element.text:
        plain = {
            name: value
            for name, value in options.items()
            if name not in ("add_to_result_map", "literal_binds")
        }
        element.text[dialect] = compiler.process(element.build(), literal_binds=True, **plain)
    return element.text[dialect]
