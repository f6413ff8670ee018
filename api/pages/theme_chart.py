"""The geometry of a film's theme map: a row for each theme, a column for each scene, marks in the cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.theme_map import MapCell, MapScene, MapTheme, ThemeMap

#: The side of a cell in SVG units; 24 units are displayed as 1.5 rem.
CELL_SIZE = 24
MIN_RADIUS, MAX_RADIUS = 3.5, 10.5


@dataclass(frozen=True)
class Mark:
    """A circle in a cell: its position and radius, and the anchor of its details."""

    cell: MapCell
    scene: MapScene
    anchor: str
    x: int
    radius: str


@dataclass(frozen=True)
class ChartRow:
    """A theme and its marks in scene order."""

    theme: MapTheme
    marks: list[Mark]


@dataclass(frozen=True)
class Panel:
    """The details of a scene: its marks, each with its theme."""

    scene: MapScene
    anchor: str
    x: int
    marks: list[tuple[Mark, MapTheme]]


@dataclass(frozen=True)
class ThemeChart:
    """The chart as rows by theme, its details as panels by scene; the width is in SVG units."""

    rows: list[ChartRow]
    panels: list[Panel]
    width: int


def build_chart(theme_map: ThemeMap) -> ThemeChart:
    """Return the chart of a theme map; the area of a mark grows with the weight of its cell."""
    themes = {theme.slug: theme for theme in theme_map.themes}
    columns = {scene.slug: column for column, scene in enumerate(theme_map.scenes)}
    max_weight = max((cell.weight for cell in theme_map.cells), default=1)
    marks = [
        _build_mark(cell, theme_map.scenes[columns[cell.scene]], columns, max_weight)
        for cell in theme_map.cells
    ]
    by_theme: dict[str, list[Mark]] = {theme.slug: [] for theme in theme_map.themes}
    by_scene: dict[str, list[Any]] = {scene.slug: [] for scene in theme_map.scenes}
    for mark in marks:
        by_theme[mark.cell.theme].append(mark)
        by_scene[mark.cell.scene].append((mark, themes[mark.cell.theme]))
    rows = [ChartRow(theme, by_theme[theme.slug]) for theme in theme_map.themes]
    panels = [
        Panel(scene, f"s{column + 1}", column * CELL_SIZE, by_scene[scene.slug])
        for column, scene in enumerate(theme_map.scenes)
    ]
    return ThemeChart(rows, panels, len(panels) * CELL_SIZE)


def _build_mark(cell: MapCell, scene: MapScene, columns: dict[str, int], max_weight: int) -> Mark:
    column = columns[cell.scene]
    share: float = (cell.weight / max_weight) ** 0.5
    radius = f"{MIN_RADIUS + (MAX_RADIUS - MIN_RADIUS) * share:.1f}".removesuffix(".0")
    return Mark(cell, scene, f"s{column + 1}-{cell.theme}", column * CELL_SIZE, radius)
