"""Query parameters of random and daily endpoints: the list's filters, and a seed or a date."""

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
#: What every name of a time zone matches. The document has it in place of 600 names.
TIME_ZONE_PATTERN, MAX_ZONE_LENGTH = "[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}", 40
#: An offset as people write it: ``GMT+5``, ``UTC-03:00``, ``+2``.
UTC_OFFSET = re.compile(
    r"(?:UTC|GMT|Z)?(?P<sign>[-+])0?(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?", re.I
)


class SeedField(fields.String):
    """The seed of a random selection: any text that fits in a URL."""

    def __init__(self, **options: Any) -> None:
        """Pass the options to ``String``."""
        length = validate.Length(min=1, max=100, error="Must be 1 to 100 characters long.")
        super().__init__(validate=length, **options)


@cache
def time_zone_names() -> tuple[str, ...]:
    """Return the names of all IANA time zones; they come from ``tzdata``, not from the machine."""
    return tuple(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


class TimeZoneField(fields.String):
    """The name of a time zone, loaded as a ``ZoneInfo``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        # A plus that is not percent-encoded arrives as a space, which no name has: ``Etc/GMT+5``.
        name = text.replace(" ", "+")
        if name not in time_zone_names():
            message = f"Unknown time zone “{text[:60]}”. Use an IANA name, such as Europe/Berlin."
            raise ValidationError(f"{message}{_hint_for_zone(name)}")
        return ZoneInfo(name)


def _hint_for_zone(name: str) -> str:
    """Return a sentence with the name that was meant; an offset has the reversed sign in its name."""
    offset = UTC_OFFSET.fullmatch(name)
    if offset is None:
        # People know the city, and rarely the region: `New York`.
        city = name.rpartition("/")[2].replace("+", "_").lower()
        zones = [zone for zone in time_zone_names() if zone.rpartition("/")[2].lower() == city]
        return f" Did you mean “{zones[0]}”?" if zones else did_you_mean(name, time_zone_names())
    sign, hours = offset["sign"], int(offset["hours"])
    zone = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    is_named = zone in time_zone_names() and offset["minutes"] in (None, "00")
    return f" UTC{sign}{hours} is called {zone}, with the reversed sign." if is_named else ""


class CalendarDateField(fields.Date):
    """A date in the format ``2026-11-23``; other ISO 8601 formats are rejected."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        try:
            return dt.date.fromisoformat(value if DATE_PATTERN.fullmatch(value) else "")
        except ValueError:
            raise ValidationError("Must be a valid date in the format YYYY-MM-DD.") from None


MAX_SEVERITY_DESCRIPTION = (
    "Exclude items with an advisory above this severity, included items too. By default, all flagged items "
    "are excluded unless `advisory` is set."
)


def _selection_query(query: type[Schema], name: str, members: dict[str, Any]) -> type[Schema]:
    """Return the query schema of a list with its filters, without sorting and pagination."""
    common = {
        "__doc__": query.__doc__,
        "omitted": ("sort", "limit", "cursor", "facets")
        if "count" in members
        else ("sort", "limit", "cursor", "facets", "count"),
        "max_severity": StrictInteger(
            0, 3, metadata={"description": MAX_SEVERITY_DESCRIPTION, "component": "ChosenMaxSeverity"}
        ),
    }
    schema: type[Schema] = type(query)(name + query.__name__, (query,), common | members)  # type: ignore[misc]
    return schema


def random_query(query: type[Schema]) -> type[Schema]:
    """Return the query schema of a random selection from a list."""
    count = StrictInteger(
        1,
        MAX_RANDOM_ITEMS,
        load_default=1,
        metadata={
            "description": "The number of items to return. No item is repeated.",
            "component": "HowMany",
        },
    )
    seed = SeedField(
        metadata={
            "description": "A text of your choice. The same seed returns the same items as long as the "
            "content does not change, and the response can be cached. Without a seed, every response is "
            "different; its `Link` header has a URL that repeats it.",
            "component": "Seed",
        }
    )
    exclude = CommaSeparated(
        Slug(),
        max_values=100,
        metadata={"description": "Ids of items to exclude from the selection.", "component": "Exclude"},
    )
    return _selection_query(query, "Random", {"count": count, "seed": seed, "exclude": exclude})


def daily_query(query: type[Schema]) -> type[Schema]:
    """Return the query schema of an item of the day."""
    date = {"description": "The day to return the item of. Default: today.", "component": "Date"}
    tz = {
        "description": "The IANA time zone that defines today. Default: UTC. Ignored if `date` is set.",
        "component": "Zone",
    }
    return _selection_query(
        query, "Daily", {"date": CalendarDateField(metadata=date), "tz": TimeZoneField(metadata=tz)}
    )
