"""What random and daily are asked: the filters of a list, a seed or a day, and no order or pages."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from api.schemas.fields import CommaSeparated, Slug, StrictInteger, did_you_mean

DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MAX_RANDOM_ITEMS = 50


class SeedField(fields.String):
    """Any text that can be sent in an address; the same text, the same answer."""

    def __init__(self, **options: Any) -> None:
        """Take the options of ``String``."""
        super().__init__(
            validate=validate.Length(min=1, max=100, error="A seed has 1 to 100 characters."), **options
        )


@cache
def time_zone_names() -> tuple[str, ...]:
    """Return the names of all time zones (IANA), the same on every machine."""
    return tuple(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


class TimeZoneField(fields.String):
    """The name of a time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in time_zone_names():
            unknown = f"“{name[:60]}” is not the name of a time zone, such as Europe/Berlin."
            raise ValidationError(unknown + did_you_mean(name, time_zone_names()))
        return ZoneInfo(name)


class CalendarDateField(fields.Date):
    """A day of the calendar, as ``2026-11-23`` and in no other way."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        try:
            return dt.date.fromisoformat(value if DATE_PATTERN.fullmatch(value) else "")
        except ValueError:
            raise ValidationError("It takes a day of the calendar, as YYYY-MM-DD.") from None


MAX_SEVERITY_DESCRIPTION = (
    "Only items with no advisory above this severity, what is included too. Unless this or `advisory` is "
    "given, none that carry any."
)


def _selection_query(query: type[Schema], name: str, members: dict[str, Any]) -> type[Schema]:
    """Return the query of a list as one of choosing by lot: its filters, without order and pages."""
    common = {
        "__doc__": query.__doc__,
        "left_out": ("sort", "limit", "cursor", "facets")
        if "count" in members
        else ("sort", "limit", "cursor", "facets", "count"),
        "max_severity": StrictInteger(
            0, 3, metadata={"description": MAX_SEVERITY_DESCRIPTION, "component": "ChosenMaxSeverity"}
        ),
    }
    made: type[Schema] = type(query)(name + query.__name__, (query,), common | members)  # type: ignore[misc]
    return made


def random_query(query: type[Schema]) -> type[Schema]:
    """Return the query of a random choice from a list."""
    count = StrictInteger(
        1,
        MAX_RANDOM_ITEMS,
        load_default=1,
        metadata={"description": "How many items, none twice.", "component": "HowMany"},
    )
    seed = SeedField(
        metadata={
            "description": "The same seed chooses the same items while the content is the same, and the "
            "answer may be kept. Without one every answer is another; its `Link` header leads back to it.",
            "component": "Seed",
        }
    )
    described = {"description": "Ids of items that are not to be chosen.", "component": "Exclude"}
    exclude = CommaSeparated(Slug(), most=100, metadata=described)
    return _selection_query(query, "Random", {"count": count, "seed": seed, "exclude": exclude})


def daily_query(query: type[Schema]) -> type[Schema]:
    """Return the query of a day's item."""
    date = {"description": "The day whose item it is; today, unless given.", "component": "Date"}
    tz = {
        "description": "The time zone (IANA) whose date today is; UTC unless given. Beside a date it says "
        "nothing.",
        "component": "Zone",
    }
    return _selection_query(
        query, "Daily", {"date": CalendarDateField(metadata=date), "tz": TimeZoneField(metadata=tz)}
    )
