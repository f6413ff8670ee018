"""Redirect URLs with a trailing slash to the URL without it."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, redirect, request
from werkzeug.exceptions import NotFound

from api.core.urls import absolute_url
from api.http.errors import handle_http_exception


def init_app(app: Flask) -> None:
    """Register the handler of paths that do not exist."""
    app.register_error_handler(404, redirect_trailing_slash)


def redirect_trailing_slash(error: NotFound) -> Any:
    """Redirect to the path without its trailing slash if it exists; else respond to the error."""
    bare = request.path.removesuffix("/")
    if request.url_rule or not bare or bare == request.path or bare.endswith("/"):
        return handle_http_exception(error)
    routes = current_app.url_map.bind("")
    if not routes.test(bare, method=request.method):
        return handle_http_exception(error)
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(absolute_url(bare) + query, 308)
