"""Theme map: a matrix of a film's scenes and themes, with the content that links each pair, for a chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Executable, Select, literal_column, or_, select, text, union_all
from sqlalchemy.orm import Session, aliased

from models.advisory import AdvisoryLink
from models.asserted_by import AssertedByFilter, asserted_by_filter
from models.commentary import Commentary
from models.commentary_links import CommentaryScene, CommentaryTheme
from models.facet_queries import count_relation
from models.film import Film
from models.quote import Quote, QuoteTheme
from models.scene import Scene, SceneTheme
from models.theme import Theme

#: The maximum size of a map, and the maximum number of links read for it.
MAX_SCENES = 500
MAX_THEMES = 500
MAX_LINKS = 20_000


@dataclass(frozen=True)
class MapScene:
    """A column of the map."""

    slug: str
    label: str
    position: int


@dataclass(frozen=True)
class MapTheme:
    """A row of the map; ``broader`` is the slug of another row or None, ``weight`` the sum over its cells."""

    slug: str
    label: str
    broader: str | None
    weight: int


@dataclass
class MapCell:
    """The links between a scene and a theme.

    ``tagged`` tells whether the scene itself is tagged with the theme. ``quotes`` are the slugs of its tagged
    quotes, ``commentary`` those of the tagged commentary about it.
    """

    scene: str
    theme: str
    tagged: bool = False
    quotes: list[str] = field(default_factory=list)
    commentary: list[str] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """The number of links."""
        return self.tagged + len(self.quotes) + len(self.commentary)


@dataclass(frozen=True)
class ThemeMap:
    """The map: scenes in the film's order, themes in hierarchical order, cells by scene and then theme.

    Unless ``is_complete``, the film has more content than a map may have.
    """

    film: Film
    scenes: list[MapScene]
    themes: list[MapTheme]
    cells: list[MapCell]
    is_complete: bool

    @property
    def relation(self) -> str:
        """How the numbers of the map relate to the film's: ``exact`` or ``at-least``."""
        return count_relation(self.is_complete)


def theme_map(
    session: Session,
    film: Film,
    max_severity: int | None = None,
    asserted_by: AssertedByFilter | None = None,
) -> ThemeMap:
    """Return the theme map of a film's visible content. Runs three statements.

    ``max_severity`` leaves out scenes, quotes and commentary with an advisory above it. Of commentary, the
    map has what ``models.asserted_by.asserted_by_filter`` would select. Unlike in filters,
    the cells of a theme do not include its subthemes. The broader theme of a row is a row too, even if it has
    no cells.
    """
    scene_rows = session.execute(_select_scenes(film, max_severity)).all()
    links = session.execute(_select_links(film, max_severity, asserted_by)).all()
    scenes = [MapScene(*row) for row in scene_rows[:MAX_SCENES]]
    cells = _build_cells(links[:MAX_LINKS], {scene.slug for scene in scenes})
    weights: Counter[str] = Counter()
    for cell in cells:
        weights[cell.theme] += cell.weight
    heaviest = sorted(weights, key=lambda slug: (-weights[slug], slug))[:MAX_THEMES]
    themes = _order_themes(session.execute(_select_themes(heaviest)).all(), weights)
    is_complete = len(scene_rows) <= MAX_SCENES and len(links) <= MAX_LINKS and len(weights) <= MAX_THEMES
    return ThemeMap(film, scenes, themes, _order_cells(cells, scenes, themes), is_complete)


def _order_cells(cells: list[MapCell], scenes: list[MapScene], themes: list[MapTheme]) -> list[MapCell]:
    """Return the cells whose theme is on the map, by column and then row."""
    columns = {scene.slug: index for index, scene in enumerate(scenes)}
    rows = {theme.slug: index for index, theme in enumerate(themes)}
    on_map = [cell for cell in cells if cell.theme in rows]
    return sorted(on_map, key=lambda cell: (columns[cell.scene], rows[cell.theme]))


def _select_scenes(film: Film, max_severity: int | None) -> Executable:
    return (
        select(Scene.slug, Scene.label, Scene.position)
        .where(Scene.film_id == film.id, Scene.visible(), *_severity_filter(Scene, max_severity))
        .order_by(Scene.position, Scene.slug)
        .limit(MAX_SCENES + 1)
    )


def _select_links(
    film: Film, max_severity: int | None, asserted_by: AssertedByFilter | None
) -> CompoundSelect[Any]:
    """Return the statement for all links between scenes and themes.

    The columns are the scene's position and slug, the theme's slug, and the slugs of the quote and of the
    commentary that link them, or two empty strings for a tagged scene. The rows are ordered by scene, so
    that ``MAX_LINKS`` cuts the end of the film.
    """
    quote, commentary = aliased(Quote), aliased(Commentary)
    scene_links = _select_link_columns("''", "''").join(SceneTheme, SceneTheme.scene_id == Scene.id)
    quote_links = (
        _select_link_columns(quote.slug, "''")
        .join(quote, quote.scene_id == Scene.id)
        .join(QuoteTheme, QuoteTheme.quote_id == quote.id)
        .where(quote.is_visible, *_severity_filter(quote, max_severity))
    )
    commentary_links = (
        _select_link_columns("''", commentary.slug)
        .join(CommentaryScene, CommentaryScene.scene_id == Scene.id)
        .join(commentary, commentary.id == CommentaryScene.commentary_id)
        .join(CommentaryTheme, CommentaryTheme.commentary_id == commentary.id)
        .where(
            commentary.is_visible,
            *asserted_by_filter(commentary, asserted_by),
            *_severity_filter(commentary, max_severity),
        )
    )
    filters = (
        Scene.film_id == film.id,
        Scene.visible(),
        *_severity_filter(Scene, max_severity),
        Theme.visible(),
    )
    branches = (
        branch.join(Theme, Theme.id == link.theme_id).where(*filters)
        for branch, link in (
            (scene_links, SceneTheme),
            (quote_links, QuoteTheme),
            (commentary_links, CommentaryTheme),
        )
    )
    return union_all(*branches).order_by(text("1, 2, 3, 4, 5")).limit(MAX_LINKS + 1)


def _select_link_columns(quote: Any, commentary: Any) -> Select[Any]:
    """Return a statement with the columns of links; both arguments are columns or SQL literals."""
    slugs = (literal_column(slug) if isinstance(slug, str) else slug for slug in (quote, commentary))
    columns: list[Any] = [Scene.position, Scene.slug, Theme.slug, *slugs]
    return select(*columns).select_from(Scene)


def _severity_filter(model: Any, max_severity: int | None) -> list[Any]:
    """Return a list with the condition that no advisory exceeds ``max_severity``; empty if that is None."""
    if max_severity is None:
        return []
    return [~model.advisory_links.any(AdvisoryLink.severity > max_severity)]


def _build_cells(links: Iterable[Any], scenes: set[str]) -> list[MapCell]:
    cells: dict[tuple[str, str], MapCell] = {}
    for _position, scene, theme, quote, commentary in links:
        if scene not in scenes:
            continue
        cell = cells.setdefault((scene, theme), MapCell(scene, theme))
        if quote:
            cell.quotes.append(quote)
        elif commentary:
            cell.commentary.append(commentary)
        else:
            cell.tagged = True
    return list(cells.values())


def _select_themes(slugs: list[str]) -> Executable:
    """Return the statement for these themes and their broader themes.

    The columns are slug, label, name and the slug of the broader theme.
    """
    broader = aliased(Theme)
    broader_ids = select(Theme.broader_id).where(Theme.slug.in_(slugs))
    return (
        select(Theme.slug, Theme.label, Theme.name, broader.slug)
        .outerjoin(broader, (Theme.broader_id == broader.id) & broader.visible())
        .where(Theme.visible(), or_(Theme.slug.in_(slugs), Theme.id.in_(broader_ids)))
    )


def _order_themes(rows: Iterable[Any], weights: Counter[str]) -> list[MapTheme]:
    """Return the themes by name, each followed by its subthemes by name."""
    themes = list(rows)
    keys = {slug: (name, slug) for slug, _, name, _ in themes}
    themes.sort(key=lambda row: (keys[row[3] or row[0]], row[3] is not None, keys[row[0]]))
    return [MapTheme(slug, label, broader, weights[slug]) for slug, label, _, broader in themes]
