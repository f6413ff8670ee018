"""Calls of the service from within: the response that a URL has for an anonymous client."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, current_app, request

from api.http.observability.request_record import request_record
from api.pages.static_rendering import ENVIRON_KEY

#: What a call takes over from the request: nothing that concerns its client's identity or preferences.
KEPT = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST")


class LiveError(Exception):
    """The service responds to the URL with another status than 200; ``response`` is what it responds."""

    def __init__(self, response: Response) -> None:
        """Keep the response."""
        super().__init__(response.status)
        self.response = response


def call_live(path: str, query: dict[str, Any] | None = None, accept: str = "application/json") -> Response:
    """Return the response to a GET of a path with query parameters.

    Raises:
        LiveError: it is a redirect or an error.
    """
    environ = {
        name: value
        for name, value in request.environ.items()
        if name in KEPT or ("." in name and not name.startswith(("werkzeug.", "subtext.dependencies")))
    }
    environ |= {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": urlencode(query or {}),
        "HTTP_ACCEPT": accept,
        "wsgi.input": BytesIO(),
        ENVIRON_KEY: True,
    }
    record = request_record(request.environ)
    route = record.route
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    # A context of its own: what a request keeps in g, such as its session, belongs to it.
    with app.app_context(), app.request_context(environ):
        response: Response = app.full_dispatch_request()
        response.get_data()
    record.route = route
    if response.status_code != 200:
        raise LiveError(response)
    return response


def call_json(path: str, query: dict[str, Any] | None = None) -> tuple[Response, Any]:
    """Return the response of the API to a GET, and its JSON; the parameters are those of ``call_live``."""
    response = call_live(path, query)
    return response, orjson.loads(response.get_data())
