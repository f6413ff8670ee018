"""Render a template as a cacheable HTML response, and add validators to pages and feeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import Response, render_template, request

from api.core.app_context import has_read_content, session, started_at
from api.core.urls import absolute_url
from api.http.response_cache import current_date
from api.http.response_cache.tracked_request import response_dependencies
from api.http.responses import etag_hash
from api.query.internal_reader import APICall
from models import ContentGeneration


def render_page(template: str, calls: Sequence[APICall] = (), **values: object) -> Response:
    """Return a rendered page, which may be cached for a minute.

    ``calls`` are the API calls that the page shows, the main one first; the page links to them.
    """
    html = render_template(template, calls=calls, **{"canonical": absolute_url(request.path)} | values)
    return validated_response(
        html.encode(), "text/html; charset=utf-8", "public, max-age=60, stale-if-error=86400"
    )


def validated_response(body: bytes, content_type: str, cache_control: str) -> Response:
    """Return a response with ETag and Last-Modified."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = cache_control
    response.set_etag(etag_hash(body))
    # Setting the property to None would set the header to the current time.
    if last_modified := _last_modified():
        response.last_modified = last_modified
    return response


def _last_modified() -> dt.datetime | None:
    """Return when the response may last have changed (RFC 9110, section 8.8.2).

    It depends on code, templates and settings, which are those of the app's start; on any content, if it read
    some; and on the day, if it read the date. Until the second of the last change has begun, the time is
    unknown (None), so that no second has two versions of a response (section 8.8.2.2).
    """
    content = ContentGeneration.last_change(session()) if has_read_content() else None
    times = (started_at(), content, response_dependencies().day_began_at)
    latest = max(time for time in times if time)
    if latest <= current_date.now():
        return latest
    response_dependencies().expire_at(latest.timestamp())
    return None
