"""Paging by keyset: what a list was asked for, and the page that an answer carries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from api.query.cursors import Cursor, seek_conditions, to_json_value
from api.schemas.list_queries import MAX_PAGE_SIZE
from models.facet_counts import MAX_COUNTED

#: How many rows a page's statement is to read: one more than the page holds, to know whether one follows.
ROW_LIMIT: Any = bindparam("most", type_=Integer)
#: No page's statement reads more. PostgreSQL plans for a number that it sees, and so need not plan each time:
#: of one that it is given with the parameters it must fear the worst.
MAX_ROWS: Any = literal_column(str(MAX_PAGE_SIZE + 1))
#: Lists are counted no further than this.
COUNT_CAP = MAX_COUNTED
#: Parameters that say which part of a list is shown, and how. Where what is listed carries no advisory,
#: ``max_severity`` is one of them: it is about what is included.
NON_FILTER_PARAMETERS = frozenset(
    {"limit", "cursor", "count", "facets", "sort", "fields", "include", "format"}
    | {"seed", "exclude", "date", "tz"}
)


@dataclass(frozen=True)
class SortKey:
    """One column of an order."""

    name: str
    # Comparing columns would make SQL of them; the name says which it is.
    column: Any = field(compare=False)
    descending: bool

    @property
    def nullable(self) -> bool:
        """Whether the column may be null; nulls come last."""
        return bool(self.column.expression.nullable)

    def order_by(self, backwards: bool, column: Any = None) -> Any:
        """Return the ORDER BY term, turned round for a page before a cursor; of another column, if given."""
        column = self.column if column is None else column
        term = column.desc() if self.descending != backwards else column.asc()
        if not self.nullable:
            return term
        return term.nulls_first() if backwards else term.nulls_last()

    def after_value(self, value: Any, backwards: bool) -> ColumnElement[bool]:
        """Return the condition to come after ``value`` in the order, or before it when going backwards."""
        if value is None:
            return self.column.is_not(None) if backwards else false()
        further = self.column < value if self.descending != backwards else self.column > value
        return or_(further, self.column.is_(None)) if self.nullable and not backwards else further


@lru_cache(maxsize=256)
def sort_order(model: Any, sort: tuple[str, ...]) -> tuple[SortKey, ...]:
    """Return the keys of an order, ``-`` before a name for descending; always ended by what is unique."""
    columns = model.sort_keys()
    closing = [name for name in model.unique_sort if not {name, f"-{name}"} & set(sort)]
    names = dict.fromkeys([*sort, *closing])
    return tuple(SortKey(name.lstrip("-"), columns[name.lstrip("-")], name.startswith("-")) for name in names)


@dataclass(frozen=True)
class ListRequest:
    """What a list was asked for: the noun, its path, and the loaded query."""

    model: Any
    path: str
    query: dict[str, Any]

    @property
    def filters(self) -> dict[str, Any]:
        """The filters alone: what ``select_where`` of the noun takes."""
        return filters_from_args(self.model, self.query)

    @cached_property
    def order(self) -> tuple[SortKey, ...]:
        """The order asked for, or the noun's own; always ended by what is unique."""
        return sort_order(self.model, tuple(self.query.get("sort") or self.model.default_sort))

    @property
    def cursor(self) -> Cursor | None:
        """The cursor, if there is one.

        Raises:
            ProblemException: 422, when it is not of this list.
        """
        text = self.query.get("cursor")
        return Cursor.parse(text, self.fingerprint, self.order) if text else None

    def cursor_for(self, row: Any, backwards: bool) -> Cursor:
        """Return the cursor to go on from a row, whose last columns are those of the order."""
        values = row[-len(self.order) :]
        return Cursor(self.fingerprint, backwards, [to_json_value(value) for value in values])

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of everything but the place in the list and the size of a page."""
        what = [self.path, sorted((k, str(v)) for k, v in self.filters.items()), self.query.get("sort")]
        return hashlib.sha256(orjson.dumps(what)).hexdigest()[:12]

    def url(self, base: str, **changed: Any) -> str:
        """Return the address of this list with ``changed`` parameters; the base is without a slash."""
        given = {
            name: ",".join(map(str, value)) if isinstance(value, list) else value
            for name, value in (self.query | changed).items()
            if value is not None
        }
        if given.get("limit") == 20 and "limit" not in changed:
            given.pop("limit")
        if isinstance(given.get("count"), bool):
            given["count"] = "true" if given["count"] else None
        kept = {name: value for name, value in given.items() if value is not None}
        return f"{base}{self.path}{'?' + urlencode(kept, safe=',') if kept else ''}"


def filters_from_args(model: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the filters among what was asked for: what ``select_where`` of the noun takes."""
    rest = (
        NON_FILTER_PARAMETERS
        if hasattr(model, "advisory_links")
        else {*NON_FILTER_PARAMETERS, "max_severity"}
    )
    return {name: value for name, value in asked.items() if name not in rest}


@dataclass(frozen=True)
class Page:
    """A slice of a list: its rows, each with the values it is sorted by, and its neighbours."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


def paged_statement(
    statements: Sequence[Select[Any]],
    orders: Sequence[Sequence[SortKey]],
    cursor: Cursor | None,
    conditions: Sequence[Any] = (),
) -> Select[Any] | CompoundSelect[Any]:
    """Return the statement for a page: in order, after the cursor, with the columns of the order.

    It returns at most ``MAX_ROWS`` rows; the reader limits it to ``ROW_LIMIT``. The cursor may hold SQL
    parameters in place of values. No two of ``statements`` return the same row; each has sort columns of its
    own, and one whose condition is false is not run.
    """
    found = [
        (one, condition)
        for statement, order, condition in zip_longest(statements, orders, conditions)
        for one in _seek_statements(statement, order, cursor)
    ]
    if len(found) == 1:
        return found[0][0]
    merged = union_all(*(_as_union_member(one, condition) for one, condition in found))
    return merged.order_by(*order_by_terms(orders[0], cursor, _sort_columns(orders[0]))).limit(MAX_ROWS)


def _seek_statements(
    statement: Select[Any], order: Sequence[SortKey], cursor: Cursor | None
) -> list[Select[Any]]:
    """Return the statements, one or more, for the rows of one in order after the cursor."""
    steps = seek_conditions(order, cursor) if cursor and cursor.values else [true()]
    whole = (
        statement.add_columns(*_sort_columns(order)).order_by(*order_by_terms(order, cursor)).limit(MAX_ROWS)
    )
    return [whole.where(step) for step in steps]


def _sort_columns(order: Sequence[SortKey]) -> list[Any]:
    return [key.column.label(f"key_{number}") for number, key in enumerate(order)]


def order_by_terms(order: Sequence[SortKey], cursor: Cursor | None, columns: Sequence[Any] = ()) -> list[Any]:
    """Return the ORDER BY terms for a page after the cursor, of other columns if they are given."""
    backwards = cursor.backwards if cursor else False
    return [key.order_by(backwards, column) for key, column in zip_longest(order, columns)]


def _as_union_member(statement: Select[Any], condition: Any) -> Select[Any]:
    """Return all that a statement finds, for a union; nothing unless the condition holds."""
    whole = select(statement.subquery())
    if condition is None:
        return whole
    # Without a row to give it is not begun.
    return select(whole.limit(case((condition, MAX_ROWS), else_=0)).subquery())


def build_page(found: Sequence[Any], asked: ListRequest, cursor: Cursor | None) -> Page:
    """Return the page that the rows of such a statement make."""
    limit, backwards = asked.query["limit"], cursor is not None and cursor.backwards
    behind = cursor is not None and bool(cursor.values)
    rows, more = list(found[:limit]), len(found) > limit
    if not rows:
        # Everything on this side of the cursor is gone: from here it goes back to the other end.
        back = Cursor(asked.fingerprint, not backwards, []) if behind else None
        return Page([], *((back, None) if backwards else (None, back)))
    if backwards:
        rows.reverse()
    has_next, has_previous = (behind, more) if backwards else (more, behind)
    return Page(
        rows,
        asked.cursor_for(rows[-1], False) if has_next else None,
        asked.cursor_for(rows[0], True) if has_previous else None,
    )


def count_rows(session: Session, statement: Select[Any], now: dict[str, Any]) -> tuple[int, str]:
    """Return how many rows the statement finds, and whether that is ``exact`` or ``at-least``."""
    some = statement.with_only_columns(literal_column("1")).limit(COUNT_CAP + 1).subquery()
    found = session.scalar(select(func.count()).select_from(some), now) or 0
    return (COUNT_CAP, "at-least") if found > COUNT_CAP else (found, "exact")
