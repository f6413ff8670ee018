"""The figures to reach, and what was measured of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench import growth_goals
from bench.compare import groups as g

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """A figure to reach: at least so much, or at most; ``measured`` is None where it was not.

    ``profile`` names what shows where its time goes.
    """

    name: str
    wanted: float
    unit: str
    measured: Callable[[Results], float | None]
    is_least: bool = True
    profile: str | None = None

    def is_met(self, value: float) -> bool:
        """Whether the figure is reached, as exactly as it is shown."""
        return round(value, 2) >= self.wanted if self.is_least else round(value, 2) <= self.wanted

    @property
    def shown(self) -> str:
        """What is wanted, for people."""
        return f"{'≥' if self.is_least else '≤'} {self.wanted:g}{self.unit}"


def compared(group: str, case: str, reference: str, of: str) -> Callable[[Results], float | None]:
    """Return what looks up the median ratio of a pair: ``of`` its CPU or its rate."""

    def look(results: Results) -> float | None:
        found = [one for one in results["groups"] if one["key"] == group]
        pairs = [pair for one in found for pair in one["comparisons"]]
        ratios = [
            pair[of]["median"] for pair in pairs if (pair["case"], pair["reference"]) == (case, reference)
        ]
        return ratios[0] if ratios else None

    return look


def against_best(case: str, *references: str) -> Callable[[Results], float | None]:
    """Return what looks up the CPU ratio to whichever of several ways is cheapest."""

    def look(results: Results) -> float | None:
        found = [compared("pages", case, reference, "cpu")(results) for reference in references]
        return min((one for one in found if one is not None), default=None)

    return look


def of_start(name: str) -> Callable[[Results], float | None]:
    """Return what looks up a figure of the start."""
    return lambda results: results.get("startup", {}).get(name)


FLOOR, FLOOR_304 = "bare WSGI", "bare WSGI, 304"
GOALS = (
    Goal(
        "cached page ÷ bare WSGI, answers a second",
        0.75,
        "×",
        compared("front", g.CACHED, FLOOR, "rate"),
        profile="cached",
    ),
    Goal(
        "cached page ÷ bare WSGI, CPU", 0.65, "×", compared("front", g.CACHED, FLOOR, "cpu"), profile="cached"
    ),
    Goal(
        "cached 304 ÷ bare WSGI, answers a second",
        0.85,
        "×",
        compared("front", g.NOT_MODIFIED, FLOOR_304, "rate"),
        profile="cached",
    ),
    Goal(
        "cached 304 ÷ bare WSGI, CPU",
        0.7,
        "×",
        compared("front", g.NOT_MODIFIED, FLOOR_304, "cpu"),
        profile="cached",
    ),
    Goal(
        "page, nothing cached, against flask-smorest + ORM + Schema.dump",
        8,
        "×",
        against_best(g.UNCACHED, g.NAIVE),
        profile="page",
    ),
    Goal(
        "… against FastAPI + pydantic + ORM",
        10,
        "×",
        against_best(g.UNCACHED, g.FASTAPI, g.ON_THE_LOOP),
        profile="page",
    ),
    Goal(
        "… against Datasette, SQL of one's own", 5, "×", against_best(g.UNCACHED, g.DATASETTE), profile="page"
    ),
    Goal(
        "… against Datasette, a table's page without count",
        5,
        "×",
        compared("defaults", "Subtext, table page, no count", "Datasette, table page, no count", "cpu"),
        profile="page",
    ),
    Goal("… against json-server", 2.5, "×", against_best(g.UNCACHED, g.JSON_SERVER), profile="page"),
    Goal(
        "cached page against FastAPI + pydantic + ORM",
        200,
        "×",
        against_best(g.CACHED, g.FASTAPI, g.ON_THE_LOOP),
        profile="cached",
    ),
    Goal(
        "2 workers ÷ 1, answers a second",
        1.7,
        "×",
        compared("workers", g.TWO_WORKERS, g.ONE_WORKER, "rate"),
    ),
    Goal("import of the application, CPU", 0.7, " s", of_start("import_seconds"), is_least=False),
    Goal("memory of a worker, ready", 80, " MB", of_start("ready_mb"), is_least=False),
    Goal("memory of a worker, after requests of every kind", 80, " MB", of_start("used_mb"), is_least=False),
    *(
        Goal(name, most, unit, measured, is_least=False)
        for database in ("sqlite", "postgresql")
        for name, most, unit, measured in growth_goals.of(database)
    ),
)
