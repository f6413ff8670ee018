"""Puts the observability middleware in front of an application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, request

from api.core.config import Settings
from api.http.bare_problem import bare_problem
from api.http.observability.access_log import AccessLog
from api.http.observability.middleware import ObservabilityMiddleware
from api.http.observability.request_record import NO_ROUTE, request_record

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def init_app(app: Flask) -> None:
    """Note the route of each request. To be called first, so that no other function ends a request before."""
    app.before_request(_record_route)


def _record_route() -> None:
    rule = request.url_rule
    request_record(request.environ).route = rule.rule if rule else NO_ROUTE


def observe(app: Flask, settings: Settings) -> WSGIApplication:
    """Return the application with the middleware in front of it. To be called last."""
    return ObservabilityMiddleware(
        app.wsgi_app,
        partial(bare_problem, settings, "internal-error"),
        AccessLog(settings),
        trusts_proxy=settings.trusted_proxies > 0,
    )
