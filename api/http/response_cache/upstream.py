"""Call the application behind the cache, always with GET and for the whole body."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from api.http.response_cache.cache_entry import CacheEntry, Headers
from api.http.response_cache.dependency_tracking import ENVIRON_KEY, ResponseDependencies
from api.http.responses import RATE_LIMIT_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

OK = "200 OK"
#: Longer responses are streamed and not cached.
MAX_BUFFERED_BYTES = 4_000_000
#: Cacheable responses may vary by these headers only.
SHAREABLE_VARY = frozenset({"", "accept", "accept-encoding", "authorization"})
#: Response headers that belong to a single request and are not cached.
PER_REQUEST_HEADERS = frozenset(name.lower() for name in RATE_LIMIT_HEADERS)
#: The server adds this header to every response itself.
SERVER_HEADER = "date"
#: Headers removed before calling the application; the middleware handles them itself.
STRIPPED_HEADERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "wsgi.file_wrapper")


class UpstreamResponse(NamedTuple):
    """A response of the application: buffered in ``entry``, or else to be streamed from ``body``."""

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
        vary = {name.strip() for name in headers.get("vary", "").split(",")}
        return (
            self.entry is not None
            and "public" in cache_control
            and "no-store" not in cache_control
            and headers.get("etag", "").startswith('"')
            and "set-cookie" not in headers
            and vary <= SHAREABLE_VARY
        )


def call_upstream(application: WSGIApplication, environ: WSGIEnvironment) -> UpstreamResponse:
    """Call the application and return its response."""
    dependencies = ResponseDependencies()
    forwarded = {name: value for name, value in environ.items() if name not in STRIPPED_HEADERS}
    if "HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" in environ:
        forwarded["HTTP_IF_MODIFIED_SINCE"] = environ["HTTP_IF_MODIFIED_SINCE"]
    forwarded |= {"REQUEST_METHOD": "GET", ENVIRON_KEY: dependencies}
    captured: list[Any] = []
    body = application(forwarded, _capture_start_response(captured))
    status, all_headers = captured
    per_request = [(name, value) for name, value in all_headers if name.lower() in PER_REQUEST_HEADERS]
    headers = [
        (name, value)
        for name, value in all_headers
        if name.lower() not in PER_REQUEST_HEADERS | {SERVER_HEADER}
    ]
    entry = None
    if status == OK and _content_length(headers) <= MAX_BUFFERED_BYTES:
        entry = CacheEntry(headers, _read_all(body), dependencies.expires_at)
    return UpstreamResponse(status, headers, per_request, body, entry, dependencies)


def _capture_start_response(captured: list[Any]) -> Callable[..., Callable[[bytes], object]]:
    """Return a ``start_response`` that stores the status and the headers in ``captured``."""

    def start_response(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
        captured[:] = status, headers
        return _reject_write

    return start_response


def _reject_write(_data: bytes) -> object:
    raise NotImplementedError("The application must return its body: write() is not supported (PEP 3333).")


def _content_length(headers: Headers) -> float:
    """Return the length of the body in bytes; infinity if unknown, since the body may be endless."""
    return next((int(value) for name, value in headers if name.lower() == "content-length"), float("inf"))


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
