"""Theme counts: the number of resources tagged with each theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.asserted_by import AssertedByFilter
from models.commentary import Commentary
from models.facet_queries import FacetCounts, FacetQuery
from models.filters import select_listed_keys, select_listed_slugs
from models.list_index_table import ALL_THEMES, ListIndexRow
from models.quote import Quote
from models.scene import Scene

#: The maximum number of themes counted for each model.
MAX_THEMES = 1_000


@dataclass(frozen=True)
class ThemeCounts:
    """A theme, and the numbers of scenes, quotes and commentary entries tagged with it or a subtheme."""

    slug: str
    label: str
    scenes: int = 0
    quotes: int = 0
    commentary: int = 0
    is_related: bool = False

    @property
    def count(self) -> int:
        """The sum of the three counts."""
        return self.scenes + self.quotes + self.commentary


def theme_facet_queries(
    *,
    extra_facets: Mapping[str, Sequence[str]] | None = None,
    asserted_by: AssertedByFilter | None = None,
    **filters: Any,
) -> list[FacetQuery]:
    """Return the facet queries that count scenes, quotes and commentary by theme, after ``filters``.

    ``asserted_by`` is a filter of commentary alone.

    ``extra_facets`` lists more facets to count, by type name.
    """
    extra = extra_facets or {}
    own_filters: dict[Any, dict[str, Any]] = {Commentary: {"asserted_by": asserted_by}}
    return [
        FacetQuery(
            model,
            model.select_where(**filters, **own_filters.get(model, {})),
            {name: model.facets()[name] for name in ("theme", *extra.get(model.type_name, ()))},
            name=model.__tablename__,
            max_values=MAX_THEMES,
            keys=_select_keys(model, asserted_by, **filters),
        )
        for model in (Scene, Quote, Commentary)
    ]


def _select_keys(
    model: Any,
    asserted_by: AssertedByFilter | None,
    *,
    theme: Sequence[Any] = (),
    film: Sequence[Any] = (),
    **others: Any,
) -> Any:
    """Return the statement for the matching ids from the list index, if it covers the filters; None if not.

    The list index covers films and at most one theme, but not the further films of an entry.
    """
    has_further_films = bool(film) and hasattr(model, "further_film_links")
    if len(theme) > 1 or any(others.values()) or has_further_films:
        return None
    statement = select_listed_slugs(model, theme[0] if theme else ALL_THEMES, asserted_by)
    return select_listed_keys(statement.where(ListIndexRow.film.in_(film)) if film else statement)


def rank_themes(counts: dict[str, FacetCounts], related: frozenset[str] = frozenset()) -> list[ThemeCounts]:
    """Return the counted themes, by the sum of their counts in descending order, then by slug.

    ``counts`` maps the table names of models to their facet counts.
    """
    values = [(name, value) for name, of_model in counts.items() for value in of_model.facets["theme"]]
    numbers: dict[str, dict[str, int]] = {value.value: {} for _, value in values}
    for name, value in values:
        numbers[value.value][name] = value.count
    labels = {value.value: value.label for _, value in values}
    themes = [
        ThemeCounts(slug, label, **numbers[slug], is_related=slug in related)
        for slug, label in labels.items()
    ]
    return sorted(themes, key=lambda theme: (-theme.count, theme.slug))


def are_complete(counts: dict[str, FacetCounts]) -> bool:
    """Whether all resources were counted, by all of their themes."""
    return all(
        of_model.relation == "exact" and len(of_model.facets["theme"]) < MAX_THEMES
        for of_model in counts.values()
    )
