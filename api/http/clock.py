"""The clock, for whatever is another one each day: an answer that has read it is kept only so long."""

from __future__ import annotations

import datetime as dt

from api.http.response_cache.dependency_tracking import response_dependencies


def now(zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Return the time; an answer that says it is another one at once, and better not kept."""
    return dt.datetime.now(zone)


def today(zone: dt.tzinfo = dt.UTC) -> dt.date:
    """Return the day that it is in ``zone``."""
    here = now(zone)
    response_dependencies().expire_at(_tomorrow(here).timestamp())
    return here.date()


def seconds_left_today(most: int, zone: dt.tzinfo = dt.UTC) -> int:
    """Return for how many whole seconds it is still today in ``zone``, at most ``most``."""
    here = now(zone)
    left = (_tomorrow(here) - here.astimezone(dt.UTC)).total_seconds()
    # As long as it is ``most`` it stays; after that it is another number each second.
    response_dependencies().expire_at(here.timestamp() + max(left - most, 0))
    return min(most, int(left))


def _tomorrow(here: dt.datetime) -> dt.datetime:
    """Return when the next day begins there, in UTC: a day may have 23 hours, or 25."""
    return dt.datetime.combine(here.date() + dt.timedelta(days=1), dt.time(), here.tzinfo).astimezone(dt.UTC)
