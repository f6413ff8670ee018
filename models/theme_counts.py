"""How much there is about each theme, and which themes come together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, literal_column, select, union_all
from sqlalchemy.orm import Session

from models.commentary import Commentary
from models.facet_counts import FacetCounts, FacetQuery, run_facet_queries
from models.list_index import ALL_THEMES, ListIndexRow, select_listed_keys, select_listed_slugs
from models.quote import Quote
from models.scene import Scene
from models.theme import Theme, ThemeRelation

#: Themes that are counted on each kind of resource.
MAX_THEMES = 1_000


@dataclass(frozen=True)
class ThemeCounts:
    """A theme, and how many scenes, quotes and claims of some are about it or what is narrower."""

    slug: str
    label: str
    scenes: int = 0
    quotes: int = 0
    commentary: int = 0
    is_related: bool = False

    @property
    def count(self) -> int:
        """How many there are of all three."""
        return self.scenes + self.quotes + self.commentary


def theme_facet_queries(
    *, further: Mapping[str, Sequence[str]] | None = None, **filters: Any
) -> list[FacetQuery]:
    """Return the countings of the scenes, quotes and commentary that pass ``filters``, by theme.

    ``further`` names facets besides, by type.
    """
    more = further or {}
    return [
        FacetQuery(
            model,
            model.select_where(**filters),
            {name: model.facets()[name] for name in ("theme", *more.get(model.type_name, ()))},
            name=model.__tablename__,
            most_values=MAX_THEMES,
            keys=_select_keys(model, **filters),
        )
        for model in (Scene, Quote, Commentary)
    ]


def _select_keys(model: Any, *, theme: Sequence[Any] = (), film: Sequence[Any] = (), **others: Any) -> Any:
    """Return the statement for the keys alone, where a list by one theme or none says them."""
    if len(theme) > 1 or any(others.values()):
        return None
    found = select_listed_slugs(model, theme[0] if theme else ALL_THEMES)
    return select_listed_keys(found.where(ListIndexRow.film.in_(film)) if film else found)


def rank_themes(counts: dict[str, FacetCounts], related: frozenset[str] = frozenset()) -> list[ThemeCounts]:
    """Return the themes that were counted: by all counts together, descending, then by id."""
    found = [(name, one) for name, counted in counts.items() for one in counted.facets["theme"]]
    numbers: dict[str, dict[str, int]] = {one.value: {} for _, one in found}
    for name, one in found:
        numbers[one.value][name] = one.count
    labels = {one.value: one.label for _, one in found}
    themes = [
        ThemeCounts(slug, label, **numbers[slug], is_related=slug in related)
        for slug, label in labels.items()
    ]
    return sorted(themes, key=lambda theme: (-theme.count, theme.slug))


def are_complete(counts: dict[str, FacetCounts]) -> bool:
    """Whether everything was counted, by every theme."""
    return all(
        counted.relation == "exact" and len(counted.facets["theme"]) < MAX_THEMES
        for counted in counts.values()
    )


def related_themes(session: Session, theme: Theme, film: list[str]) -> tuple[list[ThemeCounts], bool]:
    """Return the themes that come with ``theme``, those that do most often first, and whether that is all.

    A theme means itself and what is narrower, as everywhere; so it comes with what is broader or narrower
    by definition, and these are left out. ``film`` narrows it to films with these ids. Two statements.
    """
    akin = session.execute(_select_connected_themes(theme)).all()
    counts = run_facet_queries(session, *theme_facet_queries(theme=[theme.slug], film=film))
    related = frozenset(slug for kind, slug in akin if kind == "related")
    same = {theme.slug} | {slug for kind, slug in akin if kind == "same"}
    return [one for one in rank_themes(counts, related) if one.slug not in same], are_complete(counts)


def _select_connected_themes(theme: Theme) -> CompoundSelect[Any]:
    """Return the statement for the ids of what is related, and of what is broader or narrower."""
    linked = select(ThemeRelation.related_id).where(ThemeRelation.theme_id == theme.id)
    of_hierarchy = (Theme.broader_id == theme.id) | (Theme.id == theme.broader_id)
    return union_all(
        select(literal_column("'related'"), Theme.slug).where(Theme.id.in_(linked)),
        select(literal_column("'same'"), Theme.slug).where(of_hierarchy),
    )
