"""SQL text: statements are compiled in parts, and requests join the parts.

Building and compiling a statement with SQLAlchemy takes longer than most requests. Parts that many requests
share are therefore compiled once and kept as text. Parts only contain constants of this project and
parameters; values of requests are always bound.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.dialects import sqlite


@cache
def named_dialect(name: str) -> Dialect:
    """Return the dialect of a database with named parameters, which may be joined in any order."""
    if name == "sqlite":
        return sqlite.dialect(paramstyle="named")
    # Imported only if needed: the driver takes memory.
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    return PGDialect_psycopg()  # type: ignore[no-untyped-call]


def compile_constants(element: ClauseElement, dialect: str) -> str:
    """Return the SQL text of an element without parameters; its constants become literals."""
    options: Any = {"literal_binds": True}
    return str(element.compile(dialect=named_dialect(dialect), compile_kwargs=options))


def quote_literal(text: str, dialect: str) -> str:
    """Return a text as an SQL literal; only for constants, never for input."""
    quoted = "'" + text.replace("'", "''") + "'"
    return quoted if dialect == "sqlite" else quoted.replace("%", "%%")
