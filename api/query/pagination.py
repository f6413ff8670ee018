"""Keyset pagination: the sort order and cursor of a list request, and the page that its rows make."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from sqlalchemy import Integer, bindparam

from api.query.cursors import Cursor, parse_column_value, to_json_value
from api.query.sql_text import from_driver_value
from models.facet_queries import MAX_COUNTED

#: The LIMIT of a page's statement: one row more than the page has, to tell whether another page follows.
ROW_LIMIT: Any = bindparam("row_limit", type_=Integer)
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


def capped_total(count: int) -> tuple[int, str]:
    """Return the ``total`` and the ``total_relation`` of a list of which up to the cap + 1 were counted."""
    return (COUNT_CAP, "at-least") if count > COUNT_CAP else (count, "exact")


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

    @property
    def sql_type(self) -> Any:
        """The SQL type of the column."""
        return self.column.expression.type

    def parse(self, value: Any) -> Any:
        """Return a cursor's value as the column's type; raise ``ValueError`` if it has another type."""
        if value is None and self.nullable:
            return None
        return parse_column_value(self.sql_type, value)


@cache
def sort_keys(model: Any) -> dict[str, SortKey]:
    """Return the sort keys of a model by their names, ``-`` meaning descending."""
    columns = model.sort_keys().items()
    ascending = {name: SortKey(name, column, descending=False) for name, column in columns}
    return ascending | {f"-{name}": SortKey(name, column, descending=True) for name, column in columns}


def sort_order(model: Any, sort: Sequence[str]) -> tuple[SortKey, ...]:
    """Return the sort keys for names; the last ones make the order unique.

    Of names of one key, such as ``year,-year``, the first counts: the others cannot change the order.
    """
    first: dict[str, str] = {}
    for name in (*sort, *model.unique_sort):
        first.setdefault(name.removeprefix("-"), name)
    keys = sort_keys(model)
    return tuple(keys[name] for name in first.values())


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
        return sort_order(self.model, self.args.get("sort") or self.model.default_sort)

    @property
    def cursor(self) -> Cursor | None:
        """The requested cursor, if any.

        Raises:
            ProblemException: 422, if it was issued for another list, filter or sort.
        """
        text = self.args.get("cursor")
        return Cursor.parse(text, self.fingerprint, self.order) if text else None

    def cursor_for(self, row: Any, backwards: bool, dialect: str) -> Cursor:
        """Return the cursor at a row of the driver, whose last columns are the sort keys."""
        pairs = zip(self.order, row[-len(self.order) :], strict=True)
        values = [to_json_value(from_driver_value(key.sql_type, value, dialect)) for key, value in pairs]
        return Cursor(self.fingerprint, backwards, values)

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


def build_page(rows: Sequence[Any], list_request: ListRequest, cursor: Cursor | None, dialect: str) -> Page:
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
        list_request.cursor_for(page_rows[-1], False, dialect) if has_next else None,
        list_request.cursor_for(page_rows[0], True, dialect) if has_previous else None,
    )
