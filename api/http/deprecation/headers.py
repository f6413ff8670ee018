"""Deprecation headers of responses."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from api.core.urls import absolute_url
from api.http.deprecation.declaration import GUIDE, SECTION, declared, deprecation_headers
from api.http.deprecation.operations import OperationDeprecations, deprecations_of_operation


def init_app(app: Flask) -> None:
    """Add the deprecation headers to all responses, including errors and 304, if anything is deprecated."""
    if declared:
        app.after_request(add_deprecation_headers)


def add_deprecation_headers(response: Response) -> Response:
    """Add the headers and a ``Link`` to the guide; keep the other links."""
    operation = _operation_for_endpoint(request.endpoint, request.method)
    headers = deprecation_headers(operation.applying(response)) if operation else {}
    if headers:
        link = f'<{absolute_url(GUIDE)}#{SECTION}>; rel="deprecation"; type="text/html"'
        response.headers["Link"] = ", ".join([*response.headers.getlist("Link"), link])
        response.headers.update(headers)
    return response


def _operation_for_endpoint(endpoint: str | None, method: str) -> OperationDeprecations | None:
    """Return the deprecations of the requested operation; None if it has none. Memoized per app."""
    if endpoint is None or method == "OPTIONS":
        return None
    operations = current_app.extensions.setdefault("deprecations", {})
    key = endpoint, method
    if key not in operations:
        rule = next(current_app.url_map.iter_rules(endpoint))
        operations[key] = deprecations_of_operation(rule, "GET" if method == "HEAD" else method)
    operation: OperationDeprecations | None = operations[key]
    return operation
