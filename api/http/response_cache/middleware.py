"""The WSGI middleware: returns cached responses, and forwards other requests to the application.

It handles HEAD, conditional requests and content codings itself, for cached and uncached responses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from werkzeug.wsgi import get_host

from api.http.observability.request_record import ENVIRON_KEY as RECORD
from api.http.observability.request_record import HIT, MISS, NO_ROUTE, reject_write
from api.http.response_cache import current_date
from api.http.response_cache.encoded_response import CacheEntry, Headers, strip_coding_suffixes
from api.http.response_cache.store import CacheStore
from api.http.response_cache.tracked_request import ENVIRON_KEY, ResponseDependencies
from api.http.responses import RATE_LIMIT_HEADERS
from api.http.trusted_hosts import is_trusted_host

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from api.core.config import Settings
    from models.commit_watcher import CommitWatcher

CACHEABLE_METHODS = ("GET", "HEAD")
#: Requests for partial content and the like: forwarded, and their responses pass through unchanged.
PARTIAL_HEADERS = frozenset({"HTTP_RANGE", "HTTP_IF_UNMODIFIED_SINCE"})
#: Requests with any of these bypass the cache: their responses may be private.
PRIVATE_HEADERS = frozenset({"HTTP_AUTHORIZATION", "HTTP_IF_MATCH", "HTTP_TRANSFER_ENCODING"})
NONE_MATCH, MODIFIED_SINCE = "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"
#: Request headers that contain entity tags.
ETAG_HEADERS = (NONE_MATCH, "HTTP_IF_MATCH", "HTTP_IF_RANGE")
OK, NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"
#: Longer responses are streamed and not cached.
MAX_BUFFERED_BYTES = 4_000_000
#: Cacheable responses may vary by these headers only.
SHAREABLE_VARY = frozenset({"", "accept", "accept-encoding", "authorization"})
#: Response headers that belong to a single request and are not cached.
PER_REQUEST_HEADERS = frozenset(name.lower() for name in RATE_LIMIT_HEADERS)
#: The server adds this header to every response itself.
SERVER_HEADER = "date"
#: Headers removed before calling the application; the middleware handles them itself.
STRIPPED_HEADERS = (NONE_MATCH, MODIFIED_SINCE, "wsgi.file_wrapper")


class RequestChecks:
    """The application's checks that apply to cached responses, too: trusted hosts and rate limits."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        """Use the checks of ``app``."""
        self._app = app
        self._trusted_hosts = settings.trusted_hosts
        self._is_limited: Callable[[str, str], bool] | None = None
        if settings.rate_limits:
            # Loaded only where limits are set: it costs start time and memory.
            from api.http.rate_limits.extension import is_limited

            self._is_limited = is_limited
        self._is_trusted = lru_cache(maxsize=256)(lambda host: is_trusted_host(host, self._trusted_hosts))

    def is_host_trusted(self, environ: WSGIEnvironment) -> bool:
        """Whether the application would accept the request's host."""
        return not self._trusted_hosts or self._is_trusted(get_host(environ))

    def check_rate_limit(self, environ: WSGIEnvironment) -> tuple[WSGIApplication | None, Headers]:
        """Count a request; return the 429 response or None, and the rate limit headers."""
        if self._is_limited is None or not self._is_limited(environ["PATH_INFO"], environ["REQUEST_METHOD"]):
            return None, []
        with self._app.request_context(environ):
            try:
                rejection = self._app.preprocess_request()
            except Exception as error:
                rejection = self._app.handle_user_exception(error)
            response = self._app.process_response(self._app.make_response(rejection or ""))
        headers = [(name, value) for name, value in response.headers if name in RATE_LIMIT_HEADERS]
        return (response if rejection is not None else None), headers


class CacheMiddleware:
    """A WSGI application that caches the responses of another one."""

    def __init__(
        self, application: WSGIApplication, watcher: CommitWatcher, checks: RequestChecks, store: CacheStore
    ) -> None:
        """Wrap ``application``. The version token of ``watcher`` tells when cached responses are outdated."""
        self.application, self.watcher, self.checks, self.store = application, watcher, checks, store

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request (PEP 3333)."""
        names = environ.keys()
        if environ["REQUEST_METHOD"] not in CACHEABLE_METHODS or not names.isdisjoint(PARTIAL_HEADERS):
            return self.application(_without_coding_suffixes(environ), start_response)
        # Read the token before the content, so that the response is at least as new as its token.
        token = self.watcher.version_token() if self._is_shareable(environ) else None
        entry = self._lookup(token, environ)
        if entry is None:
            return self._forward(token, environ, start_response)
        rejection, headers = self.checks.check_rate_limit(environ)
        if rejection is not None:
            return rejection(environ, start_response)
        record = environ.get(RECORD)
        if record is not None:
            record.cache, record.route = HIT, entry.route
        return self._respond(entry, headers, environ, start_response)

    def _is_shareable(self, environ: WSGIEnvironment) -> bool:
        """Whether other clients with the same request may get the same response."""
        return (
            self.store.max_bytes > 0
            and environ.keys().isdisjoint(PRIVATE_HEADERS)
            and environ.get("CONTENT_LENGTH") in (None, "", "0")
            and not environ.get("SCRIPT_NAME")
            and self.checks.is_host_trusted(environ)
        )

    def _lookup(self, token: Hashable, environ: WSGIEnvironment) -> CacheEntry | None:
        if token is None:
            return None
        request_key = environ["PATH_INFO"], environ["QUERY_STRING"]
        entry = self.store.get(token, request_key, environ.get("HTTP_ACCEPT"))
        return None if entry is None or _is_expired(entry) else entry

    def _forward(
        self, token: Hashable, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Call the application, and cache its response if it is shareable."""
        record = environ.get(RECORD)
        if record is not None and token is not None:
            record.cache = MISS
        response = call_upstream(self.application, _without_coding_suffixes(environ))
        if response.entry is None:
            start_response(response.status, response.headers + response.per_request_headers)
            if environ["REQUEST_METHOD"] != "HEAD":
                return response.body
            close_body(response.body)
            return ()
        if token is not None and response.is_shareable:
            request_key, accept = (environ["PATH_INFO"], environ["QUERY_STRING"]), environ.get("HTTP_ACCEPT")
            response.entry.route = record.route if record is not None else NO_ROUTE
            self.store.put(token, request_key, accept, response.dependencies.parameters, response.entry)
        return self._respond(response.entry, response.per_request_headers, environ, start_response)

    def _respond(
        self,
        entry: CacheEntry,
        per_request_headers: Headers,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        accept_encoding = environ.get("HTTP_ACCEPT_ENCODING")
        variant = entry.select_variant(accept_encoding)
        if entry.has_new_variant:
            self.store.update_size(entry)
        etag = None
        # If-None-Match takes precedence (RFC 9110, section 13.2.2).
        if NONE_MATCH in environ:
            etag = entry.matching_etag(environ[NONE_MATCH], accept_encoding)
        elif MODIFIED_SINCE in environ and entry.is_unmodified_since(environ[MODIFIED_SINCE]):
            etag = variant.etag
        if etag is not None:
            start_response(NOT_MODIFIED, [*variant.not_modified_headers_for(etag), *per_request_headers])
            return ()
        start_response(OK, [*variant.headers, *per_request_headers])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (variant.body,)


def _is_expired(entry: CacheEntry) -> bool:
    return entry.expires_at is not None and entry.expires_at <= current_date.now().timestamp()


def _without_coding_suffixes(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return the environ with the entity tags that the application knows."""
    headers = {name: strip_coding_suffixes(environ[name]) for name in ETAG_HEADERS if name in environ}
    return environ | headers if headers else environ


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
        return reject_write

    return start_response


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
