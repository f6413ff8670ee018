"""A plot of one number for each of several cases, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.svg import Logarithmic, dot, line, picture, text

WIDTH, LEFT, RIGHT, TOP, ROW = 860, 300, 90, 46, 28


def microseconds(value: float) -> str:
    """Return a time for people, to three digits."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} µs"


def dots(title: str, rows: Sequence[tuple[str, float, bool]]) -> str:
    """Return the plot of ``(name, microseconds, is_ours)``."""
    height = TOP + ROW * len(rows) + 30
    scale = Logarithmic([value for _, value, _ in rows], LEFT, WIDTH - RIGHT)
    bottom = height - 26
    shapes = [text(0, 16, title, "title")]
    for power in scale.powers:
        shapes += [line(scale(power), TOP - 12, scale(power), bottom)]
        shapes += [text(scale(power), bottom + 16, microseconds(power), "small soft middle")]
    for number, (name, value, is_ours) in enumerate(rows):
        y = TOP + ROW * (number + 0.5) - 8
        shapes += [text(LEFT - 12, y + 4, name, "end"), line(LEFT, y, scale(value), y, "stem")]
        shapes += [dot(scale(value), y, "a" if is_ours else "b")]
        shapes += [text(scale(value) + 10, y + 4, microseconds(value), "small")]
    return picture(WIDTH, height, title, shapes)
