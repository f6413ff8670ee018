"""Comparison: run alternatives in turn (A B A B …), and compare their medians and ratios.

Other load on the machine then affects all alternatives equally, so ratios are reliable when times are not.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event

Result = TypeVar("Result")
#: SQL and its parameters.
Statement = tuple[str, Any]
#: Runs that are not counted: they fill caches and plan statements.
WARM_UP_RUNS = 2


def alternate(
    runs: Mapping[str, Callable[[], Result]], max_rounds: int, min_rounds: int = 1, max_seconds: float = 1e9
) -> dict[str, list[Result]]:
    """Return the results of each alternative, one per round; stop early after ``max_seconds`` (wall time)."""
    results: dict[str, list[Result]] = {name: [] for name in runs}
    start = time.perf_counter()
    for number in range(max_rounds):
        if number >= min_rounds and time.perf_counter() - start > max_seconds:
            break
        for name, run in runs.items():
            results[name].append(run())
    return results


def timed(run: Callable[[], Any], clock: Callable[[], float]) -> Callable[[], float]:
    """Return a function that runs ``run`` and returns the milliseconds that it took on the clock."""

    def run_timed() -> float:
        start = clock()
        run()
        return (clock() - start) * 1000

    return run_timed


def percentile(values: Sequence[float], part: float = 0.5) -> float:
    """Return the median of the values, or another percentile, to three decimal places."""
    if part == 0.5:
        return round(statistics.median(values), 3)
    return round(sorted(values)[min(len(values) - 1, int(len(values) * part))], 3)


def ratios(values: Sequence[float], references: Sequence[float]) -> dict[str, float]:
    """Return value ÷ reference, round by round: the ``median``, the ``low``est and the ``high``est."""
    by_round = [value / reference for value, reference in zip(values, references, strict=True)]
    return {"median": percentile(by_round), "low": round(min(by_round), 3), "high": round(max(by_round), 3)}


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
    """Return a function that runs the statements with the driver, without SQLAlchemy."""
    driver: Any = connection.connection.driver_connection

    def run() -> None:
        cursor = driver.cursor()
        for sql, parameters in statements:
            cursor.execute(sql, parameters).fetchall()
        cursor.close()

    return run
