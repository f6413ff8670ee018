"""A plot of growth: a small one for each operation, with the line on which it was expected to lie."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.report.dots import microseconds
from bench.report.expected import CLASSES, expected
from bench.report.svg import Logarithmic, dot, line, path, picture, text

COLUMNS, WIDTH, HEIGHT, TOP, GAP, LEFT = 4, 235, 150, 56, 34, 48
COLOURS = {"sqlite": "a", "postgresql": "b"}
Rows = Sequence[Mapping[str, Any]]


def growing(title: str, rows: Rows) -> str:
    """Return the plots of all operations in the rows: time at the median, by number of quotes."""
    operations: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        operations[row["operation"]].append(row)
    height = TOP + math.ceil(len(operations) / COLUMNS) * (HEIGHT + GAP)
    shapes = [text(0, 16, title, "title"), *_legend()]
    times = [row["p50_ms"] for row in rows]
    for number, (name, own) in enumerate(operations.items()):
        x, y = number % COLUMNS * WIDTH, TOP + number // COLUMNS * (HEIGHT + GAP)
        across = Logarithmic([row["quotes"] for row in rows], x + LEFT, x + WIDTH - 16)
        up = Logarithmic(times, y + HEIGHT - 8, y + 30)
        shapes += [*_axes(across, up), text(x + LEFT, y + 8, _short(name), "small title")]
        shapes += _operation(name, own, across, up)
    return picture(COLUMNS * WIDTH, height, title, shapes)


def _legend() -> list[str]:
    words = ("SQLite", "a"), ("PostgreSQL", "b")
    shapes = [
        shape
        for number, (name, colour) in enumerate(words)
        for shape in (dot(6 + number * 90, 32, colour, 4), text(16 + number * 90, 36, name, "small"))
    ]
    return [
        *shapes,
        line(190, 32, 220, 32, "expected"),
        text(226, 36, "as expected, from the first point", "small"),
    ]


def _axes(across: Logarithmic, up: Logarithmic) -> list[str]:
    shapes: list[str] = []
    for power in up.powers:
        shapes += [line(across.start, up(power), across.end, up(power))]
        shapes += [text(across.start - 4, up(power) + 3, microseconds(power * 1_000), "small soft end")]
    for power in across.powers:
        shapes += [text(across(power), up.start + 14, _many(power), "small soft middle")]
    return shapes


def _operation(name: str, rows: Rows, across: Logarithmic, up: Logarithmic) -> list[str]:
    shapes: list[str] = []
    for database, colour in COLOURS.items():
        own = sorted((row["quotes"], row["p50_ms"]) for row in rows if row["database"] == database)
        if own:
            grows: Callable[[float], float] = CLASSES[expected(name)]
            (first, cost), (last, _) = own[0], own[-1]
            steps = [first * (last / first) ** (step / 12) for step in range(13)]
            line_up = [(across(n), up(cost * grows(n) / grows(first))) for n in steps]
            shapes += [path(line_up, "expected"), path([(across(n), up(ms)) for n, ms in own], colour)]
            shapes += [dot(across(n), up(ms), colour, 3) for n, ms in own]
    return [*shapes, text(across.start, up.end - 9, expected(name), "small soft")]


def _many(number: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g} {unit}"
    return f"{number:g}"


def _short(name: str) -> str:
    return name if len(name) <= 38 else f"{name[:37]}…"
