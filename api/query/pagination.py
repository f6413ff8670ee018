"""Paging by keyset: what a list was asked for, and the page that an answer carries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from api.query.cursors import Cursor, Key, after, plain
from api.schemas.filters import MOST_ON_A_PAGE
from models.facet_counts import MOST_COUNTED

#: How many rows a page's statement is to read: one more than the page holds, to know whether one follows.
MOST: Any = bindparam("most", type_=Integer)
#: No page's statement reads more. PostgreSQL plans for a number that it sees, and so need not plan each time:
#: of one that it is given with the parameters it must fear the worst.
MOST_OF_ALL: Any = literal_column(str(MOST_ON_A_PAGE + 1))
#: Lists are counted no further than this.
COUNT_CAP = MOST_COUNTED
#: Parameters that say which part of a list is shown, and how. Where what is listed carries no advisory,
#: ``max_severity`` is one of them: it is about what is included.
NO_FILTERS = frozenset(
    {"limit", "cursor", "count", "facets", "sort", "fields", "include", "format"}
    | {"seed", "exclude", "date", "tz"}
)


@dataclass(frozen=True)
class ListRequest:
    """What a list was asked for: the noun, its path, and the loaded query."""

    noun: Any
    path: str
    query: dict[str, Any]

    @property
    def filters(self) -> dict[str, Any]:
        """The filters alone: what ``select_where`` of the noun takes."""
        return filters_of(self.noun, self.query)

    @cached_property
    def order(self) -> list[Key]:
        """The order asked for, or the noun's own; always ended by what is unique."""
        keys = self.noun.sort_keys()
        asked = self.query.get("sort") or self.noun.default_sort
        closing = [name for name in self.noun.unique_sort if not {name, f"-{name}"} & set(asked)]
        names = dict.fromkeys([*asked, *closing])
        return [Key(name.lstrip("-"), keys[name.lstrip("-")], name.startswith("-")) for name in names]

    @property
    def cursor(self) -> Cursor | None:
        """The cursor, if there is one.

        Raises:
            Refused: 422, when it is not of this list.
        """
        text = self.query.get("cursor")
        return Cursor.parse(text, self.fingerprint, self.order) if text else None

    def place(self, row: Any, backwards: bool) -> Cursor:
        """Return the cursor to go on from a row, whose last columns are those of the order."""
        values = row[-len(self.order) :]
        return Cursor(self.fingerprint, backwards, [plain(value) for value in values])

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of everything but the place in the list and the size of a page."""
        what = [self.path, sorted((k, str(v)) for k, v in self.filters.items()), self.query.get("sort")]
        return hashlib.sha256(orjson.dumps(what)).hexdigest()[:12]

    def address(self, base: str, **changed: Any) -> str:
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


def filters_of(noun: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the filters among what was asked for: what ``select_where`` of the noun takes."""
    rest = NO_FILTERS if hasattr(noun, "advisory_links") else {*NO_FILTERS, "max_severity"}
    return {name: value for name, value in asked.items() if name not in rest}


@dataclass(frozen=True)
class Page:
    """A slice of a list: its rows, each with the values it is sorted by, and its neighbours."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


def in_order(
    statements: Sequence[Select[Any]],
    orders: Sequence[Sequence[Key]],
    cursor: Cursor | None,
    conditions: Sequence[Any] = (),
) -> Select[Any] | CompoundSelect[Any]:
    """Return the statement for a page: in order, after the cursor, with the columns of the order.

    It gives no more rows than a page ever needs; whoever reads it reads ``MOST`` of them. The cursor may hold
    SQL parameters for values. ``statements`` find
    no row twice, each in the same order by columns of its own; one of which the condition does not hold is
    not run.
    """
    found = [
        (one, condition)
        for statement, order, condition in zip_longest(statements, orders, conditions)
        for one in _parts(statement, order, cursor)
    ]
    if len(found) == 1:
        return found[0][0]
    merged = union_all(*(_whole(one, condition) for one, condition in found))
    return merged.order_by(*terms(orders[0], cursor, _labelled(orders[0]))).limit(MOST_OF_ALL)


def _parts(statement: Select[Any], order: Sequence[Key], cursor: Cursor | None) -> list[Select[Any]]:
    """Return the statements, one or more, for the rows of one in order after the cursor."""
    steps = after(order, cursor) if cursor and cursor.values else [true()]
    whole = statement.add_columns(*_labelled(order)).order_by(*terms(order, cursor)).limit(MOST_OF_ALL)
    return [whole.where(step) for step in steps]


def _labelled(order: Sequence[Key]) -> list[Any]:
    return [key.column.label(f"key_{number}") for number, key in enumerate(order)]


def terms(order: Sequence[Key], cursor: Cursor | None, columns: Sequence[Any] = ()) -> list[Any]:
    """Return the ORDER BY terms for a page after the cursor, of other columns if they are given."""
    backwards = cursor.backwards if cursor else False
    return [key.ordered(backwards, column) for key, column in zip_longest(order, columns)]


def _whole(statement: Select[Any], condition: Any) -> Select[Any]:
    """Return all that a statement finds, for a union; nothing unless the condition holds."""
    whole = select(statement.subquery())
    if condition is None:
        return whole
    # Without a row to give it is not begun.
    return select(whole.limit(case((condition, MOST_OF_ALL), else_=0)).subquery())


def page_of(found: Sequence[Any], asked: ListRequest, cursor: Cursor | None) -> Page:
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
        asked.place(rows[-1], False) if has_next else None,
        asked.place(rows[0], True) if has_previous else None,
    )


def count(session: Session, statement: Select[Any], now: dict[str, Any]) -> tuple[int, str]:
    """Return how many rows the statement finds, and whether that is ``exact`` or ``at-least``."""
    some = statement.with_only_columns(literal_column("1")).limit(COUNT_CAP + 1).subquery()
    found = session.scalar(select(func.count()).select_from(some), now) or 0
    return (COUNT_CAP, "at-least") if found > COUNT_CAP else (found, "exact")
