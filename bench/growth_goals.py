"""The figures to reach on a million quotes, from what ``python -m bench.growth`` has measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

Results = Mapping[str, Any]
Times = dict[tuple[str, int], float]
LARGE, FAR = 1_000_000, ", far behind"
MOST_NAMED = 6
BROAD_SEARCHES = (
    "search, commonest word",
    "search, common word in a theme",
    "search, two letters and what follows",
    "search, words that shun each other",
)


def times(results: Results, database: str) -> Times:
    """Return the median time of each operation at each size, in milliseconds."""
    rows = results.get("growth", {}).get("results", [])
    return {(row["operation"], row["quotes"]): row["p50_ms"] for row in rows if row["database"] == database}


def lookups(known: Times) -> list[str]:
    """Return the operations that go to one place: an item by id, a page by cursor, one by lot."""
    names = sorted({name for name, _ in known})
    return [name for name in names if name in ("by id", "random", "list") or name.endswith(FAR)]


def slow(names: Callable[[Times], Iterable[str]], database: str, results: Results) -> Times:
    """Return the times of some operations on a million quotes."""
    known = times(results, database)
    return {(name, LARGE): known[name, LARGE] for name in names(known) if (name, LARGE) in known}


def deep(database: str, results: Results) -> Times:
    """Return how many times as long as its first page a page far behind takes, for each list."""
    known = times(results, database)
    firsts = {name: known.get((name[0].removesuffix(FAR), LARGE)) for name in known if _is_deep(name)}
    return {name: known[name] / first for name, first in firsts.items() if first}


def grown(database: str, results: Results) -> Times:
    """Return how many times as long as in a small catalogue each lookup takes in a large one."""
    known = times(results, database)
    small = min((size for _, size in known if size >= 5_000), default=LARGE)
    pairs = {name: (known.get((name, LARGE)), known.get((name, small))) for name in lookups(known)}
    return {(name, LARGE): large / little for name, (large, little) in pairs.items() if large and little}


def worst(found: Callable[[Results], Times], results: Results) -> float | None:
    """Return the largest of what was found; None where nothing was measured."""
    return max(found(results).values(), default=None)


def above(most: float, unit: str, found: Callable[[Results], Times], results: Results) -> str:
    """Name what is above a figure, the worst first, in a sentence."""
    beyond = sorted(found(results).items(), key=lambda one: -one[1])
    named = [f"{name} {value:.3g}{unit}" for (name, _), value in beyond if round(value, 2) > most]
    rest = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"Of {len(beyond)} operations: {', '.join(named[:MOST_NAMED])}{rest}."


def _is_deep(name: tuple[str, int]) -> bool:
    return name[0].endswith(FAR) and name[1] == LARGE


def narrow_searches(known: Times) -> list[str]:
    """Return the searches of which the rank and the count are exact."""
    return [name for name, _ in known if name.startswith("search") and name not in BROAD_SEARCHES]


def of(database: str) -> list[tuple[str, float, str, Callable[[Results], Times]]]:
    """Return each figure to reach on one kind of database: its name, the most, its unit, what it is of."""
    on = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
    return [
        (
            f"1 M quotes, {on}: by id, any page by cursor, random; database time",
            0.3,
            " ms",
            partial(slow, lookups, database),
        ),
        (f"1 M quotes, {on}: page far behind ÷ first page", 2, "×", partial(deep, database)),
        (f"1 M quotes, {on}: ÷ the smallest of at least 5,000", 3, "×", partial(grown, database)),
        (
            f"1 M quotes, {on}: search of up to 10,000 hits",
            30,
            " ms",
            partial(slow, narrow_searches, database),
        ),
        (f"1 M quotes, {on}: broader search", 100, " ms", partial(slow, lambda _: BROAD_SEARCHES, database)),
    ]
