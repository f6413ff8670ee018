"""Counts requests by client, an address or an API key, and the headers about the limits (ADR 0015).

``RateLimit`` and ``RateLimit-Policy`` follow draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

from ipaddress import ip_address
from math import ceil, floor
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from api.core.logging import get_logger
from api.core.rate_limit_setting import RateLimit, parse_rate_limit
from api.core.resource_registry import VERSION_PREFIX
from api.http.client_address import is_behind_unknown_proxy
from api.http.rate_limits.bounded_storage import BoundedMemoryStorage

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from api.core.config import Settings

MEMORY = "memory://"
DESK_PREFIX = "/edit/"
#: Redis is local or near. A request that meets an outage waits this long, in seconds.
REDIS_TIMEOUT_SECONDS = 0.1
#: After an outage, Redis is tried again after this many seconds, then after twice as many, and so on.
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 1, 32
log = get_logger("subtext.limiting")


class SlidingWindows(Protocol):
    """A storage of request counts."""

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int) -> bool:
        """Count a request; False, uncounted, if the limit is reached."""

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Return two counts and the seconds until each is forgotten: of the previous and current period."""


class RateLimitResult(NamedTuple):
    """The headers of the response to a request. ``breached`` is the limit that rejects it, or None."""

    headers: list[tuple[str, str]]
    breached: RateLimit | None = None

    @property
    def detail(self) -> str:
        """What the problem says."""
        assert self.breached is not None  # noqa: S101 (only called for rejected requests)
        amount, seconds = self.breached
        requests = "1 request" if amount == 1 else f"{amount} requests"
        window = "1 second" if seconds == 1 else f"{seconds} seconds"
        return f"The rate limit is {requests} in {window} per client. Wait as long as Retry-After says."


class RateLimiter:
    """Counts the requests to the API that the response cache does not answer."""

    def __init__(self, settings: Settings) -> None:
        """Use the limits and the storage of the settings."""
        self._settings = settings
        self._limits = sorted(map(parse_rate_limit, settings.rate_limits), key=lambda limit: limit.seconds)
        is_only = len(self._limits) == 1
        self._names = {limit: "default" if is_only else f"{limit.seconds}s" for limit in self._limits}
        self._policy = ", ".join(
            f'"{self._names[limit]}";q={limit.amount};w={limit.seconds}' for limit in self._limits
        )
        self._memory = BoundedMemoryStorage()
        #: Whether counting may wait for the network.
        self.may_wait = settings.rate_limit_storage != MEMORY
        self._redis = _redis_windows(settings.rate_limit_storage) if self.may_wait else None
        self._retry_at, self._retry_seconds = 0.0, 0
        self._has_warned = False

    def applies_to(self, environ: WSGIEnvironment) -> bool:
        """Whether a request counts.

        CORS preflight requests (OPTIONS) do not, nor do pages and probes. Forms of the desk do: they write,
        and one takes an API key.
        """
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        is_counted = bool(VERSION_PREFIX.match(path)) or (method == "POST" and path.startswith(DESK_PREFIX))
        return is_counted and method != "OPTIONS" and not self._is_exempt(environ)

    def _is_exempt(self, environ: WSGIEnvironment) -> bool:
        if is_behind_unknown_proxy(environ, self._settings.trusted_proxies):
            if not self._has_warned:
                self._has_warned = True
                log.warning(
                    "rate limits",
                    state="off for requests of a proxy",
                    proxy=environ["REMOTE_ADDR"],
                    remedy="Set SUBTEXT_TRUSTED_PROXIES to the number of proxies.",
                )
            return True
        return self._settings.has_default_rate_limit and _is_loopback(environ.get("REMOTE_ADDR") or "")

    def count(self, client: str) -> RateLimitResult:
        """Count a request, unless a limit rejects it. The shortest limit is checked first.

        ``client`` is an IP address or an API key.
        """
        if self._redis is not None and monotonic() >= self._retry_at:
            from limits.errors import StorageError

            try:
                result = self._count_in(self._redis, client)
            except StorageError as error:
                self._note_outage(error)
            else:
                self._note_recovery()
                return result
        return self._count_in(self._memory, client)

    def _count_in(self, storage: SlidingWindows, client: str) -> RateLimitResult:
        states, breached = [], None
        for limit in self._limits:
            key = f"subtext/{client}/{limit.amount}/{limit.seconds}"
            if not storage.acquire_sliding_window_entry(key, limit.amount, limit.seconds):
                breached = limit
            remaining, wait = _window_state(storage, key, limit)
            states.append(f'"{self._names[limit]}";r={remaining};t={wait}')
            if breached:
                break
        headers = [("RateLimit-Policy", self._policy), ("RateLimit", ", ".join(states))]
        if breached:
            headers.append(("Retry-After", str(wait)))
        return RateLimitResult(headers, breached)

    def _note_outage(self, error: Exception) -> None:
        if not self._retry_seconds:
            cause = error.__cause__ or error
            log.warning("rate limits", state="Rate limit storage unreachable", cause=str(cause))
        self._retry_seconds = min(max(MIN_RETRY_SECONDS, 2 * self._retry_seconds), MAX_RETRY_SECONDS)
        self._retry_at = monotonic() + self._retry_seconds

    def _note_recovery(self) -> None:
        if self._retry_seconds:
            self._retry_seconds = 0
            log.warning("rate limits", state="Rate limit storage recovered")


def _window_state(storage: SlidingWindows, key: str, limit: RateLimit) -> tuple[int, int]:
    """Return the number of remaining requests and the seconds until there are more.

    The previous period counts in proportion to its share of the last ``seconds``.
    """
    previous, previous_left, current, current_left = storage.get_sliding_window(key, limit.seconds)
    weighted = floor(previous * previous_left / limit.seconds)
    seconds = (
        previous_left - weighted * limit.seconds / previous if weighted else current_left - limit.seconds
    )
    return max(0, limit.amount - weighted - current), max(1, ceil(seconds))


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def _redis_windows(url: str) -> SlidingWindows:
    # Loaded only where Redis is used: it costs start time and memory.
    from limits.storage import RedisStorage
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    options: dict[str, Any] = {
        "socket_timeout": REDIS_TIMEOUT_SECONDS,
        "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    return RedisStorage(url, wrap_exceptions=True, **options)
