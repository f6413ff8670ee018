"""The figures to reach, each with what was measured, and with what takes the time where one is missed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report.tables import table, times
from bench.targets import GOALS, Goal

Results = Mapping[str, Any]


def figures(results: Results) -> str:
    """Return the table of figures."""
    rows = []
    for goal in GOALS:
        value = goal.measured(results)
        rows.append(
            (goal.name, goal.shown, "–" if value is None else _shown(goal, value), _verdict(goal, value))
        )
    return table(("", "to reach", "measured", ""), rows)


def missed(results: Results) -> list[Goal]:
    """Return the figures that were measured and not reached."""
    measured = [(goal, goal.measured(results)) for goal in GOALS]
    return [goal for goal, value in measured if value is not None and not goal.is_met(value)]


def why(results: Results) -> str:
    """Return a line for each figure that is missed; nothing where none is."""
    lines = [f"- {goal.name}. {goal.why(results)}".rstrip() for goal in missed(results)]
    return "\n".join(["Missed:", "", *lines]) if lines else "None of those that were measured is missed."


def _shown(goal: Goal, value: float) -> str:
    return times(value) if goal.unit == "×" else f"{value:.3g}{goal.unit}"


def _verdict(goal: Goal, value: float | None) -> str:
    if value is None:
        return "not measured"
    return "reached" if goal.is_met(value) else "**missed**"
