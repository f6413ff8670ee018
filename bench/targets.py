"""Targets: the figures to reach, and what was measured of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bench import scenarios as s
from bench.operations import BROAD_SEARCHES, LATE_PAGE

Results = Mapping[str, Any]
Figure = Callable[[Results], float | None]
LARGE, SMALL = 1_000_000, 5_000
MANY_REQUESTS = 20_000


class Target(NamedTuple):
    """A figure to reach, at least or at most; ``measured`` returns None if it was not measured."""

    name: str
    bound: str
    value: float
    unit: str
    measured: Figure

    def is_met(self, figure: float) -> bool:
        """Whether the figure reaches the target, as exactly as it is displayed."""
        return round(figure, 2) >= self.value if self.bound == "≥" else round(figure, 2) <= self.value


def _ratio(group: str, kind: str, case: str, *references: str) -> Figure:
    """Return a function for the median ratio (``cpu`` or ``rate``) of a case to its best reference."""

    def measured(results: Results) -> float | None:
        pairs = [pair for one in results["groups"] if one["key"] == group for pair in one["comparisons"]]
        medians = {pair["reference"]: pair[kind]["median"] for pair in pairs if pair["case"] == case}
        return min((medians[name] for name in references if name in medians), default=None)

    return measured


def _growth(database: str, pattern: str, divisor: str) -> Figure:
    """Return a function for the worst operation of a pattern: in ms, or ÷ ``first`` page or ``small``."""

    def measured(results: Results) -> float | None:
        rows = [row for row in results.get("growth", {}).get("results", []) if row["database"] == database]
        times = {(row["operation"], row["quotes"]): row["p50_ms"] for row in rows}
        small = min((quotes for _, quotes in times if quotes >= SMALL), default=LARGE)
        figures = []
        for name in (name for name, quotes in times if quotes == LARGE and re.fullmatch(pattern, name)):
            others = {"": 1, "first": times.get((name.removesuffix(LATE_PAGE), LARGE))}
            if other := (others | {"small": times.get((name, small))})[divisor]:
                figures.append(times[name, LARGE] / other)
        return max(figures, default=None)

    return measured


def _startup(figure: str) -> Figure:
    return lambda results: results.get("startup", {}).get(figure)


def _varied(title: str, part: str, figure: str) -> Figure:
    def measured(results: Results) -> float | None:
        one = next((one for one in results.get("varied", ()) if one["database"] == title.lower()), None)
        return None if one is None else float(one[part][figure])

    return measured


def _plateau(title: str) -> Figure:
    """Return a function for the most memory that a worker used, if 20,000 requests were sent."""

    def measured(results: Results) -> float | None:
        for one in results.get("varied", ()):
            if one["database"] == title.lower() and one["memory"][-1]["requests"] >= MANY_REQUESTS:
                return float(max(reading["pss_mb"] for reading in one["memory"]))
        return None

    return measured


BEST_FASTAPI, NOT_MODIFIED = (s.FASTAPI, s.FASTAPI_ASYNC), (s.NOT_MODIFIED, s.BARE_NOT_MODIFIED)
UNCACHED, WORKERS = ("pages", "cpu", s.UNCACHED), (s.TWO_WORKERS, s.ONE_WORKER)
LATE, BROAD = f".*{LATE_PAGE}", "|".join(map(re.escape, BROAD_SEARCHES))
LOOKUPS = f"by id|random|list|{LATE}"
GROWTH = (
    ("by id, any page by cursor, random; database time", 0.3, " ms", LOOKUPS, ""),
    ("late page ÷ first page", 2, "×", LATE, "first"),
    ("÷ the smallest of at least 5,000", 3, "×", LOOKUPS, "small"),
    ("search of up to 10,000 hits", 30, " ms", f"(?!{BROAD})search.*", ""),
    ("broader search", 100, " ms", BROAD, ""),
)
TARGETS = [
    Target("cached page ÷ bare WSGI, responses/s", "≥", 0.75, "×", _ratio("front", "rate", s.CACHED, s.BARE)),
    Target("cached page ÷ bare WSGI, CPU", "≥", 0.65, "×", _ratio("front", "cpu", s.CACHED, s.BARE)),
    Target("cached 304 ÷ bare WSGI, responses/s", "≥", 0.85, "×", _ratio("front", "rate", *NOT_MODIFIED)),
    Target("cached 304 ÷ bare WSGI, CPU", "≥", 0.7, "×", _ratio("front", "cpu", *NOT_MODIFIED)),
    Target(f"uncached page against {s.SMOREST}", "≥", 8, "×", _ratio(*UNCACHED, s.SMOREST)),
    Target("… against FastAPI + pydantic + ORM", "≥", 10, "×", _ratio(*UNCACHED, *BEST_FASTAPI)),
    Target("… against Datasette, custom SQL", "≥", 5, "×", _ratio(*UNCACHED, s.DATASETTE)),
    Target("… against json-server", "≥", 2.5, "×", _ratio(*UNCACHED, s.JSON_SERVER)),
    Target("cached page against FastAPI", "≥", 200, "×", _ratio("pages", "cpu", s.CACHED, *BEST_FASTAPI)),
    Target("2 workers ÷ 1, responses/s", "≥", 1.7, "×", _ratio("workers", "rate", *WORKERS)),
    Target("import of the application, CPU", "≤", 0.7, " s", _startup("import_seconds")),
    Target("memory of a worker, ready", "≤", 80, " MB", _startup("ready_mb")),
    Target("memory of a worker, after API requests", "≤", 80, " MB", _startup("used_mb")),
]
TARGETS += [
    target
    for title in ("SQLite", "PostgreSQL")
    for target in (
        Target(
            f"new shape ÷ its second run, {title}", "≤", 2, "×", _varied(title, "first_runs", "median_ratio")
        ),
        Target(
            f"random mix ÷ its second pass, {title}", "≤", 1.5, "×", _varied(title, "two_passes", "ratio")
        ),
        Target(f"… against {s.SMOREST}, {title}", "≥", 1, "×", _varied(title, "smorest", "times_as_cheap")),
        Target(f"worker after 20,000 different requests, Pss, {title}", "≤", 120, " MB", _plateau(title)),
    )
]
TARGETS += [
    Target(f"1 M quotes, {title}: {name}", "≤", value, unit, _growth(title.lower(), pattern, divisor))
    for title in ("SQLite", "PostgreSQL")
    for name, value, unit, pattern, divisor in GROWTH
]
