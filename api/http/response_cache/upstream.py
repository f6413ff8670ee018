"""Asking the application: always with GET and for the whole, so that what it says can answer others too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from api.http.response_cache.cache_entry import CacheEntry, Headers
from api.http.response_cache.dependency_tracking import ENVIRON_KEY, ResponseDependencies
from api.http.responses import RATE_LIMIT_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

OK = "200 OK"
#: The longest answer that is held as a whole, in bytes; a longer one passes through as it comes.
MAX_BUFFERED_BYTES = 4_000_000
#: What an answer may vary by for others to be given it.
SHAREABLE_VARY = frozenset({"", "accept", "accept-encoding", "authorization"})
#: Headers about one request alone.
PER_REQUEST_HEADERS = frozenset(name.lower() for name in RATE_LIMIT_HEADERS)
#: The server says itself when it answers.
SERVER_HEADER = "date"
#: What is left out of the question: it is seen to afterwards, or would come back as something else.
STRIPPED_HEADERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "wsgi.file_wrapper")


class UpstreamResponse(NamedTuple):
    """What the application answered: an ``entry``, or else a ``body`` that passes through.

    ``said`` are the headers that belong to this request alone.
    """

    status: str
    headers: Headers
    per_request_headers: Headers
    body: Iterable[bytes]
    entry: CacheEntry | None
    dependencies: ResponseDependencies

    @property
    def is_shareable(self) -> bool:
        """Whether it may be given to others who ask the same."""
        named = {name.lower(): value.lower() for name, value in self.headers}
        rules = named.get("cache-control", "")
        varying = {name.strip() for name in named.get("vary", "").split(",")}
        return (
            self.entry is not None
            and "public" in rules
            and "no-store" not in rules
            and named.get("etag", "").startswith('"')
            and "set-cookie" not in named
            and varying <= SHAREABLE_VARY
        )


def call_upstream(application: WSGIApplication, environ: WSGIEnvironment) -> UpstreamResponse:
    """Return what the application answers."""
    note = ResponseDependencies()
    asked = {name: value for name, value in environ.items() if name not in STRIPPED_HEADERS}
    if "HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" in environ:
        asked["HTTP_IF_MODIFIED_SINCE"] = environ["HTTP_IF_MODIFIED_SINCE"]
    started: list[Any] = []
    body = application(asked | {"REQUEST_METHOD": "GET", ENVIRON_KEY: note}, _capture_start_response(started))
    status, given = started
    said = [(name, value) for name, value in given if name.lower() in PER_REQUEST_HEADERS]
    headers = [
        (name, value) for name, value in given if name.lower() not in PER_REQUEST_HEADERS | {SERVER_HEADER}
    ]
    entry = None
    if status == OK and _content_length(headers) <= MAX_BUFFERED_BYTES:
        entry = CacheEntry(headers, _read_all(body), note.expires_at)
    return UpstreamResponse(status, headers, said, body, entry, note)


def _capture_start_response(started: list[Any]) -> Callable[..., Callable[[bytes], object]]:
    """Return a ``start_response`` that remembers status and headers."""

    def start_response(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], object]:
        started[:] = status, headers
        return _reject_write

    return start_response


def _reject_write(_data: bytes) -> object:
    raise NotImplementedError("Applications return what they answer (PEP 3333).")


def _content_length(headers: Headers) -> float:
    """Return how long an answer is, in bytes; one that does not say may have no end."""
    return next((int(value) for name, value in headers if name.lower() == "content-length"), float("inf"))


def _read_all(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close_body(body)


def close_body(body: Iterable[bytes]) -> None:
    """Tell the application that nobody will read on (PEP 3333)."""
    end = getattr(body, "close", None)
    if end is not None:
        end()
