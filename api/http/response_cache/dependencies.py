"""Calling the application behind the cache, and recording what its response depends on.

Besides the content, a response depends on the query parameters that were read, and on the calendar. Views
need not declare this: reading ``request.args`` and ``api.http.clock`` records it. A response that may be
cached must not use ``request.query_string``, ``full_path`` or ``url``, or headers other than ``Accept``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Request, has_request_context, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from api.http.response_cache.encoded_response import CacheEntry, Headers
from api.http.responses import RATE_LIMIT_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: The key of a request's dependencies in its WSGI environ.
ENVIRON_KEY = "subtext.dependencies"


class ResponseDependencies:
    """The dependencies of one response; a new one has none.

    ``parameters`` are the names of the query parameters that were looked up, present or not; None if the
    whole query string was used. ``expires_at`` is when the response may change (POSIX time); None if never.
    """

    def __init__(self) -> None:
        """Create an empty record."""
        self.parameters: set[str] | None = set()
        self.expires_at: float | None = None

    def add_parameter(self, name: str) -> None:
        """Record the lookup of a parameter."""
        if self.parameters is not None:
            self.parameters.add(name)

    def use_whole_query(self) -> None:
        """Record that the whole query string was used."""
        self.parameters = None

    def expire_at(self, time: float) -> None:
        """Record that the response may change at ``time`` (POSIX time)."""
        self.expires_at = time if self.expires_at is None else min(self.expires_at, time)


class TrackedArgs(ImmutableMultiDict[str, str]):
    """The query parameters of a request, which record every lookup."""

    def __init__(self, args: Any, dependencies: ResponseDependencies) -> None:
        """Wrap ``args`` and record lookups in ``dependencies``."""
        super().__init__(args)
        self._dependencies = dependencies

    def all(self) -> MultiDict[str, str]:
        """Return all parameters, and record that the response depends on the whole query."""
        self._dependencies.use_whole_query()
        return MultiDict(dict(dict.items(self)))

    def __getitem__(self, key: str) -> str:
        self._dependencies.add_parameter(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._dependencies.add_parameter(str(key))
        return super().__contains__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self._dependencies.add_parameter(key)
        if dict.__contains__(self, key):
            return super().get(key, *args, **kwargs)
        # Most parameters are missing. The base class would raise and catch an exception for each.
        return args[0] if args else kwargs.get("default")

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self._dependencies.add_parameter(key)
        return super().getlist(key, *args, **kwargs) if dict.__contains__(self, key) else []

    def __iter__(self) -> Iterator[str]:
        self._dependencies.use_whole_query()
        return super().__iter__()

    def __len__(self) -> int:
        self._dependencies.use_whole_query()
        return super().__len__()

    def keys(self) -> Any:
        self._dependencies.use_whole_query()
        return super().keys()

    def values(self) -> Any:
        self._dependencies.use_whole_query()
        return super().values()

    def items(self, *args: Any, **kwargs: Any) -> Any:
        self._dependencies.use_whole_query()
        return super().items(*args, **kwargs)

    def lists(self) -> Any:
        self._dependencies.use_whole_query()
        return super().lists()

    def listvalues(self) -> Any:
        self._dependencies.use_whole_query()
        return super().listvalues()


class TrackingRequest(Request):
    """A request that records what its response depends on."""

    @property
    def dependencies(self) -> ResponseDependencies:
        """The dependencies, which the cache reads; without a cache, nothing does."""
        dependencies: ResponseDependencies = self.environ.setdefault(ENVIRON_KEY, ResponseDependencies())
        return dependencies

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return TrackedArgs(super().args, self.dependencies)


def response_dependencies() -> ResponseDependencies:
    """Return the dependencies of the current request; outside of a request, a record that nothing reads."""
    return request.dependencies if has_request_context() else ResponseDependencies()  # type: ignore[attr-defined]


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
