"""What there is of a film, and what is missing: by kind, theme, scene and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Executable, Select, func, or_, select, union
from sqlalchemy.orm import Session

from models.citation import Citation, citation_paragraphs
from models.commentary import Commentary, CommentaryKind
from models.commentary_links import CommentaryScene
from models.facet_counts import FacetCounts, count_relation, run_facet_queries
from models.film import Film, SourceFilm
from models.quote import Quote
from models.scene import Scene
from models.source import Source
from models.theme_counts import ThemeCounts, are_complete, rank_themes, theme_facet_queries

#: Scenes and sources that are gone through.
MAX_SCENES = 500
MAX_SOURCES = 100


class KindCount(NamedTuple):
    """A kind of commentary, and how many claims are of it."""

    kind: CommentaryKind
    commentary: int


@dataclass(frozen=True)
class SceneCounts:
    """A scene, and how many quotes and claims there are of it."""

    slug: str
    label: str
    position: int
    quotes: int
    commentary: int


@dataclass(frozen=True)
class SourceCounts:
    """A source, how many paragraphs it has, and how many of them are cited for the film."""

    slug: str
    label: str
    paragraphs: int
    cited_paragraphs: int


@dataclass(frozen=True)
class FilmCoverage:
    """What there is of a film; unless ``relation`` is ``exact``, some lists are cut or counts too low."""

    film: Film
    relation: str
    characters: int
    scenes: int
    quotes: int
    commentary: int
    by_kind: list[KindCount]
    by_theme: list[ThemeCounts]
    by_scene: list[SceneCounts]
    by_source: list[SourceCounts]

    @property
    def uncovered_scenes(self) -> list[SceneCounts]:
        """The scenes of which there is neither a quote nor a claim."""
        return [scene for scene in self.by_scene if not scene.quotes + scene.commentary]


def film_coverage(session: Session, film: Film) -> FilmCoverage:
    """Return what there is of a film: four statements."""
    numbers = session.execute(_select_numbers(film)).mappings().one()
    countings = theme_facet_queries(film=[film.slug], further={"commentary": ["kind"]})
    counts = run_facet_queries(session, *countings)
    scenes = session.execute(_select_scenes(film)).all()
    sources = session.execute(_select_sources(film)).all()
    is_whole = are_complete(counts) and len(scenes) <= MAX_SCENES and len(sources) <= MAX_SOURCES
    return FilmCoverage(
        film,
        count_relation(is_whole),
        **numbers,
        by_kind=_by_kind(counts["commentary"]),
        by_theme=rank_themes(counts),
        by_scene=[SceneCounts(*row) for row in scenes[:MAX_SCENES]],
        by_source=[SourceCounts(*row) for row in sources[:MAX_SOURCES]],
    )


def _select_numbers(film: Film) -> Select[Any]:
    # Added to the noun by models/derived_attributes.py.
    model: Any = Film
    names = ("characters", "scenes", "quotes", "commentary")
    counts = (model.character_count, model.scene_count, model.quote_count, model.commentary_count)
    labelled = (count.label(name) for name, count in zip(names, counts, strict=True))
    return select(*labelled).where(model.id == film.id)


def _by_kind(counts: FacetCounts) -> list[KindCount]:
    """Return every kind with its number, those too of which there is none."""
    numbers = {one.value: one.count for one in counts.facets["kind"]}
    return [KindCount(kind, numbers.get(kind.value, 0)) for kind in CommentaryKind]


def _select_scenes(film: Film) -> Executable:
    quotes = select(func.count()).where(Quote.scene_id == Scene.id, Quote.is_visible)
    claims = (
        select(func.count())
        .select_from(CommentaryScene)
        .join(Commentary, Commentary.id == CommentaryScene.commentary_id)
        .where(CommentaryScene.scene_id == Scene.id, Commentary.is_visible)
    )
    counts = (counted.correlate(Scene).scalar_subquery() for counted in (quotes, claims))
    return (
        select(Scene.slug, Scene.label, Scene.position, *counts)
        .where(Scene.film_id == film.id, Scene.visible())
        .order_by(Scene.position, Scene.slug)
        .limit(MAX_SCENES + 1)
    )


def _select_sources(film: Film) -> Executable:
    """Return the statement for the sources that speak of the film, or are cited for it."""
    cited = _select_cited(film).subquery()
    # Added to the noun by models/source.py.
    paragraphs: Any = Source.paragraph_count  # type: ignore[attr-defined]
    speaking = select(SourceFilm.source_id).where(SourceFilm.film_id == film.id)
    return (
        select(Source.slug, Source.label, paragraphs, func.coalesce(cited.c.number, 0))
        .outerjoin(cited, cited.c.source_id == Source.id)
        .where(Source.visible(), or_(Source.id.in_(speaking), cited.c.number.is_not(None)))
        .order_by(Source.slug)
        .limit(MAX_SOURCES + 1)
    )


def _select_cited(film: Film) -> Select[Any]:
    """Return the statement for how many paragraphs of each source are cited for the film."""
    paragraphs = citation_paragraphs.c
    links = (
        select(paragraphs.source_id, paragraphs.number)
        .join(Citation, Citation.id == paragraphs.citation_id)
        .join(model, model.id == owner)
        .where(model.film_id == film.id, model.visible())
        for model, owner in (
            (Scene, Citation.scene_id),
            (Quote, Citation.quote_id),
            (Commentary, Citation.commentary_id),
        )
    )
    # A union: each paragraph once, however often it is cited.
    each = union(*links).subquery()
    return select(each.c.source_id, func.count().label("number")).group_by(each.c.source_id)
