"""Order and place in a list: sort keys, and the cursors that say where a page begins.

A cursor is the base64url of a JSON list: a fingerprint of the list, its filters and its sort, the
direction, and the sort values of the item to go on from, its id last. It is not signed: whoever
makes one up gets another page of the same public list, or 422.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from sqlalchemy import ColumnElement, Date, Integer, and_, tuple_

from api.http.errors import ProblemException
from api.schemas.fields import UNSTORABLE_CHARACTERS
from models.types import UTCTimestamp

if TYPE_CHECKING:
    from api.query.pagination import SortKey


def parse_value(key: SortKey, value: Any) -> Any:
    """Return a cursor's value as the column's type; raise ``ValueError`` if it is of another."""
    kind = key.column.expression.type
    if value is None and key.nullable:
        return None
    if isinstance(kind, UTCTimestamp):
        return _parse_timestamp(value)
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    if isinstance(kind, Integer):
        # What is larger fits no column, and is an error to the database.
        return value if type(value) is int and abs(value) < 2**31 else _wrong_type(value)
    return value if isinstance(value, str) and not UNSTORABLE_CHARACTERS.search(value) else _wrong_type(value)


def _parse_timestamp(value: Any) -> dt.datetime:
    at = dt.datetime.fromisoformat(value)
    try:
        return at.astimezone(dt.UTC) if at.tzinfo else _wrong_type(value)
    except OverflowError:
        # Near year 1 and 9999 another zone's time has none in UTC.
        _wrong_type(value)


def _wrong_type(value: Any) -> NoReturn:
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
    def parse(cls, text: str, fingerprint: str, order: Sequence[SortKey]) -> Cursor:
        """Read a cursor that must fit this list.

        Raises:
            ProblemException: 422, when it is not a cursor or belongs to another list.
        """
        try:
            given, backwards, *values = cls.decode(text)
            if given != fingerprint or backwards not in (0, 1) or len(values) not in (0, len(order)):
                raise ValueError("another list")
            parsed = [parse_value(key, value) for key, value in zip(order, values, strict=bool(values))]
        except (ValueError, TypeError, UnicodeError, binascii.Error) as error:
            detail = "This cursor is not of this list with these filters and this sort. Start without one."
            fault = {"location": "query", "pointer": "cursor", "detail": detail}
            raise ProblemException("invalid-parameters", "1 parameter is not valid.", [fault]) from error
        return cls(fingerprint, bool(backwards), parsed)

    @staticmethod
    def decode(text: str) -> list[Any]:
        """Return what a cursor holds: a fingerprint, a direction, and values; whatever they are."""
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        held: list[Any] = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        return held


def seek_conditions(order: Sequence[SortKey], cursor: Cursor) -> list[ColumnElement[bool]]:
    """Return conditions to come after the cursor, or before it when going backwards.

    A row meets one of them at most, and those that meet a later one come later. Each is a stretch of an index
    in the list's order: of a disjunction of them databases make a walk from its beginning.
    """
    values, backwards = cursor.values, cursor.backwards
    if len({key.descending for key in order}) == 1 and not any(key.nullable for key in order):
        # Rows are compared column by column (SQL:2016, 8.2), and so in one step.
        place, here = tuple_(*(key.column for key in order)), tuple_(*values)
        return [place < here if order[0].descending != backwards else place > here]
    return [
        and_(*map(_equals, order[:index], values), order[index].after_value(values[index], backwards))
        for index in reversed(range(len(order)))
    ]


def _equals(key: SortKey, value: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = key.column == value if value is not None else key.column.is_(None)
    return same


def to_json_value(value: Any) -> Any:
    """Return a column's value as a cursor holds it."""
    return value.isoformat() if isinstance(value, dt.date) else value
