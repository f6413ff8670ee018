"""Measuring: the statements of one request, run again and again by the driver alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, event

#: A statement is run so often, or for so many seconds, and at least so often.
MOST_RUNS, SECONDS, LEAST_RUNS = 200, 1.0, 5
#: SQLite is asked how far it is each time that it has run so many instructions.
INSTRUCTIONS = 10

Statement = tuple[str, Any]


@dataclass(frozen=True)
class Measured:
    """What the statements of an operation take together.

    ``touched`` is the rows that PostgreSQL's plan has read or thrown away, and for SQLite the instructions
    that it has run, by which it counts its work.
    """

    statements: int
    p50_ms: float
    p99_ms: float
    touched: int


@contextmanager
def noted(engine: Engine) -> Iterator[list[Statement]]:
    """Yield the list of the statements that are run inside the block, with their parameters."""
    seen: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def measured(connection: Connection, statements: list[Statement]) -> Measured:
    """Run the statements as often as is needed to tell."""
    driver: Any = connection.connection.driver_connection
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < LEAST_RUNS or (len(times) < MOST_RUNS and time.perf_counter() - began < SECONDS):
        start = time.perf_counter()
        _run(driver, statements)
        times.append((time.perf_counter() - start) * 1000)
    # The first runs fill caches, and plan what is then kept.
    times = sorted(times[2:])
    last = times[min(len(times) - 1, int(len(times) * 0.99))]
    touched = _instructions if connection.dialect.name == "sqlite" else _rows
    number = sum(touched(driver, one) for one in statements)
    return Measured(len(statements), round(statistics.median(times), 3), round(last, 3), number)


def _run(driver: Any, statements: list[Statement]) -> None:
    cursor = driver.cursor()
    for statement, parameters in statements:
        cursor.execute(statement, parameters).fetchall()
    cursor.close()


def _instructions(driver: Any, statement: Statement) -> int:
    looks = [0]

    def look() -> int:
        looks[0] += 1
        return 0

    driver.set_progress_handler(look, INSTRUCTIONS)
    _run(driver, [statement])
    driver.set_progress_handler(None, 0)
    return looks[0] * INSTRUCTIONS


def _rows(driver: Any, statement: Statement) -> int:
    text, parameters = statement
    cursor = driver.cursor()
    explained = cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", parameters).fetchone()[0]
    cursor.close()
    if isinstance(explained, str):
        explained = orjson.loads(explained)
    return round(_touched(explained[0]["Plan"]))


def _touched(plan: dict[str, Any]) -> float:
    below = sum(_touched(one) for one in plan.get("Plans", ()))
    if "Relation Name" not in plan:
        return below
    removed = sum(plan.get(f"Rows Removed by {what}", 0) for what in ("Filter", "Index Recheck"))
    return float(below + (plan["Actual Rows"] + removed) * plan["Actual Loops"])
