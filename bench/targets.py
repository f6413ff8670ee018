"""The figures to reach, and what was measured of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench import growth_goals
from bench import scenarios as g

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """A figure to reach: at least so much, or at most; ``measured`` is None where it was not.

    ``why`` tells, where it is missed, what takes the time or the room.
    """

    name: str
    wanted: float
    unit: str
    measured: Callable[[Results], float | None]
    is_least: bool = True
    why: Callable[[Results], str] = lambda _: ""

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


def spent(profile: str) -> Callable[[Results], str]:
    """Return what tells where the time of a profiled request goes."""

    def told(results: Results) -> str:
        shares = list(results.get("layers", {}).get(profile, {}).items())[:4]
        most = ", ".join(f"{name} {share:.0%}" for name, share in shares)
        return f"The time of such a request is that of {most}." if most else ""

    return told


def held(results: Results) -> str:
    """Tell what a worker holds in memory when it is ready, by what was loaded."""
    parts = results.get("startup", {}).get("held_mb", {}).items()
    told = ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in parts)
    return f"What is loaded holds: {told}." if told else ""


FLOOR, FLOOR_304 = "bare WSGI", "bare WSGI, 304"
GOALS = (
    Goal(
        "cached page ÷ bare WSGI, answers a second",
        0.75,
        "×",
        compared("front", g.CACHED, FLOOR, "rate"),
        why=spent("cached"),
    ),
    Goal(
        "cached page ÷ bare WSGI, CPU",
        0.65,
        "×",
        compared("front", g.CACHED, FLOOR, "cpu"),
        why=spent("cached"),
    ),
    Goal(
        "cached 304 ÷ bare WSGI, answers a second",
        0.85,
        "×",
        compared("front", g.NOT_MODIFIED, FLOOR_304, "rate"),
        why=spent("cached"),
    ),
    Goal(
        "cached 304 ÷ bare WSGI, CPU",
        0.7,
        "×",
        compared("front", g.NOT_MODIFIED, FLOOR_304, "cpu"),
        why=spent("cached"),
    ),
    Goal(
        "page, nothing cached, against flask-smorest + ORM + Schema.dump",
        8,
        "×",
        against_best(g.UNCACHED, g.NAIVE),
        why=spent("page"),
    ),
    Goal(
        "… against FastAPI + pydantic + ORM",
        10,
        "×",
        against_best(g.UNCACHED, g.FASTAPI, g.ON_THE_LOOP),
        why=spent("page"),
    ),
    Goal(
        "… against Datasette, SQL of one's own",
        5,
        "×",
        against_best(g.UNCACHED, g.DATASETTE),
        why=spent("page"),
    ),
    Goal(
        "… against Datasette, a table's page without count",
        5,
        "×",
        compared("defaults", "Subtext, table page, no count", "Datasette, table page, no count", "cpu"),
        why=spent("page"),
    ),
    Goal("… against json-server", 2.5, "×", against_best(g.UNCACHED, g.JSON_SERVER), why=spent("page")),
    Goal(
        "cached page against FastAPI + pydantic + ORM",
        200,
        "×",
        against_best(g.CACHED, g.FASTAPI, g.ON_THE_LOOP),
        why=spent("cached"),
    ),
    Goal(
        "2 workers ÷ 1, answers a second",
        1.7,
        "×",
        compared("workers", g.TWO_WORKERS, g.ONE_WORKER, "rate"),
    ),
    Goal("import of the application, CPU", 0.7, " s", of_start("import_seconds"), is_least=False),
    Goal("memory of a worker, ready", 80, " MB", of_start("ready_mb"), is_least=False, why=held),
    Goal(
        "memory of a worker, after requests of every kind",
        80,
        " MB",
        of_start("used_mb"),
        is_least=False,
        why=held,
    ),
    *(
        Goal(
            name,
            most,
            unit,
            partial(growth_goals.worst, found),
            is_least=False,
            why=partial(growth_goals.above, most, unit, found),
        )
        for database in ("sqlite", "postgresql")
        for name, most, unit, found in growth_goals.of(database)
    ),
)
