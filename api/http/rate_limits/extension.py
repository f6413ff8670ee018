"""Set up flask-limiter for the API, and add the rate limit headers to responses.

``RateLimit`` and ``RateLimit-Policy`` follow draft-ietf-httpapi-ratelimit-headers.
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

from api.core.config import Settings
from api.core.logging import get_logger
from api.core.resource_registry import VERSION_PREFIX
from api.http.client_address import client_address
from api.http.errors import problem_response
from api.http.problem_types import PROBLEM_TYPES
from api.http.rate_limits.bounded_storage import BoundedMemoryStorage

MEMORY = "memory://"
#: If Redis is down, a request waits twice: for the count, and for the check whether Redis is back.
REDIS_TIMEOUT_SECONDS = 0.1
log = get_logger("subtext.limiting")


def init_app(app: Flask, settings: Settings) -> None:
    """Enforce the rate limits in the settings."""
    in_memory = settings.rate_limit_storage == MEMORY
    limiter = Limiter(
        lambda: client_address(request.environ, settings.trusted_proxies),
        application_limits=["; ".join(settings.rate_limits)],
        strategy="sliding-window-counter",
        storage_uri=f"bounded-{MEMORY}" if in_memory else settings.rate_limit_storage,
        storage_options={} if in_memory else _redis_options(),
        in_memory_fallback_enabled=True,
        key_prefix="subtext",
        request_identifier=_rate_limit_scope,
    )
    limiter.init_app(app)
    # flask-limiter would fall back to the library's unbounded storage.
    limiter._fallback_limiter = SlidingWindowCounterRateLimiter(BoundedMemoryStorage())
    headers = RateLimitHeaders(limiter, [parse(limit) for limit in settings.rate_limits])
    app.after_request(headers.add_to)
    app.register_error_handler(RateLimitExceeded, handle_limit_exceeded)
    logging.getLogger("flask-limiter").setLevel(logging.INFO)
    logging.getLogger("flask-limiter").addHandler(STORAGE_OUTAGE_LOG)


def _redis_options() -> dict[str, Any]:
    # Loaded only where Redis is used: it costs start time and memory.
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "socket_timeout": REDIS_TIMEOUT_SECONDS,
        "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "wrap_exceptions": True,
    }


def _rate_limit_scope() -> str:
    """Return the same scope for all URLs of the API, unknown ones included; empty if not limited."""
    return "v1" if is_limited(request.path, request.method) else ""


def is_limited(path: str, method: str) -> bool:
    """Whether rate limits apply to a request. CORS preflight requests (OPTIONS) do not count."""
    return bool(VERSION_PREFIX.match(path)) and method != "OPTIONS"


def handle_limit_exceeded(error: RateLimitExceeded) -> Response:
    """Return the response to a request that exceeds a rate limit."""
    assert error.limit is not None  # noqa: S101 (flask-limiter always sets it)
    return problem_response(PROBLEM_TYPES["too-many-requests"], _detail(error.limit.limit))


def _detail(limit: RateLimitItem) -> str:
    requests = "1 request" if limit.amount == 1 else f"{limit.amount} requests"
    seconds = "1 second" if limit.get_expiry() == 1 else f"{limit.get_expiry()} seconds"
    return f"The rate limit is {requests} in {seconds} per client. Wait as long as Retry-After says."


class RateLimitHeaders:
    """Adds the headers about the rate limits that apply to a request."""

    def __init__(self, limiter: Limiter, limits: list[RateLimitItem]) -> None:
        self.limiter = limiter
        is_only = len(limits) == 1
        self.names = {limit: "default" if is_only else f"{limit.get_expiry()}s" for limit in limits}
        self.policy = ", ".join(
            f'"{self.names[limit]}";q={limit.amount};w={limit.get_expiry()}' for limit in limits
        )

    def add_to(self, response: Response) -> Response:
        """Add the headers. While the storage is unavailable, add only ``RateLimit-Policy``."""
        limits = self.limiter.current_limits
        if not limits:
            return response
        response.headers["RateLimit-Policy"] = self.policy
        try:
            states = [(limit, *self._state(limit)) for limit in limits]
        except StorageError:
            return response
        response.headers["RateLimit"] = ", ".join(
            f'"{self.names[limit.limit]}";r={remaining};t={seconds}' for limit, remaining, seconds in states
        )
        waits = [seconds for limit, _, seconds in states if limit.breached]
        if waits:
            response.headers["Retry-After"] = str(max(waits))
        return response

    def _state(self, limit: RequestLimit) -> tuple[int, int]:
        """Return the number of remaining requests and the seconds until there are more.

        The previous period counts in proportion to its share of the last ``period`` seconds.
        """
        quota, period = limit.limit.amount, limit.limit.get_expiry()
        storage = cast("SlidingWindowCounterSupport", self.limiter.limiter.storage)
        previous, previous_left, current, current_left = storage.get_sliding_window(limit.key, period)
        weighted = floor(previous * previous_left / period)
        seconds = previous_left - weighted * period / previous if weighted else current_left - period
        return max(0, quota - weighted - current), max(1, ceil(seconds))


class StorageOutageLog(logging.Handler):
    """Logs flask-limiter's messages about outages of Redis, but not those that name limited clients."""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Rate limit storage"):
            cause = sys.exc_info()[1]
            log.warning("rate limits", state=message, cause=str(cause.__cause__ or cause) if cause else None)


STORAGE_OUTAGE_LOG = StorageOutageLog()
