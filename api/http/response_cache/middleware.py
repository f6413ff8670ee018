"""The WSGI middleware: returns cached responses, and forwards other requests to the application.

It handles HEAD, conditional requests and content codings itself, for cached and uncached responses.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.wsgi import get_host

from api.http.admission import HAS_ROOM, MUST_NOT_WAIT, OUT_OF_MEMORY, HandOver
from api.http.lanes import Lane
from api.http.observability.request_record import ENVIRON_KEY as RECORD
from api.http.observability.request_record import HIT, MISS, NO_ROUTE, STALE
from api.http.problem_types import PROBLEM_TYPES
from api.http.response_cache import current_date
from api.http.response_cache.encoded_response import CacheEntry, Headers
from api.http.response_cache.store import ANY_ACCEPT, CacheStore
from api.http.response_cache.upstream import OK, UpstreamResponse, call_upstream, close_body
from api.http.trusted_hosts import is_trusted_host

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from api.core.config import Settings
    from api.http.admission import Admission
    from api.http.assets import Assets
    from models.commit_watcher import CommitWatcher

CACHEABLE_METHODS = ("GET", "HEAD")
MATCH, UNMODIFIED_SINCE = "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"
NONE_MATCH, MODIFIED_SINCE = "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"
NOT_MODIFIED = "304 NOT MODIFIED"
SERVICE_UNAVAILABLE = "503"
#: What a problem says when ``If-Unmodified-Since`` fails; its example is about ``If-Match``.
CHANGED = "The resource has changed since the date in If-Unmodified-Since."
#: Longer bodies are neither compressed nor sent by the thread that must not wait: to compress a megabyte
#: takes 40 ms, and to copy it for the server 5 ms.
MAX_QUICKLY_ENCODED_BYTES, MAX_QUICKLY_SENT_BYTES = 64_000, 256_000
#: Longer bodies are refused when memory runs out; clients that do not read keep them there.
MIN_GUARDED_BYTES = 64_000


class StaleEntry(NamedTuple):
    """A response that may be outdated, and its age: for how many seconds that has been unknown."""

    entry: CacheEntry
    age: float


class CacheMiddleware:
    """A WSGI application that caches the responses of another one."""

    def __init__(
        self,
        application: Admission,
        watcher: CommitWatcher,
        store: CacheStore,
        assets: Assets,
        settings: Settings,
    ) -> None:
        """Wrap ``application``. The version token of ``watcher`` tells when cached responses are outdated."""
        self.application, self.watcher, self.store, self.assets = application, watcher, store, assets
        self._trusted_hosts = settings.trusted_hosts
        self._is_trusted = lru_cache(maxsize=256)(lambda host: is_trusted_host(host, self._trusted_hosts))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request (PEP 3333)."""
        if environ["PATH_INFO"].startswith("//"):
            # werkzeug's router ignores further slashes at the start, so the path //v1/quotes exists. The
            # cache, the lanes and the rate limits must take it for the same as /v1/quotes.
            environ["PATH_INFO"] = f"/{environ['PATH_INFO'].lstrip('/')}"
        if environ["REQUEST_METHOD"] not in CACHEABLE_METHODS:
            return self.application(environ, start_response)
        if not self._is_shareable(environ):
            return self._forward(None, environ, start_response)
        if environ["PATH_INFO"] in self.assets.files:
            return self._respond_with_asset(environ, start_response)
        # Read the token before the content, so that the response is at least as new as its token.
        token = self.watcher.version_token() if self.store.max_bytes else None
        if token is None:
            return self._forward_or_use_stale(environ, start_response)
        entry = self._lookup(token, environ)
        if entry is None:
            return self._forward(token, environ, start_response)
        record = environ.get(RECORD)
        if record is not None:
            record.cache, record.route = HIT, entry.route
        return self._respond(entry, [], environ, start_response)

    def _is_shareable(self, environ: WSGIEnvironment) -> bool:
        """Whether other clients with the same request may get the same response.

        Reads are public: neither ``Authorization`` nor the body of a request has an effect on them.
        """
        return not environ.get("SCRIPT_NAME") and (
            not self._trusted_hosts or self._is_trusted(get_host(environ))
        )

    def _respond_with_asset(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, record = environ["PATH_INFO"], environ.get(RECORD)
        entry = self.assets.get(path)
        if record is not None:
            record.cache, record.route = MISS if entry is None else HIT, path
        if entry is None:
            response = call_upstream(self.application, environ)
            if response.entry is None:
                return _pass_on(response, environ, start_response)
            entry = response.entry.without_cache_control()
            self.assets.put(path, entry)
        headers = self.assets.cache_headers(path, environ["QUERY_STRING"])
        return self._respond(entry, headers, environ, start_response)

    def _lookup(self, token: Hashable, environ: WSGIEnvironment) -> CacheEntry | None:
        request_key = environ["PATH_INFO"], environ["QUERY_STRING"]
        entry = self.store.get(token, request_key, environ.get("HTTP_ACCEPT"))
        return None if entry is None or _is_expired(entry) else entry

    def _forward_or_use_stale(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Respond while the version of the content is unknown: with a stale response in place of an error."""
        stale = self._lookup_stale(environ)
        if stale is None:
            return self._forward(None, environ, start_response)
        if not self.watcher.is_unreachable():
            response = call_upstream(self.application, environ)
            if not response.status.startswith(SERVICE_UNAVAILABLE):
                return self._store_and_respond(response, None, environ, start_response)
            close_body(response.body)
        record = environ.get(RECORD)
        if record is not None:
            # The cause was that of the error, which is not sent.
            record.cache, record.route, record.cause = STALE, stale.entry.route, None
        age = [("Age", str(int(stale.age)))]
        return self._respond(stale.entry, age, environ, start_response)

    def _lookup_stale(self, environ: WSGIEnvironment) -> StaleEntry | None:
        """Return the cached response if it may replace an error."""
        known = self.watcher.last_known()
        entry = self._lookup(known.token, environ) if known else None
        if known is None or entry is None:
            return None
        age = time.monotonic() - known.time
        return StaleEntry(entry, age) if age < entry.max_age_on_error else None

    def _forward(
        self, token: Hashable, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Call the application, and cache its response if it is shareable."""
        record = environ.get(RECORD)
        if record is not None and token is not None:
            record.cache = MISS
        response = call_upstream(self.application, environ)
        return self._store_and_respond(response, token, environ, start_response)

    def _store_and_respond(
        self,
        response: UpstreamResponse,
        token: Hashable,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        if response.entry is None:
            return _pass_on(response, environ, start_response)
        if token is not None and response.is_shareable:
            request_key = environ["PATH_INFO"], environ["QUERY_STRING"]
            accept = environ.get("HTTP_ACCEPT") if response.varies_by_accept else ANY_ACCEPT
            record = environ.get(RECORD)
            response.entry.route = record.route if record is not None else NO_ROUTE
            # Encoded first: the coded body replaces the other, which would evict more than it has to.
            response.entry.select_variant(environ.get("HTTP_ACCEPT_ENCODING"))
            self.store.put(token, request_key, accept, response.dependencies.parameters, response.entry)
        return self._respond(response.entry, response.per_request_headers, environ, start_response)

    def _respond(
        self,
        entry: CacheEntry,
        per_request_headers: Headers,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Respond to a request that the application would answer with ``entry``.

        Raises:
            HandOver: the body is too long for the current thread to compress or send it.
        """
        accept_encoding = environ.get("HTTP_ACCEPT_ENCODING")
        must_not_wait = MUST_NOT_WAIT in environ
        variant = entry.select_variant(accept_encoding, MAX_QUICKLY_ENCODED_BYTES if must_not_wait else None)
        if variant is None:
            raise HandOver(Lane.ASSET)
        if entry.has_new_variant:
            self.store.update_size(entry)
        if (MATCH in environ or UNMODIFIED_SINCE in environ) and not _precondition_holds(entry, environ):
            detail = CHANGED if MATCH not in environ else PROBLEM_TYPES["precondition-failed"].example
            return self.application.respond_precondition_failed(
                detail, per_request_headers, environ, start_response
            )
        etag = None
        # If-None-Match takes precedence (RFC 9110, section 13.2.2).
        if NONE_MATCH in environ:
            etag = entry.matching_etag(environ[NONE_MATCH], accept_encoding)
        elif MODIFIED_SINCE in environ and entry.is_unmodified_since(environ[MODIFIED_SINCE]):
            etag = variant.etag
        if etag is not None:
            start_response(NOT_MODIFIED, [*variant.not_modified_headers_for(etag), *per_request_headers])
            return ()
        body = variant.body if environ["REQUEST_METHOD"] != "HEAD" else b""
        if len(body) > MIN_GUARDED_BYTES:
            if must_not_wait and len(body) > MAX_QUICKLY_SENT_BYTES:
                raise HandOver(Lane.ASSET)
            if HAS_ROOM in environ and not environ[HAS_ROOM](len(body)):
                return self.application.reject(OUT_OF_MEMORY, environ, start_response)
        start_response(OK, [*variant.headers, *per_request_headers])
        return (body,)


def _precondition_holds(entry: CacheEntry, environ: WSGIEnvironment) -> bool:
    """Whether the request may succeed (RFC 9110, section 13.2.2). Without a validator, it may."""
    if MATCH in environ:
        return entry.etag is None or entry.satisfies_if_match(environ[MATCH])
    return not entry.is_modified_since(environ[UNMODIFIED_SINCE])


def _is_expired(entry: CacheEntry) -> bool:
    return entry.expires_at is not None and entry.expires_at <= current_date.now().timestamp()


def _pass_on(
    response: UpstreamResponse, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Respond with what the application has returned."""
    start_response(response.status, response.headers + response.per_request_headers)
    if environ["REQUEST_METHOD"] != "HEAD":
        return response.body
    close_body(response.body)
    return ()
