"""Statements of requests: recorded, and run again by the driver alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

#: SQL and its parameters.
Statement = tuple[str, Any]


@contextmanager
def recorded_statements(engine: Engine) -> Iterator[list[Statement]]:
    """Yield a list that receives the statements that are run inside the block."""
    statements: list[Statement] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", record)


def runner(connection: Connection, statements: list[Statement]) -> Callable[[], None]:
    """Return a function that runs the statements by the driver alone."""
    driver: Any = connection.connection.driver_connection

    def run() -> None:
        cursor = driver.cursor()
        for sql, parameters in statements:
            cursor.execute(sql, parameters).fetchall()
        cursor.close()

    return run
