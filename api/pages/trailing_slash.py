"""Redirect page URLs with a trailing slash; API URLs are exact."""

from __future__ import annotations

from typing import Any

from flask import current_app, redirect, request
from werkzeug.exceptions import NotFound

from api.core.resource_registry import VERSION_PREFIX
from api.core.urls import absolute_url
from api.http.errors import handle_http_exception


def redirect_trailing_slash(error: NotFound) -> Any:
    """Redirect to the path without trailing slashes if it exists; else return the response for the error."""
    bare = request.path.rstrip("/")
    if request.url_rule or not bare or bare == request.path or VERSION_PREFIX.match(bare):
        return handle_http_exception(error)
    routes = current_app.url_map.bind("")
    if not routes.test(bare, method=request.method):
        return handle_http_exception(error)
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(absolute_url(bare) + query, 308)
