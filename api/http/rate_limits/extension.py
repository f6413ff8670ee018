"""Rate limits under ``/v1``, where an operator sets them, and the headers that tell clients of them.

``RateLimit`` and ``RateLimit-Policy`` are those of draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

import logging
import sys
from math import ceil, floor
from typing import Any, cast

from flask import Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded, RequestLimit
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import SlidingWindowCounterSupport
from limits.strategies import SlidingWindowCounterRateLimiter

from api.core.api_versions import VERSION_PREFIX
from api.core.config import Settings
from api.core.logging import get_logger
from api.http.client_address import client_address
from api.http.errors import problem_response
from api.http.problem_types import PROBLEM_TYPES
from api.http.rate_limits.bounded_storage import BoundedMemoryStorage

MEMORY = "memory://"
#: A request that finds Redis gone waits twice: for the count, and to ask once whether it is there again.
REDIS_TIMEOUT_SECONDS = 0.1
log = get_logger("subtext.limiting")


def init_app(app: Flask, settings: Settings) -> None:
    """Limit requests as the settings say."""
    in_memory = settings.rate_limit_storage == MEMORY
    limiter = Limiter(
        client_address,
        application_limits=["; ".join(settings.rate_limits)],
        strategy="sliding-window-counter",
        storage_uri=f"bounded-{MEMORY}" if in_memory else settings.rate_limit_storage,
        storage_options={} if in_memory else _redis_options(),
        in_memory_fallback_enabled=True,
        key_prefix="subtext",
        request_identifier=_rate_limit_scope,
    )
    limiter.init_app(app)
    # What it falls back to, flask-limiter makes by itself, without bound.
    limiter._fallback_limiter = SlidingWindowCounterRateLimiter(BoundedMemoryStorage())
    told = RateLimitHeaders(limiter, [parse(limit) for limit in settings.rate_limits])
    app.after_request(told.add_to)
    app.register_error_handler(RateLimitExceeded, handle_limit_exceeded)
    logging.getLogger("flask-limiter").setLevel(logging.INFO)
    logging.getLogger("flask-limiter").addHandler(STORAGE_OUTAGE_LOG)


def _redis_options() -> dict[str, Any]:
    # Most services count nothing in Redis: they need not load its client.
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "socket_timeout": REDIS_TIMEOUT_SECONDS,
        "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "wrap_exceptions": True,
    }


def _rate_limit_scope() -> str:
    """Name what is limited, alike for all of the API, found there or not; nothing is not limited.

    A browser asks for leave with OPTIONS before requests that it counts as one: so do we.
    """
    return "v1" if is_limited(request.path, request.method) else ""


def is_limited(path: str, method: str) -> bool:
    """Whether requests like this are limited."""
    return bool(VERSION_PREFIX.match(path)) and method != "OPTIONS"


def handle_limit_exceeded(error: RateLimitExceeded) -> Response:
    """Answer a request over the limit."""
    assert error.limit is not None  # noqa: S101 (the library always says which)
    return problem_response(PROBLEM_TYPES["too-many-requests"], _sentence(error.limit.limit))


def _sentence(limit: RateLimitItem) -> str:
    requests = "1 request" if limit.amount == 1 else f"{limit.amount} requests"
    seconds = "1 second" if limit.get_expiry() == 1 else f"{limit.get_expiry()} seconds"
    return f"This service takes {requests} in {seconds} from a client. Wait as long as Retry-After says."


class RateLimitHeaders:
    """What an answer says of the limits that its request was counted against."""

    def __init__(self, limiter: Limiter, limits: list[RateLimitItem]) -> None:
        self.limiter = limiter
        alone = len(limits) == 1
        self.names = {limit: "default" if alone else f"{limit.get_expiry()}s" for limit in limits}
        self.policy = ", ".join(
            f'"{self.names[limit]}";q={limit.amount};w={limit.get_expiry()}' for limit in limits
        )

    def add_to(self, response: Response) -> Response:
        """Add the headers; what the storage cannot say at the moment is left out."""
        counted = self.limiter.current_limits
        if not counted:
            return response
        response.headers["RateLimit-Policy"] = self.policy
        try:
            states = [(limit, *self._state(limit)) for limit in counted]
        except StorageError:
            return response
        response.headers["RateLimit"] = ", ".join(
            f'"{self.names[limit.limit]}";r={remaining};t={seconds}' for limit, remaining, seconds in states
        )
        waits = [seconds for limit, _, seconds in states if limit.breached]
        if waits:
            response.headers["Retry-After"] = str(max(waits))
        return response

    def _state(self, counted: RequestLimit) -> tuple[int, int]:
        """Return how many requests remain, and in how many seconds there will be more.

        Of the window before, the share counts that lies within the last ``width`` seconds.
        """
        quota, width = counted.limit.amount, counted.limit.get_expiry()
        storage = cast("SlidingWindowCounterSupport", self.limiter.limiter.storage)
        previous, previous_left, current, current_left = storage.get_sliding_window(counted.key, width)
        lapsing = floor(previous * previous_left / width)
        seconds = previous_left - lapsing * width / previous if lapsing else current_left - width
        return max(0, quota - lapsing - current), max(1, ceil(seconds))


class StorageOutageLog(logging.Handler):
    """Logs when Redis goes and when it comes back; whose requests are refused stays unsaid."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if said.startswith("Rate limit storage"):
            cause = sys.exc_info()[1]
            log.warning("rate limits", state=said, cause=str(cause.__cause__ or cause) if cause else None)


STORAGE_OUTAGE_LOG = StorageOutageLog()
