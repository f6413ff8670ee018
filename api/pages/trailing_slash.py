"""Redirect page URLs with a trailing slash; API URLs are exact."""

from __future__ import annotations

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from api.core.api_versions import VERSION_PREFIX
from api.core.urls import absolute_url


def redirect_trailing_slash() -> Response | None:
    """Redirect to the path without trailing slashes, if it exists."""
    bare = request.path.rstrip("/")
    if request.url_rule or not bare or bare == request.path or VERSION_PREFIX.match(bare):
        return None
    routes = current_app.url_map.bind("")
    if not routes.test(bare, method=request.method):
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(absolute_url(bare) + query, 308)
