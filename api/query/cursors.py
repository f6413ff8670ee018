"""Cursors of keyset pagination.

A cursor is a JSON array in base64url: a fingerprint of the list with its filters and sort, the direction, and
the sort values of the item where the page starts, its id last. Cursors are not signed: a forged one returns
another page of the same public list, or 422.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
from sqlalchemy import Date, Integer

from api.http.errors import ProblemException
from api.schemas.fields import UNSTORABLE_CHARACTERS
from models.types import UTCTimestamp

if TYPE_CHECKING:
    from api.query.pagination import SortKey


def parse_column_value(column_type: Any, value: Any) -> Any:
    """Return a cursor's value as the column's type; raise ``ValueError`` if it has another type."""
    if isinstance(column_type, UTCTimestamp):
        return _parse_timestamp(value)
    if isinstance(column_type, Date):
        return dt.date.fromisoformat(value)
    if isinstance(column_type, Integer):
        # The database would raise an error for an integer that does not fit the column.
        return value if type(value) is int and abs(value) < 2**31 else _wrong_type(value)
    return value if isinstance(value, str) and not UNSTORABLE_CHARACTERS.search(value) else _wrong_type(value)


def _parse_timestamp(value: Any) -> dt.datetime:
    time = dt.datetime.fromisoformat(value)
    try:
        return time.astimezone(dt.UTC) if time.tzinfo else _wrong_type(value)
    except OverflowError:
        # Converted to UTC, a time near year 1 or 9999 may be out of range.
        _wrong_type(value)


def _wrong_type(value: Any) -> NoReturn:
    raise ValueError(f"{value!r} does not have the column's type")


@dataclass(frozen=True)
class Cursor:
    """A position in a list; without values, the start of the list or, if ``backwards``, its end."""

    fingerprint: str
    backwards: bool
    values: list[Any]

    def __str__(self) -> str:
        """Return the cursor as opaque text."""
        content = orjson.dumps([self.fingerprint, int(self.backwards), *self.values])
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str, fingerprint: str, order: Sequence[SortKey]) -> Cursor:
        """Return the cursor in ``text``.

        Raises:
            ProblemException: 422, if it is not a cursor, or was issued for another list, filter or sort.
        """
        try:
            issued_for, backwards, *values = cls.decode(text)
            if issued_for != fingerprint or backwards not in (0, 1) or len(values) not in (0, len(order)):
                raise ValueError("The cursor was issued for another list.")
            parsed = [key.parse(value) for key, value in zip(order, values, strict=bool(values))]
        except (ValueError, TypeError, UnicodeError, binascii.Error) as error:
            detail = (
                "Invalid cursor: it was issued for a different list, filter or sort. Start again without a "
                "cursor."
            )
            problem = {"location": "query", "pointer": "cursor", "detail": detail}
            raise ProblemException("invalid-parameters", "1 parameter is not valid.", [problem]) from error
        return cls(fingerprint, bool(backwards), parsed)

    @staticmethod
    def decode(text: str) -> list[Any]:
        """Return the array in a cursor, unchecked: a fingerprint, a direction, and sort values."""
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        content: list[Any] = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
        return content


def to_json_value(value: Any) -> Any:
    """Return a column's value in the JSON type that cursors use."""
    return value.isoformat() if isinstance(value, dt.date) else value
