"""Answers: finished JSON with its validators, its cache rules and its links."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import PreconditionFailed

from api.http.errors import Refused

JSON = "application/json"
#: Reads may be kept for a minute, and shown stale while they are renewed or the service is down.
PUBLIC = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
#: Proxies refuse answers with more header than they set aside, often 4 KiB; pages say where they lead too.
MOST_LINK_BYTES = 3_000
VARY = "Accept, Accept-Encoding, Authorization"
#: The headers that every answer has where requests are limited: ``api/http/rate_limits/extension.py``.
ON_EVERY_ANSWER = ("RateLimit", "RateLimit-Policy")


def digest(body: bytes) -> str:
    """Return the short hash that a validator is made of."""
    return hashlib.sha256(body).hexdigest()[:32]


def answer(
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
        Refused: 406, when the client takes no JSON.
    """
    if not negotiated:
        accepts_json(content_type)
    response = Response(body, content_type=content_type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = PUBLIC
    response.headers["Vary"] = VARY
    _link(response, links or {})
    if not matches(etag):
        raise PreconditionFailed
    # What If-Match means is decided above: of an item's tag only the revision counts.
    environment = {name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"}
    response.make_conditional(environment)
    return response


def passing(body: bytes, *, links: Mapping[str, str | None]) -> Response:
    """Return an answer that is another one the next time, so that nobody may keep it.

    Raises:
        Refused: 406, when the client takes no JSON.
    """
    accepts_json()
    response = Response(body, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = VARY
    _link(response, links)
    return response


def _link(response: Response, links: Mapping[str, str | None]) -> None:
    present = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items() if url)
    if 0 < len(present) <= MOST_LINK_BYTES:
        response.headers["Link"] = present


def matches(etag: str) -> bool:
    """Whether the request's ``If-Match``, if it has one, names this state (RFC 9110, section 13.1.1)."""
    given = request.if_match
    if "If-Match" not in request.headers or given.star_tag:
        return True
    revision, dot, _ = etag.partition(".")
    return any(tag == etag or (dot and tag.partition(".")[0] == revision) for tag in given.as_set())


def accepts_json(content_type: str = JSON) -> None:
    """Refuse a request whose ``Accept`` header leaves no room for ``content_type``.

    Parameters of a media type (``; charset=utf-8``) are ignored; the most specific range decides.
    """
    wanted = {content_type: 2, f"{content_type.split('/', maxsplit=1)[0]}/*": 1, "*/*": 0}
    ranges = [(wanted.get(name.partition(";")[0].strip().lower()), q) for name, q in request.accept_mimetypes]
    fitting = [(rank, q) for rank, q in ranges if rank is not None]
    if request.accept_mimetypes.provided and not (fitting and max(fitting)[1] > 0):
        raise Refused("not-acceptable", f"This address is served as {content_type}.")


def encoded(value: Any) -> bytes:
    """Return ``value`` as the JSON that is served: compact, UTF-8, keys in order."""
    return orjson.dumps(value)
