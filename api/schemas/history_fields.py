"""Query parameters that select the state of an item in its history: ``as_of`` and ``revision``."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from api.schemas.fields import DIGITS_PATTERN
from models.history import Moment
from models.pin import PIN_PATTERN, Pin

MAX_GENERATION = 2**31 - 2
#: A date and time with an offset from UTC; fractions of a second are allowed.
RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})")


class MomentField(fields.String):
    """A generation, or a time as in RFC 3339."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if DIGITS_PATTERN.fullmatch(text) and int(text) <= MAX_GENERATION:
            return Moment(int(text))
        # A plus sign that is not percent-encoded stands for a space.
        time = _parse_time(text.replace(" ", "+"))
        if time is None:
            raise ValidationError(
                "Must be a content generation, such as 7, or a time with its offset from UTC, such as "
                "2026-11-23T12:00:00Z."
            )
        return Moment(0, time)


def _parse_time(text: str) -> dt.datetime | None:
    if not RFC_3339.fullmatch(text):
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


class PinField(fields.String):
    """A revision: its pin or its number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        pin = Pin.parse(text)
        if pin is None:
            raise ValidationError(
                "Must be the pin of a revision, such as 3.ab12cd, or its number, such as 3."
            )
        return pin


class HistoryParameters(Schema):
    """The parameters that select a past state of an item."""

    as_of = MomentField(
        metadata={
            "description": "Return the item as it was at a content generation (see `/v1/meta` and the item's "
            "revisions) or at a time (RFC 3339). Labels of references are as they were, too.",
            "component": "AsOf",
        }
    )
    revision = PinField(
        metadata={
            "description": "Return the item at this revision: its `pin`, which always names the same "
            "content, or its number.",
            "pattern": f"^{PIN_PATTERN.pattern}$",
            "component": "RevisionPin",
        }
    )

    @validates_schema
    def choose_one(self, args: dict[str, Any], **_: Any) -> None:
        """Reject both parameters together."""
        if "as_of" in args and "revision" in args:
            raise ValidationError("Not allowed together with `as_of`.", "revision")


@cache
def with_history_parameters(query: type[Schema]) -> type[Schema]:
    """Return ``query`` with the parameters that select a past state."""
    bases = (HistoryParameters, query)
    schema: type[Schema] = type(query)(query.__name__, bases, {"__doc__": query.__doc__})  # type: ignore[misc]
    return schema
