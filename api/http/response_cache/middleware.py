"""The WSGI middleware: what is still true is answered from the store, everything else by the application.

HEAD, ``If-None-Match`` and content codings are seen to here, alike for what was kept and what was not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.http import clock
from api.http.response_cache.admission import AdmissionChecks
from api.http.response_cache.cache_entry import CacheEntry, Headers, strip_coding_suffixes
from api.http.response_cache.store import CacheStore
from api.http.response_cache.upstream import OK, call_upstream, close_body

if TYPE_CHECKING:
    from collections.abc import Hashable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from models.change_notification import ChangeWatcher

CACHEABLE_METHODS = ("GET", "HEAD")
#: What asks for a part of an answer: for the application alone, and as it came.
PARTIAL_HEADERS = frozenset({"HTTP_RANGE", "HTTP_IF_UNMODIFIED_SINCE"})
#: What makes a request somebody's own: the application answers it, and nobody else.
PRIVATE_HEADERS = frozenset({"HTTP_AUTHORIZATION", "HTTP_IF_MATCH", "HTTP_TRANSFER_ENCODING"})
NONE_MATCH, MODIFIED_SINCE = "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"
#: Headers that have entity tags in them.
ETAG_HEADERS = (NONE_MATCH, "HTTP_IF_MATCH", "HTTP_IF_RANGE")
NOT_MODIFIED = "304 NOT MODIFIED"


class CacheMiddleware:
    """An application with, in front of it, what it has answered before."""

    def __init__(
        self, application: WSGIApplication, watch: ChangeWatcher, gate: AdmissionChecks, store: CacheStore
    ) -> None:
        """Take what tells of new content, what every request passes, and where answers are kept."""
        self.application, self.watch, self.gate, self.store = application, watch, gate, store

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        names = environ.keys()
        if environ["REQUEST_METHOD"] not in CACHEABLE_METHODS or not names.isdisjoint(PARTIAL_HEADERS):
            return self.application(_without_coding_suffixes(environ), start_response)
        # Taken first: what is read from now on is at least as new.
        stamp = self.watch.version_token() if self._is_shareable(environ) else None
        entry = self._lookup(stamp, environ)
        if entry is None:
            return self._forward(stamp, environ, start_response)
        refused, said = self.gate.check_rate_limit(environ)
        if refused is not None:
            return refused(environ, start_response)
        return self._respond(entry, said, environ, start_response)

    def _is_shareable(self, environ: WSGIEnvironment) -> bool:
        """Whether others who ask the same may be given the same answer."""
        return (
            self.store.max_bytes > 0
            and environ.keys().isdisjoint(PRIVATE_HEADERS)
            and (MODIFIED_SINCE not in environ or NONE_MATCH in environ)
            and environ.get("CONTENT_LENGTH") in (None, "", "0")
            and not environ.get("SCRIPT_NAME")
            and self.gate.is_host_trusted(environ)
        )

    def _lookup(self, stamp: Hashable, environ: WSGIEnvironment) -> CacheEntry | None:
        if stamp is None:
            return None
        asked = environ["PATH_INFO"], environ["QUERY_STRING"]
        entry = self.store.get(stamp, asked, environ.get("HTTP_ACCEPT"))
        return None if entry is None or _is_expired(entry) else entry

    def _forward(
        self, stamp: Hashable, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Ask the application, and keep what it answers if that is for everyone."""
        answer = call_upstream(self.application, _without_coding_suffixes(environ))
        if answer.entry is None:
            start_response(answer.status, answer.headers + answer.per_request_headers)
            if environ["REQUEST_METHOD"] != "HEAD":
                return answer.body
            close_body(answer.body)
            return ()
        if stamp is not None and answer.is_shareable:
            asked, accept = (environ["PATH_INFO"], environ["QUERY_STRING"]), environ.get("HTTP_ACCEPT")
            self.store.put(stamp, asked, accept, answer.dependencies.parameters, answer.entry)
        return self._respond(answer.entry, answer.per_request_headers, environ, start_response)

    def _respond(
        self, entry: CacheEntry, said: Headers, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        accepted = environ.get("HTTP_ACCEPT_ENCODING")
        variant = entry.select_variant(accepted)
        if entry.has_new_variant:
            self.store.update_size(entry)
        known = environ.get(NONE_MATCH)
        tag = entry.matching_etag(known, accepted) if known is not None else None
        if tag is not None:
            start_response(NOT_MODIFIED, [*variant.not_modified_headers_for(tag), *said])
            return ()
        start_response(OK, [*variant.headers, *said])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (variant.body,)


def _is_expired(entry: CacheEntry) -> bool:
    return entry.expires_at is not None and entry.expires_at <= clock.now().timestamp()


def _without_coding_suffixes(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return a request whose tags are those that the application knows."""
    given = {name: strip_coding_suffixes(environ[name]) for name in ETAG_HEADERS if name in environ}
    return environ | given if given else environ
