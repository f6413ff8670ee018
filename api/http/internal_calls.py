"""Calls of the service from within a request: the response that a client would get, without a connection."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from api.http.observability.request_record import request_record
from api.http.response_cache.tracked_request import ENVIRON_KEY as DEPENDENCIES

#: What a call takes over from the request: nothing that concerns its client's identity or preferences.
KEPT = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST")


def call_service(
    method: str, path: str, query: Mapping[str, Any] | None, environ: Mapping[str, Any], body: bytes = b""
) -> Response:
    """Return the response to a request; ``environ`` has its headers, and what else its environment needs."""
    own = {
        name: value
        for name, value in request.environ.items()
        if name in KEPT or ("." in name and not name.startswith(("werkzeug.", DEPENDENCIES)))
    }
    own |= {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": urlencode(query or {}),
        "wsgi.input": BytesIO(body),
    }
    record = request_record(request.environ)
    route = record.route
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    # A context of its own: what a request keeps in g, such as its session, belongs to it.
    with app.app_context(), app.request_context(own | dict(environ)):
        response: Response = app.full_dispatch_request()
        response.get_data()
    record.route = route
    return response
