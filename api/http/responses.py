"""Answers: finished JSON with its validators, its cache rules and its links."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import PreconditionFailed

from api.http.errors import ProblemException

JSON = "application/json"
#: Reads may be kept for a minute, and shown stale while they are renewed or the service is down.
PUBLIC_CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
#: Proxies refuse answers with more header than they set aside, often 4 KiB; pages say where they lead too.
MAX_LINK_BYTES = 3_000
VARY = "Accept, Accept-Encoding, Authorization"
#: The headers that every answer has where requests are limited: ``api/http/rate_limits/extension.py``.
RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")


def etag_hash(body: bytes) -> str:
    """Return the short hash that a validator is made of."""
    return hashlib.sha256(body).hexdigest()[:32]


def cacheable_response(
    body: bytes,
    *,
    etag: str,
    links: Mapping[str, str | None] | None = None,
    content_type: str = JSON,
    negotiated: bool = False,
) -> Response:
    """Return a public answer, or 304 when the client has it already.

    ``links`` are relations and addresses for the ``Link`` header (RFC 8288); those without an
    address are left out. Where the type was ``negotiated`` already, it is not held against ``Accept``.

    Raises:
        PreconditionFailed: an ``If-Match`` header names another state.
        ProblemException: 406, when the client takes no JSON.
    """
    if not negotiated:
        require_acceptable(content_type)
    response = Response(body, content_type=content_type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = PUBLIC_CACHE_CONTROL
    response.headers["Vary"] = VARY
    _add_link_header(response, links or {})
    if not if_match_holds(etag):
        raise PreconditionFailed
    # What If-Match means is decided above: of an item's tag only the revision counts.
    environment = {name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"}
    response.make_conditional(environment)
    return response


def uncacheable_response(body: bytes, *, links: Mapping[str, str | None]) -> Response:
    """Return an answer that is another one the next time, so that nobody may keep it.

    Raises:
        ProblemException: 406, when the client takes no JSON.
    """
    require_acceptable()
    response = Response(body, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = VARY
    _add_link_header(response, links)
    return response


def _add_link_header(response: Response, links: Mapping[str, str | None]) -> None:
    present = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items() if url)
    if 0 < len(present) <= MAX_LINK_BYTES:
        response.headers["Link"] = present


def if_match_holds(etag: str) -> bool:
    """Whether the request's ``If-Match``, if it has one, names this state (RFC 9110, section 13.1.1)."""
    given = request.if_match
    if "If-Match" not in request.headers or given.star_tag:
        return True
    revision, dot, _ = etag.partition(".")
    return any(tag == etag or (dot and tag.partition(".")[0] == revision) for tag in given.as_set())


def require_acceptable(content_type: str = JSON) -> None:
    """Refuse a request whose ``Accept`` header leaves no room for ``content_type``.

    Parameters of a media type (``; charset=utf-8``) are ignored; the most specific range decides.
    """
    wanted = {content_type: 2, f"{content_type.split('/', maxsplit=1)[0]}/*": 1, "*/*": 0}
    ranges = [(wanted.get(name.partition(";")[0].strip().lower()), q) for name, q in request.accept_mimetypes]
    fitting = [(rank, q) for rank, q in ranges if rank is not None]
    if request.accept_mimetypes.provided and not (fitting and max(fitting)[1] > 0):
        raise ProblemException("not-acceptable", f"This address is served as {content_type}.")


def encode_json(value: Any) -> bytes:
    """Return ``value`` as the JSON that is served: compact, UTF-8, keys in order."""
    return orjson.dumps(value)
