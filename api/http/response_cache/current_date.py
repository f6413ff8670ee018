"""The current date, for responses that depend on it: reading it limits how long the response is cached."""

from __future__ import annotations

import datetime as dt

from api.http.response_cache.tracked_request import response_dependencies


def now(zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """Return the current time. This does not limit caching: do not put the time itself into a response."""
    return dt.datetime.now(zone)


def today(zone: dt.tzinfo = dt.UTC) -> dt.date:
    """Return the current date in ``zone``. The response is cached until the next day starts there."""
    time = now(zone)
    response_dependencies().expire_at(_next_midnight(time).timestamp())
    return time.date()


def seconds_left_today(max_seconds: int, zone: dt.tzinfo = dt.UTC) -> int:
    """Return the whole seconds until the day ends in ``zone``, at most ``max_seconds``."""
    time = now(zone)
    left = (_next_midnight(time) - time.astimezone(dt.UTC)).total_seconds()
    # The result stays the same while it is ``max_seconds``. After that it changes every second.
    response_dependencies().expire_at(time.timestamp() + max(left - max_seconds, 0))
    return min(max_seconds, int(left))


def _next_midnight(time: dt.datetime) -> dt.datetime:
    """Return the start of the next day in the zone of ``time``, in UTC: a day may have 23 or 25 hours."""
    return dt.datetime.combine(time.date() + dt.timedelta(days=1), dt.time(), time.tzinfo).astimezone(dt.UTC)
