"""The release dates in a pack, which become the creation times of its entries."""

from __future__ import annotations

import datetime as dt
from typing import Any

RELEASED_AT = "released_at"
TIMESTAMP_EXAMPLE = "A timestamp looks like 2026-11-23T00:00:00Z."
#: How far ahead a release may be planned. Later dates are typing mistakes, and would lead every list of the
#: latest entries until then.
MAX_DAYS_AHEAD = 90
#: Nothing is older than the clocks that HTTP dates are made for.
EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class InvalidReleaseDate(Exception):
    """A value is no release date; ``str()`` says why."""


def parse_release_date(value: Any) -> dt.datetime:
    """Return a release date in UTC, to the second. A time without a zone is UTC, as in YAML.

    Raises:
        InvalidReleaseDate: the value is no timestamp, or too early or too late.
    """
    try:
        if isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
        if not isinstance(value, dt.datetime):
            raise InvalidReleaseDate(TIMESTAMP_EXAMPLE)
        to_the_second = dt.datetime(*value.timetuple()[:6], tzinfo=value.tzinfo or dt.UTC)
        released_at = to_the_second.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise InvalidReleaseDate(TIMESTAMP_EXAMPLE) from None
    now = dt.datetime.now(dt.UTC)
    if not EARLIEST <= released_at <= now + dt.timedelta(days=MAX_DAYS_AHEAD):
        raise InvalidReleaseDate(
            f"{RELEASED_AT} must be between {EARLIEST:%Y-%m-%d} and {MAX_DAYS_AHEAD} days after today, "
            f"{now:%Y-%m-%d}."
        )
    return released_at
