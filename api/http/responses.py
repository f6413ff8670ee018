"""Responses with their validators (ETag), cache headers and Link header."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request

from api.http.errors import ProblemException

JSON = "application/json"
#: Fresh for a minute; may be used stale while it is revalidated or while the service is down.
MAX_AGE = 60
PUBLIC_CACHE_CONTROL = f"public, max-age={MAX_AGE}, stale-while-revalidate=300, stale-if-error=86400"
#: Proxies reject responses whose headers exceed their buffer, often 4 KiB. The body has the links, too.
MAX_LINK_BYTES = 3_000
VARY = "Accept, Accept-Encoding, Authorization"
#: Headers of every response if rate limits are set; see ``api/http/rate_limits/limiter.py``.
RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
#: Headers that the OpenAPI document names for every response.
COMMON_HEADERS = ("X-Request-Id", *RATE_LIMIT_HEADERS)


def etag_hash(body: bytes) -> str:
    """Return a hash of the body for its ETag."""
    return hashlib.sha256(body).hexdigest()[:32]


def cacheable_response(
    body: bytes,
    *,
    etag: str,
    links: Mapping[str, str | None] | None = None,
    content_type: str = JSON,
    negotiated: bool = False,
    cache_control: str = PUBLIC_CACHE_CONTROL,
) -> Response:
    """Return a publicly cacheable response. The cache in front evaluates conditional requests.

    ``links`` maps relations to URLs for the ``Link`` header (RFC 8288); relations without a URL are left
    out. With ``negotiated``, ``content_type`` is not checked against the ``Accept`` header.

    Raises:
        ProblemException: 406, the client does not accept ``content_type``.
    """
    if not negotiated:
        require_acceptable(content_type)
    response = Response(body, content_type=content_type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = VARY
    _add_link_header(response, links or {})
    return response


def uncacheable_response(body: bytes, *, links: Mapping[str, str | None]) -> Response:
    """Return a JSON response that must not be cached, since the next one will differ.

    Raises:
        ProblemException: 406, the client does not accept JSON.
    """
    require_acceptable()
    response = Response(body, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = VARY
    _add_link_header(response, links)
    return response


def _add_link_header(response: Response, links: Mapping[str, str | None]) -> None:
    values = [f'<{url}>; rel="{relation}"' for relation, url in links.items() if url]
    value = ", ".join(values)
    if len(value) > MAX_LINK_BYTES:
        # Without the link back, a list whose body has no links can still be read to its end.
        value = values[0]
    if 0 < len(value) <= MAX_LINK_BYTES:
        response.headers["Link"] = value


def require_acceptable(content_type: str = JSON) -> None:
    """Raise 406 if the ``Accept`` header excludes ``content_type``.

    Parameters of a media type (``; charset=utf-8``) are ignored. The most specific range decides.
    """
    precedence = {content_type: 2, f"{content_type.split('/', maxsplit=1)[0]}/*": 1, "*/*": 0}
    ranges = [
        (precedence.get(name.partition(";")[0].strip().lower()), q) for name, q in request.accept_mimetypes
    ]
    matches = [(rank, q) for rank, q in ranges if rank is not None]
    if request.accept_mimetypes.provided and not (matches and max(matches)[1] > 0):
        raise ProblemException("not-acceptable", f"This URL is available as {content_type}.")


def encode_json(value: Any) -> bytes:
    """Return ``value`` as compact JSON in UTF-8; keys keep their order."""
    return orjson.dumps(value)
