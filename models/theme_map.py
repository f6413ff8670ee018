"""Which scenes of a film are about which themes, and how much: a matrix, made to be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Executable, Select, literal_column, or_, select, text, union_all
from sqlalchemy.orm import Session, aliased

from models.advisory import AdvisoryLink
from models.commentary import Commentary
from models.commentary_links import CommentaryScene, CommentaryTheme
from models.facet_counts import count_relation
from models.film import Film
from models.quote import Quote, QuoteTheme
from models.scene import Scene, SceneTheme
from models.theme import Theme

#: What a map holds at most, and how many links are read to draw it.
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
    """A row of the map; ``broader`` is the id of another row or None, ``weight`` that of its cells."""

    slug: str
    label: str
    broader: str | None
    weight: int


@dataclass
class MapCell:
    """What ties a scene to a theme: that it carries the theme itself, its quotes, claims about it, by id."""

    scene: str
    theme: str
    tagged: bool = False
    quotes: list[str] = field(default_factory=list)
    commentary: list[str] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """How many ties there are."""
        return self.tagged + len(self.quotes) + len(self.commentary)


@dataclass(frozen=True)
class ThemeMap:
    """The map: scenes in narrated order, themes in that of the hierarchy, cells by scene and then theme.

    Unless ``is_whole``, the film has more than a map holds.
    """

    film: Film
    scenes: list[MapScene]
    themes: list[MapTheme]
    cells: list[MapCell]
    is_whole: bool

    @property
    def relation(self) -> str:
        """How the map's numbers stand to the film's: ``exact`` or ``at-least``."""
        return count_relation(self.is_whole)


def theme_map(session: Session, film: Film, max_severity: int | None = None) -> ThemeMap:
    """Return the map of a film, of what everyone may see: three statements.

    ``max_severity`` leaves out scenes, quotes and claims that carry an advisory above it. A cell is of
    the theme alone, not of what is narrower. A theme broader than one of the map stands on it too, even
    without a cell of its own.
    """
    found = session.execute(_select_scenes(film, max_severity)).all()
    ties = session.execute(_select_links(film, max_severity)).all()
    scenes = [MapScene(*row) for row in found[:MAX_SCENES]]
    cells = _build_cells(ties[:MAX_LINKS], {scene.slug for scene in scenes})
    weights: Counter[str] = Counter()
    for cell in cells:
        weights[cell.theme] += cell.weight
    heaviest = sorted(weights, key=lambda slug: (-weights[slug], slug))[:MAX_THEMES]
    themes = _order_themes(session.execute(_select_themes(heaviest)).all(), weights)
    is_whole = len(found) <= MAX_SCENES and len(ties) <= MAX_LINKS and len(weights) <= MAX_THEMES
    return ThemeMap(film, scenes, themes, _order_cells(cells, scenes, themes), is_whole)


def _order_cells(cells: list[MapCell], scenes: list[MapScene], themes: list[MapTheme]) -> list[MapCell]:
    """Return the cells that stand on the map, column by column, from top to bottom."""
    columns = {scene.slug: place for place, scene in enumerate(scenes)}
    rows = {theme.slug: place for place, theme in enumerate(themes)}
    shown = [cell for cell in cells if cell.theme in rows]
    return sorted(shown, key=lambda cell: (columns[cell.scene], rows[cell.theme]))


def _select_scenes(film: Film, max_severity: int | None) -> Executable:
    return (
        select(Scene.slug, Scene.label, Scene.position)
        .where(Scene.film_id == film.id, Scene.visible(), *_severity_filter(Scene, max_severity))
        .order_by(Scene.position, Scene.slug)
        .limit(MAX_SCENES + 1)
    )


def _select_links(film: Film, max_severity: int | None) -> CompoundSelect[Any]:
    """Return the statement for every tie: scene and theme, and the quote or the claim that ties them.

    They come scene by scene, so that what is too much is the end of the film.
    """
    quote, claim = aliased(Quote), aliased(Commentary)
    itself = _select_link_columns("''", "''").join(SceneTheme, SceneTheme.scene_id == Scene.id)
    quoted = (
        _select_link_columns(quote.slug, "''")
        .join(quote, quote.scene_id == Scene.id)
        .join(QuoteTheme, QuoteTheme.quote_id == quote.id)
        .where(quote.is_visible, *_severity_filter(quote, max_severity))
    )
    claimed = (
        _select_link_columns("''", claim.slug)
        .join(CommentaryScene, CommentaryScene.scene_id == Scene.id)
        .join(claim, claim.id == CommentaryScene.commentary_id)
        .join(CommentaryTheme, CommentaryTheme.commentary_id == claim.id)
        .where(claim.is_visible, *_severity_filter(claim, max_severity))
    )
    seen = (
        Scene.film_id == film.id,
        Scene.visible(),
        *_severity_filter(Scene, max_severity),
        Theme.visible(),
    )
    branches = (
        branch.join(Theme, Theme.id == link.theme_id).where(*seen)
        for branch, link in ((itself, SceneTheme), (quoted, QuoteTheme), (claimed, CommentaryTheme))
    )
    return union_all(*branches).order_by(text("1, 2, 3, 4, 5")).limit(MAX_LINKS + 1)


def _select_link_columns(quote: Any, claim: Any) -> Select[Any]:
    """Return the beginning of a statement for ties: what stands where, and what ties it."""
    ties = (literal_column(tie) if isinstance(tie, str) else tie for tie in (quote, claim))
    columns: list[Any] = [Scene.position, Scene.slug, Theme.slug, *ties]
    return select(*columns).select_from(Scene)


def _severity_filter(model: Any, max_severity: int | None) -> list[Any]:
    """Return the condition that no advisory above the ceiling stands on the resource."""
    if max_severity is None:
        return []
    return [~model.advisory_links.any(AdvisoryLink.severity > max_severity)]


def _build_cells(ties: Iterable[Any], scenes: set[str]) -> list[MapCell]:
    cells: dict[tuple[str, str], MapCell] = {}
    for _position, scene, theme, quote, claim in ties:
        if scene not in scenes:
            continue
        cell = cells.setdefault((scene, theme), MapCell(scene, theme))
        if quote:
            cell.quotes.append(quote)
        elif claim:
            cell.commentary.append(claim)
        else:
            cell.tagged = True
    return list(cells.values())


def _select_themes(slugs: list[str]) -> Executable:
    """Return the statement for these themes, and for those that are broader: id, label, name, broader id."""
    broader = aliased(Theme)
    above = select(Theme.broader_id).where(Theme.slug.in_(slugs))
    return (
        select(Theme.slug, Theme.label, Theme.name, broader.slug)
        .outerjoin(broader, (Theme.broader_id == broader.id) & broader.visible())
        .where(Theme.visible(), or_(Theme.slug.in_(slugs), Theme.id.in_(above)))
    )


def _order_themes(found: Iterable[Any], weights: Counter[str]) -> list[MapTheme]:
    """Return the themes by name, each followed by what is narrower, by name."""
    rows = list(found)
    keys = {slug: (name, slug) for slug, _, name, _ in rows}
    rows.sort(key=lambda row: (keys[row[3] or row[0]], row[3] is not None, keys[row[0]]))
    return [MapTheme(slug, label, broader, weights[slug]) for slug, label, _, broader in rows]
