"""Render a template as a cacheable HTML response."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template, request

from api.core.urls import absolute_url
from api.query.internal_reader import APICall


def render_page(template: str, calls: Sequence[APICall] = (), **values: object) -> Response:
    """Return a rendered page, cached for a minute, or 304 if the client has the current version.

    ``calls`` are the API calls that the page shows, the main one first; the page links to them.
    """
    html = render_template(template, calls=calls, canonical=absolute_url(request.path), **values)
    response = make_response(html)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response
