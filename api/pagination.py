"""Paging by keyset: order, cursors, and the page that an answer carries.

A cursor is the base64url of a JSON list: a fingerprint of the list, its filters and its sort, the
direction, and the sort values of the item to go on from, its id last. It is not signed: whoever
makes one up gets another page of the same public list, or 422.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import urlencode

import orjson
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from api.errors import Refused
from api.fields import UNSTORABLE
from models.types import Instant

#: Lists are counted no further than this.
COUNT_CAP = 10_000
#: Parameters that say which part of a list is shown, and how. Where what is listed carries no advisory,
#: ``max_severity`` is one of them: it is about what is included.
NO_FILTERS = frozenset(
    {"limit", "cursor", "count", "sort", "fields", "include", "format", "seed", "exclude", "tz"}
)


@dataclass(frozen=True)
class Key:
    """One column of an order."""

    name: str
    # Comparing columns would make SQL of them; the name says which it is.
    column: Any = field(compare=False)
    descending: bool

    @property
    def nullable(self) -> bool:
        """Whether the column may be null; nulls come last."""
        return bool(self.column.expression.nullable)

    def ordered(self, backwards: bool) -> Any:
        """Return the ORDER BY term, turned round for a page before a cursor."""
        term = self.column.desc() if self.descending != backwards else self.column.asc()
        if not self.nullable:
            return term
        return term.nulls_first() if backwards else term.nulls_last()

    def beyond(self, value: Any, backwards: bool) -> ColumnElement[bool]:
        """Return the condition to come after ``value`` in the order, or before it when going backwards."""
        if value is None:
            return self.column.is_not(None) if backwards else false()
        further = self.column < value if self.descending != backwards else self.column > value
        return or_(further, self.column.is_(None)) if self.nullable and not backwards else further

    def parse(self, value: Any) -> Any:
        """Return a cursor's value as the column's type; raise ``ValueError`` if it is of another."""
        kind = self.column.expression.type
        if value is None and self.nullable:
            return None
        if isinstance(kind, Instant):
            return _instant(value)
        if isinstance(kind, Date):
            return dt.date.fromisoformat(value)
        if isinstance(kind, Integer):
            # What is larger fits no column, and is an error to the database.
            return value if type(value) is int and abs(value) < 2**31 else _misfit(value)
        return value if isinstance(value, str) and not UNSTORABLE.search(value) else _misfit(value)


def _instant(value: Any) -> dt.datetime:
    at = dt.datetime.fromisoformat(value)
    try:
        return at.astimezone(dt.UTC) if at.tzinfo else _misfit(value)
    except OverflowError:
        # Near year 1 and 9999 another zone's time has none in UTC.
        _misfit(value)


def _misfit(value: Any) -> NoReturn:
    raise ValueError(f"{value!r} is not of the column's type")


@dataclass(frozen=True)
class Cursor:
    """A place in a list; without values its beginning or, backwards, its end."""

    fingerprint: str
    backwards: bool
    values: list[Any]

    def __str__(self) -> str:
        """Return the opaque text."""
        plain = orjson.dumps([self.fingerprint, int(self.backwards), *self.values])
        return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str, fingerprint: str, order: list[Key]) -> Cursor:
        """Read a cursor that must fit this list.

        Raises:
            Refused: 422, when it is not a cursor or belongs to another list.
        """
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            given, backwards, *values = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
            if given != fingerprint or backwards not in (0, 1) or len(values) not in (0, len(order)):
                raise ValueError("another list")
            parsed = [key.parse(value) for key, value in zip(order, values, strict=bool(values))]
        except (ValueError, TypeError, UnicodeError, binascii.Error) as error:
            detail = "This cursor is not of this list with these filters and this sort. Start without one."
            fault = {"location": "query", "pointer": "cursor", "detail": detail}
            raise Refused("invalid-parameters", "1 parameter is not valid.", [fault]) from error
        return cls(fingerprint, bool(backwards), parsed)


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
        return Cursor(self.fingerprint, backwards, [_plain(value) for value in values])

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


def in_order(statement: Select[Any], order: Sequence[Key], cursor: Cursor | None) -> Select[Any]:
    """Return the statement for a page: in order, after the cursor, with the columns of the order.

    It takes the parameter ``most``: how many rows to read, one more than the page holds, to know
    whether there is a further page. The cursor may hold SQL parameters for values.
    """
    backwards = cursor.backwards if cursor else False
    if cursor and cursor.values:
        statement = statement.where(_after(order, cursor))
    statement = statement.add_columns(*(key.column for key in order))
    return statement.order_by(*(key.ordered(backwards) for key in order)).limit(
        bindparam("most", type_=Integer)
    )


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


def _after(order: Sequence[Key], cursor: Cursor) -> ColumnElement[bool]:
    steps = []
    for index, key in enumerate(order):
        same = [
            before.column == value if value is not None else before.column.is_(None)
            for before, value in zip(order[:index], cursor.values, strict=False)
        ]
        steps.append(and_(*same, key.beyond(cursor.values[index], cursor.backwards)))
    return or_(*steps)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def count(session: Session, statement: Select[Any], now: dict[str, Any]) -> tuple[int, str]:
    """Return how many rows the statement finds, and whether that is ``exact`` or ``at-least``."""
    some = statement.with_only_columns(literal_column("1")).limit(COUNT_CAP + 1).subquery()
    found = session.scalar(select(func.count()).select_from(some), now) or 0
    return (COUNT_CAP, "at-least") if found > COUNT_CAP else (found, "exact")
