"""Facet counts: how many rows of a list have each value of a facet, in one bounded statement.

A model's ``facets()`` declares what its lists can be counted by. The count of a value is what the list would
count with that value as a further filter: a theme includes its narrower themes, and where the facet's own
filter is given already, both apply. What nobody may see is not counted, and no value names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Enum, Select, String, cast, func, literal_column, select, union, union_all
from sqlalchemy.orm import Session

#: The maximum number of counted resources, and of values in a facet.
MAX_COUNTED = 10_000
MAX_FACET_VALUES = 100
#: Builds conditions from the argument of a filter.
Conditions = Callable[[Any], list[Any]]


@dataclass(frozen=True)
class ColumnFacet:
    """A facet by a column of the resource: a plain value or, with ``model``, a foreign key."""

    column: Any
    model: Any = None

    @property
    def companion_name(self) -> str | None:
        """The name of the filter whose conditions the counted rows must meet, too."""
        return None

    def match_column(self, _model: Any) -> Any:
        """Return the column that the matches must have for this facet."""
        return self.column

    def values(self, matches: Any, _filters: Mapping[str, Any]) -> Select[Any]:
        """Return the statement for the values of ``matches``, with a row for each match and value."""
        value = matches.c[self.column.key]
        return select(value.label("value")).where(value.is_not(None))

    def label(self, value: str) -> str:
        """Return the label of a plain value: an enumerated value in words, any other unchanged."""
        is_enumerated = isinstance(self.column.expression.type, Enum)
        return value.replace("-", " ").capitalize() if is_enumerated else value


@dataclass(frozen=True)
class LinkFacet(ColumnFacet):
    """A facet by a column of rows that refer to the resource by the column ``owner``.

    ``companion`` is the name of a filter on the same rows, and a function that builds its conditions.
    """

    owner: Any = None
    companion: tuple[str, Conditions] | None = None

    @property
    def companion_name(self) -> str | None:
        """See :attr:`ColumnFacet.companion_name`."""
        return self.companion[0] if self.companion else None

    def match_column(self, model: Any) -> Any:
        """See :meth:`ColumnFacet.match_column`."""
        return model.id

    def values(self, matches: Any, filters: Mapping[str, Any]) -> Select[Any]:
        """See :meth:`ColumnFacet.values`."""
        # A sum, so that each match looks up its links: SQLite 3.53 would look up every link in the matches.
        linked = select(self.column.label("value"), matches.c.id).join(
            matches, literal_column("0") + matches.c.id == self.owner
        )
        if self.companion and self.companion[0] in filters:
            name, conditions = self.companion
            linked = linked.where(*conditions(filters[name]))
        # A resource is linked at most once; a plain value may repeat.
        return linked if self.model else linked.distinct()


@dataclass(frozen=True)
class FilmFacet(LinkFacet):
    """A facet by a resource's film, the column ``main``, and by its further films, in rows of their own."""

    main: Any = None

    def values(self, matches: Any, filters: Mapping[str, Any]) -> Select[Any]:
        """See :meth:`ColumnFacet.values`."""
        resource = self.main.class_
        main = select(self.main.label("value"), matches.c.id).join(matches, matches.c.id == resource.id)
        return select(union_all(main, super().values(matches, filters)).subquery())


@dataclass(frozen=True)
class ThemeFacet(LinkFacet):
    """A facet by themes; a resource that is tagged with a theme counts for the broader theme too."""

    def values(self, matches: Any, filters: Mapping[str, Any]) -> Select[Any]:
        """See :meth:`ColumnFacet.values`."""
        # A CTE, so that the scattered links are read only once.
        links = super().values(matches, filters).cte(f"links_{matches.name}")
        theme = self.model
        broader = select(theme.broader_id, links.c.id).join(links, links.c.value == theme.id)
        has_broader = broader.where(theme.broader_id.is_not(None))
        return select(union(select(links.c.value, links.c.id), has_broader).subquery())


def theme_facet(model: Any) -> ThemeFacet:
    """Return the facet of the themes that rows of ``model`` are tagged with."""
    link = _class_of(model.theme_links)
    return ThemeFacet(link.theme_id, _class_of(link.theme), _owner(link, model))


def advisory_facet(model: Any) -> LinkFacet:
    """Return the facet of the advisories that rows of ``model`` carry."""
    link = _class_of(model.advisory_links)
    return LinkFacet(link.advisory_id, _class_of(link.advisory), _owner(link, model))


def source_facet(model: Any) -> LinkFacet:
    """Return the facet of the sources that rows of ``model`` cite."""
    citation = _class_of(model.citations)
    return LinkFacet(citation.source_id, _class_of(citation.source), _owner(citation, model))


def _class_of(relationship: Any) -> Any:
    return relationship.property.mapper.class_


def _owner(link: Any, model: Any) -> Any:
    return getattr(link, f"{model.type_name}_id")


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet as its filter takes it, its label, and the number of matches that have it."""

    value: str
    label: str
    count: int


@dataclass
class FacetCounts:
    """The number of matches, whether it is ``exact`` or ``at-least``, and the values of each facet."""

    number: int = 0
    relation: str = "exact"
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)


@dataclass(frozen=True)
class FacetQuery:
    """Counts the matches of a list by ``facets``.

    ``filters`` are those from which ``statement`` was built. ``name`` distinguishes the queries of one
    statement. ``keys`` is a shorter statement for the primary keys of the same matches, if there is one.
    Without a statement, it can only select from given matches, and read rows.
    """

    model: Any
    statement: Select[Any] | None
    facets: Mapping[str, ColumnFacet]
    filters: Mapping[str, Any] = field(default_factory=dict)
    name: str = "matches"
    max_values: int = MAX_FACET_VALUES
    keys: Select[Any] | None = None

    def selects(self) -> list[Select[Any]]:
        """Return statements with the same columns for a ``UNION ALL``: the total, then each facet."""
        matches = self._select_matches(self.match_columns).limit(MAX_COUNTED + 1).cte(f"of_{self.name}")
        return [self.select_number(matches), *(self.select_values(name, matches) for name in self.facets)]

    @property
    def match_columns(self) -> dict[str, Any]:
        """The columns of the model that the matches must have, by name."""
        return {(column := facet.match_column(self.model)).key: column for facet in self.facets.values()}

    def select_number(self, matches: Any) -> Select[Any]:
        """Return the statement for the number of ``matches``, a table or CTE."""
        empty: Any = literal_column("''")
        return self._rows("", empty, empty, func.count()).select_from(matches)

    def _select_matches(self, columns: Mapping[str, Any]) -> Select[Any]:
        if self.keys is not None and columns.keys() <= {"id"}:
            return self.keys
        assert self.statement is not None  # noqa: S101 (see above)
        selected: Any = columns.values() or (literal_column("1"),)
        return self.statement.with_only_columns(*selected, maintain_column_froms=True)

    def select_values(self, name: str, matches: Any) -> Select[Any]:
        """Return the statement for the values of a facet, with the number of ``matches`` that have each."""
        facet = self.facets[name]
        values = facet.values(matches, self.filters).subquery()
        count = func.count().label("count")
        if facet.model is None:
            value = cast(values.c.value, String)
            columns: list[Any] = [value.label("value"), count]
            plain = select(*columns).group_by(values.c.value)
            top_values = _top_values(plain, "value", self.max_values)
            return self._rows(name, top_values.c.value, literal_column("''"), top_values.c.count)
        grouped = select(values.c.value, count).group_by(values.c.value).subquery()
        visible = select(facet.model.slug, facet.model.label, grouped.c.count)
        visible = visible.join(grouped, grouped.c.value == facet.model.id).where(facet.model.is_visible)
        top_values = _top_values(visible, "slug", self.max_values)
        return self._rows(name, top_values.c.slug, top_values.c.label, top_values.c.count)

    def _rows(self, facet: str, value: Any, label: Any, count: Any) -> Select[Any]:
        names: list[Any] = [literal_column(f"'{name}'") for name in (self.name, facet)]
        return select(*names, value, label, count)

    def read(self, rows: Iterable[Any]) -> FacetCounts:
        """Return the counts of this query from the rows of such a statement."""
        counts = FacetCounts(facets={name: [] for name in self.facets})
        for name, facet, value, label, count in rows:
            most = min(count, MAX_COUNTED)
            if name == self.name and facet:
                called = label or self.facets[facet].label(value)
                counts.facets[facet].append(FacetValue(value, called, most))
            elif name == self.name:
                counts.number, counts.relation = most, count_relation(count == most)
        for values in counts.facets.values():
            values.sort(key=lambda value: (-value.count, value.value))
        return counts


def run_facet_queries(session: Session, *countings: FacetQuery) -> dict[str, FacetCounts]:
    """Return the counts of each query, by its name, with one statement."""
    together = union_all(*(select for counting in countings for select in counting.selects()))
    rows = session.connection().execute(together).all()
    return {counting.name: counting.read(rows) for counting in countings}


def count_relation(is_whole: bool) -> str:
    """Return ``exact`` if everything was counted, else ``at-least``."""
    return "exact" if is_whole else "at-least"


def _top_values(counted: Select[Any], name: str, most: int) -> Any:
    """Return the rows with the highest counts; ties are broken by ``name``."""
    (column,) = (column for column in counted.selected_columns if column.key == name)
    return counted.order_by(literal_column("count").desc(), column).limit(most).subquery()
