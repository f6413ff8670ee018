"""The figures to reach on a million quotes, from what ``python -m bench.growth`` has measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

Results = Mapping[str, Any]
Times = dict[tuple[str, int], float]
LARGE, FAR = 1_000_000, ", far behind"
BROAD_SEARCHES = ("search, commonest word", "search, common word in a theme")


def times(results: Results, database: str) -> Times:
    """Return the median time of each operation at each size, in milliseconds."""
    rows = results.get("growth", {}).get("results", [])
    return {(row["operation"], row["quotes"]): row["p50_ms"] for row in rows if row["database"] == database}


def lookups(known: Times) -> list[str]:
    """Return the operations that go to one place: an item by id, a page by cursor, one by lot."""
    names = sorted({name for name, _ in known})
    return [name for name in names if name in ("by id", "random", "list") or name.endswith(FAR)]


def slowest(names: Callable[[Times], Iterable[str]], database: str, results: Results) -> float | None:
    """Return the time of the slowest of some operations on a million quotes."""
    known = times(results, database)
    return max((known[name, LARGE] for name in names(known) if (name, LARGE) in known), default=None)


def deepest(database: str, results: Results) -> float | None:
    """Return how many times as long as its first page a page far behind takes, of the worst list."""
    known = times(results, database)
    pairs = [(known[name], known.get((name[0].removesuffix(FAR), LARGE))) for name in known if _is_deep(name)]
    return max((deep / first for deep, first in pairs if first), default=None)


def grown(database: str, results: Results) -> float | None:
    """Return how many times as long as in a small catalogue it takes in a large one, of the worst lookup."""
    known = times(results, database)
    small = min((size for _, size in known if size >= 5_000), default=LARGE)
    pairs = [(known.get((name, LARGE)), known.get((name, small))) for name in lookups(known)]
    found = [large / little for large, little in pairs if large and little] if small < LARGE else []
    return max(found, default=None)


def _is_deep(name: tuple[str, int]) -> bool:
    return name[0].endswith(FAR) and name[1] == LARGE


def narrow_searches(known: Times) -> list[str]:
    """Return the searches of which the rank and the count are exact."""
    return [name for name, _ in known if name.startswith("search") and name not in BROAD_SEARCHES]


def of(database: str) -> list[tuple[str, float, str, Callable[[Results], float | None]]]:
    """Return each figure to reach on one kind of database: its name, the most, its unit, what measures it."""
    on = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
    return [
        (
            f"1 M quotes, {on}: by id, any page by cursor, random; database time",
            0.3,
            " ms",
            partial(slowest, lookups, database),
        ),
        (f"1 M quotes, {on}: page far behind ÷ first page", 2, "×", partial(deepest, database)),
        (f"1 M quotes, {on}: ÷ the smallest of at least 5,000", 3, "×", partial(grown, database)),
        (
            f"1 M quotes, {on}: search of up to 10,000 hits",
            30,
            " ms",
            partial(slowest, narrow_searches, database),
        ),
        (
            f"1 M quotes, {on}: broader search",
            100,
            " ms",
            partial(slowest, lambda _: BROAD_SEARCHES, database),
        ),
    ]
