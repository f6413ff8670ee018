"""The theme map as a drawing: rows of themes, columns of scenes, a mark wherever they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.theme_map import MapCell, MapScene, MapTheme, ThemeMap

#: The side of a cell, in units of the drawing; pages show it as 1.5 rem.
CELL_SIZE = 24
MIN_RADIUS, MAX_RADIUS = 3.5, 10.5


@dataclass(frozen=True)
class Mark:
    """A cell as it is drawn: where, how large, what it is of, and the anchor of what is behind it."""

    cell: MapCell
    scene: MapScene
    anchor: str
    x: int
    radius: str


@dataclass(frozen=True)
class ChartRow:
    """A theme and its marks, in the order of the scenes."""

    theme: MapTheme
    y: int
    marks: list[Mark]


@dataclass(frozen=True)
class Panel:
    """What is behind the marks of one scene: each with its theme."""

    scene: MapScene
    anchor: str
    x: int
    marks: list[tuple[Mark, MapTheme]]


@dataclass(frozen=True)
class ThemeChart:
    """The map, by theme for the drawing and by scene for what is behind it; sizes in units."""

    rows: list[ChartRow]
    panels: list[Panel]
    width: int
    height: int


def build_chart(found: ThemeMap) -> ThemeChart:
    """Return a map's drawing. A mark's area grows with the weight of its cell."""
    themes = {theme.slug: theme for theme in found.themes}
    columns = {scene.slug: place for place, scene in enumerate(found.scenes)}
    heaviest = max((cell.weight for cell in found.cells), default=1)
    marks = [_build_mark(cell, found.scenes[columns[cell.scene]], columns, heaviest) for cell in found.cells]
    by_theme: dict[str, list[Mark]] = {theme.slug: [] for theme in found.themes}
    by_scene: dict[str, list[Any]] = {scene.slug: [] for scene in found.scenes}
    for mark in marks:
        by_theme[mark.cell.theme].append(mark)
        by_scene[mark.cell.scene].append((mark, themes[mark.cell.theme]))
    rows = [
        ChartRow(theme, place * CELL_SIZE, by_theme[theme.slug]) for place, theme in enumerate(found.themes)
    ]
    panels = [
        Panel(scene, f"s{place + 1}", place * CELL_SIZE, by_scene[scene.slug])
        for place, scene in enumerate(found.scenes)
    ]
    return ThemeChart(rows, panels, len(panels) * CELL_SIZE, len(rows) * CELL_SIZE)


def _build_mark(cell: MapCell, scene: MapScene, columns: dict[str, int], heaviest: int) -> Mark:
    place = columns[cell.scene]
    share: float = (cell.weight / heaviest) ** 0.5
    radius = f"{MIN_RADIUS + (MAX_RADIUS - MIN_RADIUS) * share:.1f}".removesuffix(".0")
    return Mark(cell, scene, f"s{place + 1}-{cell.theme}", place * CELL_SIZE, radius)
