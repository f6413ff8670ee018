"""Errors as pages: what a person reads where a program reads a problem."""

from __future__ import annotations

from flask import Response, render_template, request

from api.core.api_versions import VERSION_PREFIX
from api.http.errors import PROBLEM_JSON

HTML = "text/html"
#: Blueprints that only programs ask, whatever they say they accept.
MACHINE_BLUEPRINTS = {"oembed"}


def render_html_errors(response: Response) -> Response:
    """Turn a problem into a page, outside the API, for whoever would rather have one.

    Status and headers stay; a cache learns that the ``Accept`` header decides.
    """
    if (
        response.mimetype != PROBLEM_JSON
        or VERSION_PREFIX.match(request.path)
        or request.blueprint in MACHINE_BLUEPRINTS
    ):
        return response
    response.vary.add("Accept")
    if request.accept_mimetypes.best_match([PROBLEM_JSON, "application/json", HTML]) == HTML:
        problem = response.get_json()
        response.set_data(render_template("error.html", problem=problem, calls=()))
        response.content_type = f"{HTML}; charset=utf-8"
    return response
