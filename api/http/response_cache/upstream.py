"""Calls of the application that the cache stands in front of, and what of a response may be cached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from api.http.observability.request_record import reject_write
from api.http.response_cache.encoded_response import CacheEntry, Headers
from api.http.response_cache.tracked_request import ENVIRON_KEY, ResponseDependencies
from api.http.responses import RATE_LIMIT_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

OK = "200 OK"
#: Cacheable responses may vary by these headers only.
SHAREABLE_VARY = frozenset({"", "accept", "accept-encoding", "authorization"})
#: Response headers that belong to a single request and are not cached.
PER_REQUEST_HEADERS = frozenset(name.lower() for name in RATE_LIMIT_HEADERS)


class UpstreamResponse(NamedTuple):
    """A response of the application: with status 200 in ``entry``, or else with another status."""

    status: str
    headers: Headers
    per_request_headers: Headers
    body: Iterable[bytes]
    entry: CacheEntry | None
    dependencies: ResponseDependencies

    @property
    def is_shareable(self) -> bool:
        """Whether other clients with the same request may get this response."""
        headers = {name.lower(): value.lower() for name, value in self.headers}
        cache_control = headers.get("cache-control", "")
        return (
            self.entry is not None
            and "public" in cache_control
            and "no-store" not in cache_control
            and headers.get("etag", "").startswith('"')
            and "set-cookie" not in headers
            and self._vary <= SHAREABLE_VARY
        )

    @property
    def varies_by_accept(self) -> bool:
        """Whether requests with another ``Accept`` header may get another response."""
        return "accept" in self._vary

    @property
    def _vary(self) -> set[str]:
        """The names of request headers in ``Vary``, in lower case."""
        values = (value for name, value in self.headers if name.lower() == "vary")
        return {name.strip().lower() for value in values for name in value.split(",")}


def call_upstream(application: WSGIApplication, environ: WSGIEnvironment) -> UpstreamResponse:
    """Call the application and return its response."""
    dependencies = ResponseDependencies()
    captured: list[Any] = []
    # Conditional headers stay: the application ignores them, since this middleware evaluates them.
    forwarded = environ | {"REQUEST_METHOD": "GET", ENVIRON_KEY: dependencies}
    body = application(forwarded, _capture_start_response(captured))
    status, all_headers = captured
    per_request = [(name, value) for name, value in all_headers if name.lower() in PER_REQUEST_HEADERS]
    headers = [(name, value) for name, value in all_headers if name.lower() not in PER_REQUEST_HEADERS]
    entry = None
    if status == OK:
        entry = CacheEntry(headers, _read_all(body), dependencies.expires_at)
    return UpstreamResponse(status, headers, per_request, body, entry, dependencies)


def _capture_start_response(captured: list[Any]) -> Callable[..., Callable[[bytes], object]]:
    """Return a ``start_response`` that stores the status and the headers in ``captured``."""

    def start_response(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
        captured[:] = status, headers
        return reject_write

    return start_response


def _read_all(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close_body(body)


def close_body(body: Iterable[bytes]) -> None:
    """Call the body's ``close`` method if it has one (PEP 3333)."""
    close = getattr(body, "close", None)
    if close is not None:
        close()
