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
    response_dependencies().day_began_at = _midnight(time.date(), zone)
    return time.date()


def seconds_left_today(max_seconds: int, zone: dt.tzinfo = dt.UTC) -> int:
    """Return the whole seconds until the day ends in ``zone``, at most ``max_seconds``."""
    time = now(zone)
    left = (_next_midnight(time) - time.astimezone(dt.UTC)).total_seconds()
    # The result stays the same while it is ``max_seconds``. After that it changes every second.
    response_dependencies().expire_at(time.timestamp() + max(left - max_seconds, 0))
    return min(max_seconds, int(left))


def is_future(day: dt.date, zone: dt.tzinfo) -> bool:
    """Whether a day has not begun in ``zone``. A day that has begun stays so: this does not limit caching."""
    return day > now(zone).date()


def cache_control_until_tomorrow(
    max_age: int, zone: dt.tzinfo = dt.UTC, *, shared_max_age: int | None = None
) -> str:
    """Return the ``Cache-Control`` of a response that no cache may use after the day ends in ``zone``.

    ``max_age`` and, for shared caches, ``shared_max_age`` are the longest times in seconds. No directive
    allows caches to use the response stale; ``must-revalidate`` forbids it (RFC 9111, section 4.2.4). Call
    this before ``today``: otherwise yesterday's response could get the lifetime of the day that just began.
    """
    seconds = seconds_left_today(shared_max_age or max_age, zone)
    shared = f", s-maxage={seconds}" if shared_max_age else ""
    return f"public, max-age={min(max_age, seconds)}{shared}, must-revalidate"


def _next_midnight(time: dt.datetime) -> dt.datetime:
    """Return the start of the next day in the zone of ``time``, in UTC: a day may have 23 or 25 hours."""
    return _midnight(time.date() + dt.timedelta(days=1), time.tzinfo)


def _midnight(day: dt.date, zone: dt.tzinfo | None) -> dt.datetime:
    """Return the start of a day in a zone, in UTC."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
