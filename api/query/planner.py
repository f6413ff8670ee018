"""Leading: by what a list is found, so that a page costs the same however much there is.

The first rows of a list are soon found in an index that has its order. Lists of what belongs to films, in
their own order, have such an index in ``models.list_index``, for everything and for each theme. In other
orders a list by theme is either what is about the theme, sorted, or a walk in the order that asks of
each row what it is about: whichever is less, by counts that are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal_column, not_, select

from api.query.cursors import SortKey
from api.query.random_scan import SKIP_COUNT_ABOVE, RandomScan
from models.advisory import has_advisory, select_keys_with_advisory
from models.list_index import (
    ALL_THEMES,
    LIST_ORDER,
    LISTED_TYPES,
    ListIndexRow,
    is_tagged_with_none,
    join_list_index,
    select_listed_keys,
    select_listed_slugs,
    uses_list_index,
)
from models.search.selectivity import is_low_selectivity, resource_count, theme_document_count
from models.theme import PerRowTheme

#: Filters that many rows pass, so that those which pass are soon met on a walk.
LOW_SELECTIVITY_FILTERS = frozenset(
    {
        "exclude_advisory",
        "fidelity",
        "kind",
        "language",
        "max_severity",
        "scope",
        "speaker_certainty",
        "voice",
    }
    | {"presence", "weight"}
)
#: What is counted for each request is counted no further.
COUNT_LIMIT = SKIP_COUNT_ABOVE + 1
#: Lists of so many themes are merged; of more, what is about them is sorted.
MAX_MERGED_THEMES = 8

#: What has a value that so few have is sorted.
MAX_SORTED_ROWS = 2_000
#: Statements that find no row twice, the order to read each in, and on what condition it is run.
AccessPlan = tuple[list[Select[Any]], list[Sequence[SortKey]], list[ColumnElement[bool]]]


@dataclass(frozen=True)
class ListPlanner:
    """The ways to a list: of the statement that ``make`` makes of what stands for its path and filters."""

    make: Callable[[Mapping[str, Any], Mapping[str, Any]], Select[Any]]
    path: Mapping[str, Any]
    filters: Mapping[str, Any]

    @cached_property
    def statement(self) -> Select[Any]:
        """The statement as the view makes it."""
        return self.make(self.path, self.filters)

    @cached_property
    def model(self) -> Any:
        """What is listed."""
        return self.statement.column_descriptions[0]["entity"]

    @property
    def has_list_index(self) -> bool:
        """Whether ``models.list_index`` has lists of it."""
        return getattr(self.model, "type_name", None) in LISTED_TYPES

    @cached_property
    def search_statement(self) -> Select[Any]:
        """The statement led by the words that it is filtered by, if there are any.

        Each row is asked what it is about: all that is about a theme would be read else, whatever it says.
        """
        themes = self.filter_values("theme") or self.filter_values("theme_all")
        if not self.filter_values("q") or not self.has_list_index or not themes:
            return self.statement
        return self._with_themes(
            [PerRowTheme(theme) for theme in themes[: None if self.filter_values("theme") else 1]]
        )

    @property
    def names(self) -> set[str]:
        """What the list is filtered by."""
        return {*self.filters, *(name.removeprefix("path_") for name in self.path)}

    def filter_values(self, name: str) -> list[Any]:
        """Return what stands for the values of a filter."""
        return [*self.path.get(f"path_{name}", ()), *self.filters.get(name, ())]

    def plan(self, order: Sequence[SortKey], most: Any) -> AccessPlan:
        """Return the way to the first ``most`` rows in an order."""
        if not self.has_list_index:
            return [self.statement], [order], []
        if self.filter_values("q"):
            return [self.search_statement], [order], []
        if (
            self.names <= LOW_SELECTIVITY_FILTERS | {"advisory"}
            and (ids := self._rare_value_keys()) is not None
        ):
            return self._rare_value_plan(ids, order)
        if order[0].name == "film":
            return self._default_order_plan(order)
        themes = self.filter_values("theme")
        if themes and self.names <= LOW_SELECTIVITY_FILTERS | {"theme"}:
            broad = is_low_selectivity(self.model.type_name, themes, most)
            walk = self._with_themes([PerRowTheme(theme) for theme in themes])
            return [self.statement, walk], [order, order], [not_(broad), broad]
        return [self.statement], [order], []

    def _rare_value_plan(self, ids: Select[Any], order: Sequence[SortKey]) -> AccessPlan:
        """Return the way to what has a value that may be rare: these sorted, or a walk past all."""
        some: Any = ids.limit(MAX_SORTED_ROWS + 1).subquery()
        is_scarce = select(func.count()).select_from(some).scalar_subquery() <= MAX_SORTED_ROWS
        few = self.statement.where(self.model.id.in_(ids.limit(MAX_SORTED_ROWS)))
        walk, walked = self._row_filter_plan(), order
        if order[0].name == "film":
            walk, walked = join_list_index(walk, self.model, [ALL_THEMES]), self._list_index_order(order)
        return [few, walk], [order, walked], [is_scarce, not_(is_scarce)]

    def _row_filter_plan(self) -> Select[Any]:
        """Return the statement that asks each row for its advisories and its language."""
        others = self.filters.keys() - {"advisory", "language"}
        walk = self.make(self.path, {name: self.filters[name] for name in self.filters if name in others})
        if advisories := self.filter_values("advisory"):
            walk = walk.where(has_advisory(self.model, advisories))
        if languages := self.filter_values("language"):
            # Not by their index, of which much would be sorted. A parameter would be named as one of theirs.
            walk = walk.where(self.model.language.concat(literal_column("''")).in_(languages))
        return walk

    def _rare_value_keys(self) -> Select[Any] | None:
        """Return the statement for the keys of what has a value that may be rare, where an index does."""
        if advisories := self.filter_values("advisory"):
            return select_keys_with_advisory(self.model, advisories)
        if (languages := self.filter_values("language")) and self.model.type_name == "quote":
            return select(self.model.id).where(self.model.language.in_(languages))
        return None

    @staticmethod
    def _list_index_order(order: Sequence[SortKey]) -> Sequence[SortKey]:
        return [replace(key, column=LIST_ORDER.get(key.name, key.column)) for key in order]

    def _default_order_plan(self, order: Sequence[SortKey]) -> AccessPlan:
        themes = self.filter_values("theme")
        if 1 < len(themes) <= MAX_MERGED_THEMES:
            found = [self._theme_branch(themes, number) for number in range(len(themes))]
        elif uses_list_index(self.statement):
            found = [self.statement]
        elif self.names <= LOW_SELECTIVITY_FILTERS | {"film"}:
            found = [join_list_index(self.statement, self.model, [ALL_THEMES])]
        else:
            return [self.statement], [order], []
        if films := self.filter_values("film"):
            found = [one.where(ListIndexRow.film.in_(films)) for one in found]
        return found, [self._list_index_order(order)] * len(found), []

    def _theme_branch(self, themes: list[Any], number: int) -> Select[Any]:
        """Return the statement for what is about one of the themes, and about none before it."""
        found = self._with_themes([themes[number]])
        return found.where(is_tagged_with_none(themes[:number])) if number else found

    def _with_themes(self, themes: list[Any]) -> Select[Any]:
        """Return the statement for other themes than it was asked for."""
        if "path_theme" in self.path:
            return self.make({**self.path, "path_theme": themes}, self.filters)
        return self.make(self.path, {**self.filters, "theme": themes})

    def walk(self) -> RandomScan | None:
        """Return how the same rows are soon met in random order, if there may be such a way."""
        loose = (
            LOW_SELECTIVITY_FILTERS | {"theme"}
            if self.filter_values("theme")
            else LOW_SELECTIVITY_FILTERS | {"advisory"}
        )
        if not self.has_list_index or not self.names <= loose:
            return None
        themes, all_ = self.filter_values("theme"), resource_count(self.model.type_name)
        plain = self.statement.with_only_columns(self.model.slug, maintain_column_froms=True)
        asked = self._with_themes([PerRowTheme(theme) for theme in themes]) if themes else self.statement
        if len(themes) > 1:
            probed = join_list_index(asked, self.model, [ALL_THEMES])
            return RandomScan(
                probed, plain, asked, self.model, all_, theme_document_count(themes), is_bare=False
            )
        number = theme_document_count(themes) if themes else all_
        if self._is_covered_by_list():
            rows = self._select_from_list()
            return RandomScan(rows, rows, asked, self.model, number, number, is_bare=True)
        found = (
            self.statement if themes else join_list_index(self._row_filter_plan(), self.model, [ALL_THEMES])
        )
        return RandomScan(found, plain, asked, self.model, number, self._max_matches(number), is_bare=False)

    def _max_matches(self, number: Any) -> Any:
        """Return how many there may be at most: no more than have a value that is asked for."""
        some = self._rare_value_keys()
        if some is None:
            return number
        counted = select(func.count()).select_from(some.limit(COUNT_LIMIT).subquery())
        return case((number > COUNT_LIMIT, counted.scalar_subquery()), else_=number)

    def _select_from_list(self) -> Select[Any]:
        """Return the statement for the ids of a list by one theme or none, as its rows have them."""
        themes, most = self.filter_values("theme"), self.filters.get("max_severity")
        found = select_listed_slugs(self.model, themes[0] if themes else ALL_THEMES)
        return found if most is None else found.where(ListIndexRow.severity <= most)

    def count_statement(self) -> Select[Any]:
        """Return a statement with as many rows as the list."""
        return self._select_from_list() if self._is_covered_by_list() else self.search_statement

    def keys(self) -> Select[Any] | None:
        """Return the statement for the keys of the list, in its order, as its rows have them, if they do."""
        return select_listed_keys(self._select_from_list()) if self._is_covered_by_list() else None

    def _is_covered_by_list(self) -> bool:
        """Whether the rows of one list say all that is asked."""
        said = self.names <= {"theme", "max_severity"} and len(self.filter_values("theme")) <= 1
        return self.has_list_index and said
