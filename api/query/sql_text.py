"""SQL text: statements are compiled in parts, and each request joins the parts that it needs.

Building and compiling a statement with SQLAlchemy takes longer than most requests. Parts that many requests
share are therefore compiled once and kept as text: the JSON of a field, a sort key, the FROM and WHERE
clauses of a list. A part contains constants of this project and named parameters; values of requests are
always bound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, Date, Dialect, Row, Select, bindparam, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import operators

from api.schemas.list_queries import SearchText
from models.search.query_compiler import SearchParameter
from models.sqlite_engine import OpaqueLimitCompiler
from models.types import UTCTimestamp

SELECT_ONE = "SELECT 1 "
#: The SQL types of values that the drivers do not bind as they are.
PARAMETER_TYPES: dict[type[Any], Any] = {
    SearchText: SearchParameter(),
    dt.datetime: UTCTimestamp(),
    dt.date: Date(),
}


@cache
def text_dialect(name: str) -> Dialect:
    """Return the dialect of a database with named parameters, which may be joined in any order.

    Values in the statement itself are constants, and become literals.
    """
    if name == "sqlite":
        dialect: Dialect = sqlite.dialect(paramstyle="named")
        compiler: Any = OpaqueLimitCompiler
    else:
        # Imported only if needed: the driver takes memory.
        from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

        dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
        compiler = dialect.statement_compiler
    dialect.statement_compiler = type("TextCompiler", (_LiteralConstants, compiler), {})
    return dialect


class _LiteralConstants:
    """Writes values as literals. Parameters have no values yet: they are ``required``."""

    def visit_bindparam(self, parameter: Any, literal_binds: bool = False, **options: Any) -> str:
        is_constant = literal_binds or not parameter.required
        text: str = super().visit_bindparam(  # type: ignore[misc]
            parameter, literal_binds=is_constant, **options
        )
        return text


def compile_text(element: ClauseElement, dialect: str) -> str:
    """Return the SQL text of an element, in which only parameters are bound."""
    return str(element.compile(dialect=text_dialect(dialect)))


@cache
def element_text(element: Any, dialect: str) -> str:
    """Return the SQL text of an element that exists as long as the process, such as a column."""
    return compile_text(element, dialect)


def compile_from_and_where(statement: Select[Any], dialect: str) -> str:
    """Return the FROM and WHERE clauses of a statement as text, which further conditions may follow."""
    rows: Any = statement.with_only_columns(literal_column("1"), maintain_column_froms=True)
    text = compile_text(rows, dialect)
    has_conditions = getattr(statement.whereclause, "operator", None) is operators.and_
    if not text.startswith(SELECT_ONE) or not has_conditions:
        raise TypeError(f"Further conditions cannot be added to this statement: {text}")
    return text.removeprefix(SELECT_ONE)


@cache
def parameter_text(sql_type: Any, name: str, dialect: str) -> str:
    """Return the SQL of a named parameter."""
    return compile_text(bindparam(name, type_=sql_type), dialect)


def quote_literal(text: str, dialect: str) -> str:
    """Return a text as an SQL literal; only for constants, never for input."""
    quoted = "'" + text.replace("'", "''") + "'"
    return quoted if dialect == "sqlite" else quoted.replace("%", "%%")


def limit_clause(number: int | str, dialect: str) -> str:
    """Return the LIMIT clause for a number, or the SQL of one."""
    # See OpaqueLimitCompiler. With OFFSET, SQLite does not merge a subquery into the statement around it.
    return f" LIMIT 0+{number} OFFSET 0" if dialect == "sqlite" else f" LIMIT {number}"


def run(connection: Connection, text: str, params: Mapping[str, Any]) -> list[Row[Any]]:
    """Run a statement given as text, and return its rows with the values of the driver."""
    name = connection.dialect.name
    values = {key: to_driver_value(value, name) for key, value in params.items()}
    return list(connection.exec_driver_sql(text, values).all())


def to_driver_value(value: Any, dialect: str) -> Any:
    """Return the value of a parameter as the driver binds it."""
    if isinstance(value, StrEnum):
        return value.value
    sql_type = PARAMETER_TYPES.get(type(value))
    return value if sql_type is None else _processor(sql_type, "bind", dialect)(value)


def from_driver_value(sql_type: Any, value: Any, dialect: str) -> Any:
    """Return the value of a column with an SQL type as SQLAlchemy would."""
    return _processor(sql_type, "result", dialect)(value)


@cache
def _processor(sql_type: Any, kind: str, dialect: str) -> Callable[[Any], Any]:
    known = text_dialect(dialect)
    impl = sql_type.dialect_impl(known)
    processor = impl.bind_processor(known) if kind == "bind" else impl.result_processor(known, None)
    return processor or (lambda value: value)
