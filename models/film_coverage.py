"""Film coverage: how much commentary and how many quotes a film has, by kind, theme, scene and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Executable, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from models.asserted_by import AssertedByFilter, asserted_by_filter
from models.citation import Citation, citation_paragraphs
from models.commentary import Commentary, CommentaryKind
from models.commentary_links import CommentaryFilm, CommentaryScene
from models.facet_queries import FacetCounts, count_relation, run_facet_queries
from models.film import Film, SourceFilm
from models.film_counts import count_commentary
from models.quote import Quote
from models.scene import Scene
from models.source import Source
from models.theme_counts import ThemeCounts, are_complete, rank_themes, theme_facet_queries

#: The maximum number of scenes and sources in a report; beyond them its counts are lower bounds.
MAX_SCENES = 500
MAX_SOURCES = 100


class KindCount(NamedTuple):
    """A kind of commentary, and the number of commentary entries of it."""

    kind: CommentaryKind
    commentary: int


@dataclass(frozen=True)
class SceneCounts:
    """A scene, and the numbers of its quotes and commentary entries."""

    slug: str
    label: str
    position: int
    quotes: int
    commentary: int


@dataclass(frozen=True)
class SourceCounts:
    """A source, its paragraphs, how many of them the film's content cites, and its commentary on the film."""

    slug: str
    label: str
    paragraphs: int
    cited_paragraphs: int
    commentary: int


@dataclass(frozen=True)
class FilmCoverage:
    """The coverage of a film; if ``relation`` is ``at-least``, lists are truncated or counts too low."""

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
        """The scenes with neither quotes nor commentary."""
        return [scene for scene in self.by_scene if not scene.quotes + scene.commentary]


def film_coverage(session: Session, film: Film, asserted_by: AssertedByFilter | None = None) -> FilmCoverage:
    """Return the coverage of a film, all of it visible content. Runs four statements.

    Of commentary, it counts what ``models.asserted_by.asserted_by_filter`` would select.
    """
    totals = session.execute(_select_totals(film, asserted_by)).mappings().one()
    extra = {"commentary": ["kind"]}
    queries = theme_facet_queries(film=[film.slug], asserted_by=asserted_by, extra_facets=extra)
    counts = run_facet_queries(session, *queries)
    scenes = session.execute(_select_scenes(film, asserted_by)).all()
    sources = session.execute(_select_sources(film, asserted_by)).all()
    is_complete = are_complete(counts) and len(scenes) <= MAX_SCENES and len(sources) <= MAX_SOURCES
    return FilmCoverage(
        film,
        count_relation(is_complete),
        **totals,
        by_kind=_count_kinds(counts["commentary"]),
        by_theme=rank_themes(counts),
        by_scene=[SceneCounts(*row) for row in scenes[:MAX_SCENES]],
        by_source=[SourceCounts(*row) for row in sources[:MAX_SOURCES]],
    )


def _select_totals(film: Film, asserted_by: AssertedByFilter | None) -> Select[Any]:
    # models/film_counts.py adds these to Film.
    model: Any = Film
    names = ("characters", "scenes", "quotes", "commentary")
    counts = (
        model.character_count,
        model.scene_count,
        model.quote_count,
        count_commentary(asserted_by),
    )
    columns = (count.label(name) for name, count in zip(names, counts, strict=True))
    return select(*columns).where(model.id == film.id)


def _count_kinds(counts: FacetCounts) -> list[KindCount]:
    """Return every kind with its count, including those that do not occur."""
    count_by_kind = {value.value: value.count for value in counts.facets["kind"]}
    return [KindCount(kind, count_by_kind.get(kind.value, 0)) for kind in CommentaryKind]


def _select_scenes(film: Film, asserted_by: AssertedByFilter | None) -> Executable:
    quotes = select(func.count()).where(Quote.scene_id == Scene.id, Quote.is_visible)
    commentary = (
        select(func.count())
        .select_from(CommentaryScene)
        .join(Commentary, Commentary.id == CommentaryScene.commentary_id)
        .where(
            CommentaryScene.scene_id == Scene.id,
            Commentary.is_visible,
            *asserted_by_filter(Commentary, asserted_by),
        )
    )
    counts = (count.correlate(Scene).scalar_subquery() for count in (quotes, commentary))
    return (
        select(Scene.slug, Scene.label, Scene.position, *counts)
        .where(Scene.film_id == film.id, Scene.visible())
        .order_by(Scene.position, Scene.slug)
        .limit(MAX_SCENES + 1)
    )


def _select_sources(film: Film, asserted_by: AssertedByFilter | None) -> Executable:
    """Return the statement for the sources that are about the film, or that its content cites."""
    cited = _select_cited_paragraphs(film, asserted_by).subquery()
    # models/source.py adds this to Source.
    paragraphs: Any = Source.paragraph_count  # type: ignore[attr-defined]
    commentary = select(func.count()).where(
        Commentary.source_id == Source.id,
        or_(Commentary.film_id == film.id, Commentary.id.in_(_select_further(film))),
        Commentary.is_visible,
        *asserted_by_filter(Commentary, asserted_by),
    )
    about_film = select(SourceFilm.source_id).where(SourceFilm.film_id == film.id)
    return (
        select(
            Source.slug,
            Source.label,
            paragraphs,
            func.coalesce(cited.c.number, 0),
            commentary.correlate(Source).scalar_subquery(),
        )
        .outerjoin(cited, cited.c.source_id == Source.id)
        .where(Source.visible(), or_(Source.id.in_(about_film), cited.c.number.is_not(None)))
        .order_by(Source.slug)
        .limit(MAX_SOURCES + 1)
    )


def _select_further(film: Film) -> Select[Any]:
    """Return the statement for the keys of other films' commentary that concerns the film, too."""
    return select(CommentaryFilm.commentary_id).where(CommentaryFilm.film_id == film.id)


def _select_cited_paragraphs(film: Film, asserted_by: AssertedByFilter | None) -> Select[Any]:
    """Return the statement for the number of paragraphs of each source that the film's content cites."""
    paragraphs = citation_paragraphs.c
    further = _select_further(film)
    links = (
        select(paragraphs.source_id, paragraphs.number)
        .join(Citation, Citation.id == paragraphs.citation_id)
        .join(model, model.id == owner)
        .where(concerns, model.visible(), *asserted_by_filter(model, asserted_by))
        for model, owner, concerns in (
            (Scene, Citation.scene_id, Scene.film_id == film.id),
            (Quote, Citation.quote_id, Quote.film_id == film.id),
            (Commentary, Citation.commentary_id, Commentary.film_id == film.id),
            (Commentary, Citation.commentary_id, and_(Commentary.id.in_(further), Commentary.is_visible)),
        )
    )
    # UNION removes duplicates: a paragraph that is cited several times counts once.
    cited = union(*links).subquery()
    return select(cited.c.source_id, func.count().label("number")).group_by(cited.c.source_id)
