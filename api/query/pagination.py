"""Keyset pagination: the sort order and cursor of a list request, the statement for a page, and its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple
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

from api.query.cursors import Cursor, parse_column_value, seek_conditions, to_json_value
from api.schemas.list_queries import MAX_PAGE_SIZE
from models.facet_queries import MAX_COUNTED

#: The LIMIT of a page's statement: one row more than the page has, to tell whether another page follows.
ROW_LIMIT: Any = bindparam("row_limit", type_=Integer)
#: A second LIMIT, as a literal: PostgreSQL can reuse a plan made for a known limit. With a bound LIMIT the
#: planner assumes the worst case.
MAX_ROWS: Any = literal_column(str(MAX_PAGE_SIZE + 1))
#: Counting a list stops here.
COUNT_CAP = MAX_COUNTED
#: Query parameters that are not filters. ``max_severity`` is one of them for models without advisories, where
#: it applies to included resources only.
NON_FILTER_PARAMETERS = frozenset(
    {"limit", "cursor", "count", "facets", "sort", "fields", "include", "format"}
    | {"seed", "exclude", "date", "tz"}
)


class Neighbour(NamedTuple):
    """The URL and the cursor of the page after or before a page; both are None if there is none."""

    url: str | None = None
    cursor: str | None = None


NO_NEIGHBOUR = Neighbour()


def page_position(
    limit: int,
    following: Neighbour = NO_NEIGHBOUR,
    preceding: Neighbour = NO_NEIGHBOUR,
    total: int | None = None,
    relation: str | None = None,
) -> dict[str, Any]:
    """Return the ``page`` member of a list's response (``PageSchema``). An only page has no neighbours."""
    return {
        "limit": limit,
        "next": following.url,
        "previous": preceding.url,
        "next_cursor": following.cursor,
        "previous_cursor": preceding.cursor,
        "total": total,
        "total_relation": relation,
    }


@dataclass(frozen=True)
class SortKey:
    """A column of a sort order, ascending or descending."""

    name: str
    # Not compared: == on a column builds SQL, and the name identifies it.
    column: Any = field(compare=False)
    descending: bool

    @property
    def nullable(self) -> bool:
        """Whether the column is nullable; nulls are sorted last."""
        return bool(self.column.expression.nullable)

    def order_by(self, backwards: bool, column: Any = None) -> Any:
        """Return the ORDER BY term, reversed if ``backwards``; ``column`` replaces the key's own column."""
        column = self.column if column is None else column
        term = column.desc() if self.descending != backwards else column.asc()
        if not self.nullable:
            return term
        return term.nulls_first() if backwards else term.nulls_last()

    def after_value(self, value: Any, backwards: bool) -> ColumnElement[bool]:
        """Return the condition that a row sorts after ``value`` or, if ``backwards``, before it."""
        if value is None:
            return self.column.is_not(None) if backwards else false()
        beyond = self.column < value if self.descending != backwards else self.column > value
        return or_(beyond, self.column.is_(None)) if self.nullable and not backwards else beyond

    def parse(self, value: Any) -> Any:
        """Return a cursor's value as the column's type; raise ``ValueError`` if it has another type."""
        if value is None and self.nullable:
            return None
        return parse_column_value(self.column.expression.type, value)


@lru_cache(maxsize=256)
def sort_order(model: Any, sort: tuple[str, ...]) -> tuple[SortKey, ...]:
    """Return the sort keys for names, ``-`` meaning descending; the last ones make the order unique."""
    columns = model.sort_keys()
    tiebreakers = [name for name in model.unique_sort if not {name, f"-{name}"} & set(sort)]
    names = dict.fromkeys([*sort, *tiebreakers])
    return tuple(SortKey(name.lstrip("-"), columns[name.lstrip("-")], name.startswith("-")) for name in names)


@dataclass(frozen=True)
class ListRequest:
    """A request for a list: its model, its path, the validated query parameters, and the path's extension.

    The path may end with the extension. Cursors are valid for every extension.
    """

    model: Any
    path: str
    args: dict[str, Any]
    extension: str = ""

    @property
    def filters(self) -> dict[str, Any]:
        """The filters among the arguments, as the model's ``select_where`` takes them."""
        return filters_from_args(self.model, self.args)

    @cached_property
    def order(self) -> tuple[SortKey, ...]:
        """The requested sort order, or the model's default; the last keys make it unique."""
        return sort_order(self.model, tuple(self.args.get("sort") or self.model.default_sort))

    @property
    def cursor(self) -> Cursor | None:
        """The requested cursor, if any.

        Raises:
            ProblemException: 422, if it was issued for another list, filter or sort.
        """
        text = self.args.get("cursor")
        return Cursor.parse(text, self.fingerprint, self.order) if text else None

    def cursor_for(self, row: Any, backwards: bool) -> Cursor:
        """Return the cursor at a row, whose last columns are the sort keys."""
        values = row[-len(self.order) :]
        return Cursor(self.fingerprint, backwards, [to_json_value(value) for value in values])

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of the path, the filters and the sort; a cursor is valid only for the same ones."""
        content = [
            self.path.removesuffix(self.extension),
            sorted((k, str(v)) for k, v in self.filters.items()),
            self.args.get("sort"),
        ]
        return hashlib.sha256(orjson.dumps(content)).hexdigest()[:12]

    def url(self, base: str, **changes: Any) -> str:
        """Return the URL of this list with ``changes`` to its parameters; None removes one.

        ``base`` has no trailing slash.
        """
        params = {
            name: ",".join(map(str, value)) if isinstance(value, list) else value
            for name, value in (self.args | changes).items()
            if value is not None
        }
        if params.get("limit") == 20 and "limit" not in changes:
            params.pop("limit")
        if isinstance(params.get("count"), bool):
            params["count"] = "true" if params["count"] else None
        present = {name: value for name, value in params.items() if value is not None}
        return f"{base}{self.path}{'?' + urlencode(present, safe=',') if present else ''}"

    def neighbour(self, base: str, cursor: Cursor | None) -> Neighbour:
        """Return the page at a cursor; ``base`` has no trailing slash."""
        return Neighbour(self.url(base, cursor=str(cursor)), str(cursor)) if cursor else NO_NEIGHBOUR


def filters_from_args(model: Any, args: dict[str, Any]) -> dict[str, Any]:
    """Return the filters among query parameters, as the model's ``select_where`` takes them."""
    others = (
        NON_FILTER_PARAMETERS
        if hasattr(model, "advisory_links")
        else {*NON_FILTER_PARAMETERS, "max_severity"}
    )
    return {name: value for name, value in args.items() if name not in others}


@dataclass(frozen=True)
class Page:
    """A page of a list: its rows, which end with their sort values, and the cursors of its neighbours."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


def paged_statement(
    statements: Sequence[Select[Any]],
    orders: Sequence[Sequence[SortKey]],
    cursor: Cursor | None,
    conditions: Sequence[Any] = (),
) -> Select[Any] | CompoundSelect[Any]:
    """Return the statement for the rows after the cursor, in order, with the sort keys as further columns.

    It returns at most ``MAX_ROWS`` rows; the caller limits it to ``ROW_LIMIT``. The cursor may have SQL
    parameters for values. ``statements`` are disjoint; each has its own sort columns in ``orders``, and is
    not run if its condition is false.
    """
    members = [
        (member, condition)
        for statement, order, condition in zip_longest(statements, orders, conditions)
        for member in _seek_statements(statement, order, cursor)
    ]
    if len(members) == 1:
        return members[0][0]
    merged = union_all(*(_as_union_member(member, condition) for member, condition in members))
    return merged.order_by(*order_by_terms(orders[0], cursor, _sort_columns(orders[0]))).limit(MAX_ROWS)


def _seek_statements(
    statement: Select[Any], order: Sequence[SortKey], cursor: Cursor | None
) -> list[Select[Any]]:
    """Return one statement for each seek condition: the rows after the cursor, in order."""
    conditions = seek_conditions(order, cursor) if cursor and cursor.values else [true()]
    ordered = (
        statement.add_columns(*_sort_columns(order)).order_by(*order_by_terms(order, cursor)).limit(MAX_ROWS)
    )
    return [ordered.where(condition) for condition in conditions]


def _sort_columns(order: Sequence[SortKey]) -> list[Any]:
    return [key.column.label(f"sort_{number}") for number, key in enumerate(order)]


def order_by_terms(order: Sequence[SortKey], cursor: Cursor | None, columns: Sequence[Any] = ()) -> list[Any]:
    """Return the ORDER BY terms of a page; ``columns`` replace the sort keys' own columns."""
    backwards = cursor.backwards if cursor else False
    return [key.order_by(backwards, column) for key, column in zip_longest(order, columns)]


def _as_union_member(statement: Select[Any], condition: Any) -> Select[Any]:
    """Return the statement as a member of a union, without rows if the condition is false."""
    rows = select(statement.subquery())
    if condition is None:
        return rows
    # Databases do not run a subquery with LIMIT 0.
    return select(rows.limit(case((condition, MAX_ROWS), else_=0)).subquery())


def build_page(rows: Sequence[Any], list_request: ListRequest, cursor: Cursor | None) -> Page:
    """Return the page for the rows of its statement, of which there may be one more than the page's limit."""
    limit, backwards = list_request.args["limit"], cursor is not None and cursor.backwards
    starts_inside = cursor is not None and bool(cursor.values)
    page_rows, has_more = list(rows[:limit]), len(rows) > limit
    if not page_rows:
        # All rows on this side of the cursor were deleted: link to the opposite end of the list.
        other_end = Cursor(list_request.fingerprint, not backwards, []) if starts_inside else None
        return Page([], *((other_end, None) if backwards else (None, other_end)))
    if backwards:
        page_rows.reverse()
    has_next, has_previous = (starts_inside, has_more) if backwards else (has_more, starts_inside)
    return Page(
        page_rows,
        list_request.cursor_for(page_rows[-1], False) if has_next else None,
        list_request.cursor_for(page_rows[0], True) if has_previous else None,
    )


def count_rows(session: Session, statement: Select[Any], params: dict[str, Any]) -> tuple[int, str]:
    """Return the number of rows of the statement, up to ``COUNT_CAP``, and ``exact`` or ``at-least``."""
    capped = statement.with_only_columns(literal_column("1")).limit(COUNT_CAP + 1).subquery()
    count = session.scalar(select(func.count()).select_from(capped), params) or 0
    return (COUNT_CAP, "at-least") if count > COUNT_CAP else (count, "exact")
