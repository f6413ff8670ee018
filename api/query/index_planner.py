"""List query planning: choose an index, so that a page costs the same at any table size.

A list in default order, of everything or of one theme, is read from ``models.list_index_table``. In another
order, a list by theme is either sorted, or scanned in that order with a check of each row's themes:
whichever costs less by the counts that the search index stores.

Choosing buys 0.5 to 42 times the speed of always sorting, and 0.3 to 34 times that of always checking, at
100,000 quotes on SQLite. Counts are 2.8 to 24 times as fast as on the models' tables (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal_column, not_, select

from api.query.pagination import ROW_LIMIT
from api.query.random_scan import SKIP_COUNT_ABOVE, RandomScan
from models.asserted_by import AssertedByFilter, asserted_by_filter
from models.filters import (
    has_advisory,
    is_tagged_with_none,
    join_list_index,
    select_keys_with_advisory,
    select_listed_keys,
    select_listed_slugs,
    uses_list_index,
)
from models.list_index_table import ALL_THEMES, LISTED, ListIndexRow
from models.list_selectivity import is_low_selectivity, theme_document_count, visible_resource_count
from models.statement_placeholders import FilmPlace, Placeholder, bound

#: Low-selectivity filters: most rows pass them, so a scan in order soon finds a page of matches.
LOW_SELECTIVITY_FILTERS = frozenset(
    {
        "asserted_by",
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
#: A count that is made for each request stops here.
COUNT_LIMIT = SKIP_COUNT_ABOVE + 1
#: Up to this many themes, the lists of the themes are merged; beyond, the matches are sorted.
MAX_MERGED_THEMES = 8
#: Up to this many rows with a rare value are sorted; beyond, the list is scanned in order.
MAX_SORTED_ROWS = 2_000


class Branch(NamedTuple):
    """A statement for some of the rows of a list; the statements of a plan are disjoint.

    With ``is_list_order``, its sort columns are those of the list index. It is only run on the condition.
    """

    statement: Select[Any]
    is_list_order: bool = False
    condition: ColumnElement[bool] | None = None


AccessPlan = list[Branch]


@dataclass(frozen=True, eq=False)
class ListPlanner:
    """Plans the statements of a list; ``view`` builds one from the arguments of the path and the filters.

    The arguments are placeholders, or values from a small set. Every statement is built once.
    """

    view: Callable[[Mapping[str, Any], Mapping[str, Any]], Select[Any]]
    path: Mapping[str, Any]
    filters: Mapping[str, Any]

    @cached_property
    def statement(self) -> Select[Any]:
        """The statement that the view returns."""
        return self.view(self.path, self.filters)

    @cached_property
    def model(self) -> Any:
        """The model whose rows are listed."""
        return self.statement.column_descriptions[0]["entity"]

    @cached_property
    def names(self) -> set[str]:
        """The names of all filters, including those in the path."""
        return {*self.filters, *self.path}

    @property
    def is_listed(self) -> bool:
        """Whether the list index contains this model."""
        return getattr(self.model, "type_name", None) in LISTED

    def argument(self, name: str) -> Any:
        """Return the argument of a filter in the path or the query; None if it is in neither."""
        return self.path[name] if name in self.path else self.filters.get(name)

    @cached_property
    def search_statement(self) -> Select[Any]:
        """The view's statement or, for a search text with themes, one that checks the themes row by row.

        Otherwise the whole list of the theme would be read, even for a text with few matches.
        """
        theme = self.argument("theme")
        if theme is None and "theme_all" in self.names:
            theme = self.argument("theme_all").split()[0]
        if "q" not in self.names or not self.is_listed or theme is None:
            return self.statement
        return self._with_theme(theme.per_row())

    def plan(self, is_default_order: bool) -> AccessPlan:
        """Return the access plan for the first ``ROW_LIMIT`` rows, in an order by film or another one."""
        film = self.argument("film")
        if film is None or "q" in self.names or not hasattr(self.model, "further_film_links"):
            return self._plan(is_default_order)
        # Few entries concern several films: they are sorted, and merged with those that an index finds.
        main, further = (self._replace("film", film.at(place)) for place in FilmPlace)
        return [*main._plan(is_default_order), Branch(further._per_row_statement())]

    def _plan(self, is_default_order: bool) -> AccessPlan:
        if not self.is_listed:
            return [Branch(self.statement)]
        if "q" in self.names:
            return [Branch(self.search_statement)]
        if (
            self.names <= LOW_SELECTIVITY_FILTERS | {"advisory"}
            and (keys := self._rare_value_keys()) is not None
        ):
            return self._rare_value_plan(keys, is_default_order)
        if is_default_order:
            return self._default_order_plan()
        theme = self.argument("theme")
        if theme is not None and self.names <= LOW_SELECTIVITY_FILTERS | {"theme"}:
            scan_first = is_low_selectivity(self.model.type_name, bound(theme), ROW_LIMIT)
            scan = self._with_theme(theme.per_row())
            return [
                Branch(self.statement, condition=not_(scan_first)),
                Branch(scan, condition=scan_first),
            ]
        return [Branch(self.statement)]

    def _replace(self, name: str, argument: Any) -> ListPlanner:
        """Return the planner of the same list with another argument of a filter."""
        path, filters = (
            {**arguments, name: argument} if name in arguments else arguments
            for arguments in (self.path, self.filters)
        )
        return ListPlanner(self.view, path, filters)

    def _per_row_statement(self) -> Select[Any]:
        """Return the statement that checks the themes row by row, for few rows that another filter finds."""
        planner = self
        for name in ("theme", "theme_all"):
            if name in self.names:
                planner = planner._replace(name, self.argument(name).per_row())
        return planner.statement

    def _rare_value_plan(self, keys: Select[Any], is_default_order: bool) -> AccessPlan:
        """Return the plan for rows with a value that may be rare: sort them if few, else scan in order."""
        capped: Any = keys.limit(MAX_SORTED_ROWS + 1).subquery()
        is_rare = select(func.count()).select_from(capped).scalar_subquery() <= MAX_SORTED_ROWS
        sorted_rows = self.statement.where(self.model.id.in_(keys.limit(MAX_SORTED_ROWS)))
        scan = self._row_filter_statement()
        if is_default_order:
            scan = join_list_index(scan, self.model, ALL_THEMES)
        return [Branch(sorted_rows, False, is_rare), Branch(scan, is_default_order, not_(is_rare))]

    def _row_filter_statement(self) -> Select[Any]:
        """Return the statement that checks advisories and languages row by row."""
        others = {name: value for name, value in self.filters.items() if name not in ("advisory", "language")}
        statement = self.view(self.path, others)
        if "advisory" in self.names:
            statement = statement.where(has_advisory(self.model, self.argument("advisory")))
        if "language" in self.names:
            # An expression instead of the column prevents the use of the column's index, whose rows would
            # have to be sorted. A literal: a bind parameter would get the name of a requested language.
            language = self.model.language.concat(literal_column("''"))
            statement = statement.where(language.in_(bound(self.argument("language"))))
        return statement

    def _rare_value_keys(self) -> Select[Any] | None:
        """Return the statement for the keys of rows with a rare value, if an index finds them."""
        if "advisory" in self.names:
            return select_keys_with_advisory(self.model, self.argument("advisory"))
        if "language" in self.names and self.model.type_name == "quote":
            return select(self.model.id).where(self.model.language.in_(bound(self.argument("language"))))
        if self.argument("asserted_by") is AssertedByFilter.EDITOR:
            return select(self.model.id).where(*asserted_by_filter(self.model, AssertedByFilter.EDITOR))
        return None

    def _default_order_plan(self) -> AccessPlan:
        theme = self.argument("theme")
        themes = theme.split() if theme is not None else []
        if 1 < len(themes) <= MAX_MERGED_THEMES:
            statements = [self._theme_branch(themes, number) for number in range(len(themes))]
        elif uses_list_index(self.statement):
            statements = [self.statement]
        elif self.names <= LOW_SELECTIVITY_FILTERS | {"film"}:
            statements = [join_list_index(self.statement, self.model, ALL_THEMES)]
        else:
            return [Branch(self.statement)]
        if "film" in self.names:
            films = bound(self.argument("film"))
            statements = [statement.where(ListIndexRow.film.in_(films)) for statement in statements]
        return [Branch(statement, is_list_order=True) for statement in statements]

    def _theme_branch(self, themes: list[Placeholder], number: int) -> Select[Any]:
        """Return the statement for rows tagged with theme ``number``, and with no theme before it."""
        statement = self._with_theme(themes[number])
        previous = [slug for theme in themes[:number] for slug in bound(theme)]
        return statement.where(is_tagged_with_none(previous)) if previous else statement

    def _with_theme(self, theme: Placeholder) -> Select[Any]:
        """Return the view's statement with ``theme`` as the argument of the theme filter."""
        if "theme" in self.path:
            return self.view({**self.path, "theme": theme}, self.filters)
        return self.view(self.path, {**self.filters, "theme": theme})

    @cached_property
    def random_scan(self) -> RandomScan | None:
        """The scan of matches in random order; None if few of the scanned rows may match."""
        theme = self.argument("theme")
        filters = LOW_SELECTIVITY_FILTERS | ({"theme"} if theme is not None else {"advisory"})
        if not self.is_listed or not self.names <= filters:
            return None
        themes, type_count = bound(theme), visible_resource_count(self.model.type_name)
        full = self.statement.with_only_columns(self.model.slug, maintain_column_froms=True)
        row_filter = self.statement if theme is None else self._with_theme(theme.per_row())
        if len(themes) > 1:
            scan = join_list_index(row_filter, self.model, ALL_THEMES)
            matches = theme_document_count(themes)
            return RandomScan(scan, full, row_filter, self.model, type_count, matches, is_index_only=False)
        total = theme_document_count(themes) if themes else type_count
        if self._is_covered_by_list():
            rows = self._select_from_list()
            return RandomScan(rows, rows, row_filter, self.model, total, total, is_index_only=True)
        scan = (
            self.statement
            if themes
            else join_list_index(self._row_filter_statement(), self.model, ALL_THEMES)
        )
        return RandomScan(
            scan, full, row_filter, self.model, total, self._max_matches(total), is_index_only=False
        )

    def _max_matches(self, total: Any) -> Any:
        """Return an upper bound of the matches, in SQL: of a large list, the rows with the rare value."""
        keys = self._rare_value_keys()
        if keys is None:
            return total
        count = select(func.count()).select_from(keys.limit(COUNT_LIMIT).subquery())
        return case((total > COUNT_LIMIT, count.scalar_subquery()), else_=total)

    def _select_from_list(self) -> Select[Any]:
        """Return the statement for the ids in the list of one theme or none, from the list index alone."""
        themes, max_severity = bound(self.argument("theme")), self.filters.get("max_severity")
        theme = themes[0] if themes else ALL_THEMES
        ids = select_listed_slugs(self.model, theme, self.argument("asserted_by"))
        return ids if max_severity is None else ids.where(ListIndexRow.severity <= max_severity)

    @cached_property
    def count_statement(self) -> Select[Any]:
        """The statement whose rows are counted: from the list index alone, if possible."""
        return self._select_from_list() if self._is_covered_by_list() else self.search_statement

    @cached_property
    def key_statement(self) -> Select[Any] | None:
        """The statement for the keys of the list, in its order, if the list index alone has them."""
        return select_listed_keys(self._select_from_list()) if self._is_covered_by_list() else None

    def _is_covered_by_list(self) -> bool:
        """Whether the list index alone can evaluate every filter."""
        return (
            self.is_listed
            and self.names <= {"theme", "max_severity", "asserted_by"}
            and len(bound(self.argument("theme"))) <= 1
        )
