"""Rendering: a template and its values as an answer."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template, request

from api.core.urls import absolute_url
from api.query.internal_reader import APICall


def render_page(template: str, calls: Sequence[APICall] = (), **values: object) -> Response:
    """Return a rendered page that may be kept for a minute, or 304 to whoever has it already.

    ``calls`` are those it was made of, the first of them above all.
    """
    html = render_template(template, calls=calls, canonical=absolute_url(request.path), **values)
    response = make_response(html)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response
