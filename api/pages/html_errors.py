"""Render errors as HTML pages for browsers; API clients get ``application/problem+json``."""

from __future__ import annotations

from flask import Response, render_template, request

from api.core.resource_registry import VERSION_PREFIX
from api.http.errors import PROBLEM_JSON

HTML = "text/html"
#: Blueprints with machine clients only, whatever their ``Accept`` header says.
MACHINE_BLUEPRINTS = {"oembed"}


def render_html_error(response: Response) -> Response:
    """Replace a problem outside the API with a page if the client prefers HTML.

    Status and headers stay. ``Vary: Accept`` tells caches that the response was negotiated.
    """
    if VERSION_PREFIX.match(request.path) or request.blueprint in MACHINE_BLUEPRINTS:
        return response
    response.vary.add("Accept")
    if request.accept_mimetypes.best_match([PROBLEM_JSON, "application/json", HTML]) == HTML:
        problem = response.get_json()
        response.set_data(render_template("error.html", problem=problem, calls=()))
        response.content_type = f"{HTML}; charset=utf-8"
    return response
