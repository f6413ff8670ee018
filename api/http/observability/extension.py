"""Puts the observability middleware in front of an application."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from sqlalchemy import QueuePool, event
from sqlalchemy.exc import SQLAlchemyError

from api.core import metrics
from api.core.app_context import has_read_content, session
from api.core.config import Settings
from api.core.version import VERSION
from api.http.bare_problem import bare_problem
from api.http.observability.access_log import AccessLog
from api.http.observability.middleware import ObservabilityMiddleware
from api.http.observability.request_metrics import RequestMetrics
from api.http.observability.request_record import NO_ROUTE, request_record
from models.content_generation import ContentGeneration

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

VARIABLE = re.compile(r"<(?:[^<>:]*:)?([^<>:]+)>")


def init_app(app: Flask) -> None:
    """Note the route of each request. To be called first, so that no other function ends a request before."""
    app.before_request(_record_route)


def _record_route() -> None:
    rule = request.url_rule
    request_record(request.environ).route = _template(rule.rule) if rule else NO_ROUTE


@cache
def _template(rule: str) -> str:
    """Return a rule of werkzeug's router as in the OpenAPI document: ``/v1/quotes/{quote}``."""
    return VARIABLE.sub(r"{\1}", rule)


def _measure(app: Flask, settings: Settings) -> None:
    """Report what this process knows about its cache, its database and its content."""
    database, store = app.extensions["database"], app.extensions["response_cache"]
    for counter in (metrics.INTERNAL_ERRORS, metrics.STATEMENT_TIMEOUTS, metrics.DATABASE_UNAVAILABLE):
        counter.open()
    pool = database.engine.pool
    if isinstance(pool, QueuePool):
        metrics.POOL_SIZE.set(pool.size() + pool._max_overflow)
        metrics.POOL_IN_USE.set(0)
        event.listen(pool, "checkout", lambda *_: metrics.POOL_IN_USE.set(pool.checkedout()))
        # At that moment, the connection still counts.
        event.listen(pool, "checkin", lambda *_: metrics.POOL_IN_USE.set(pool.checkedout() - 1))
    reported: list[object] = [object()]

    @app.after_request
    def report(response: Response) -> Response:
        if reported[0] != store.token and has_read_content():
            with suppress(SQLAlchemyError):
                report_content()
                reported[0] = store.token
        return response

    def report_content() -> None:
        metrics.CONTENT_GENERATION.set(ContentGeneration.current(session()))
        version = database.server_version(session().connection())
        metrics.BUILD_INFO.set(1, VERSION, settings.build or "", database.url.get_backend_name(), version)


def observe(app: Flask, settings: Settings) -> WSGIApplication:
    """Return the application with the middleware in front of it. To be called last."""
    slot = metrics.slot()
    if slot is not None:
        _measure(app, settings)
    return ObservabilityMiddleware(
        app.wsgi_app,
        partial(bare_problem, settings, "internal-error"),
        AccessLog(settings),
        RequestMetrics(slot, app.extensions["response_cache"]) if slot else None,
        trusts_proxy=settings.trusted_proxies > 0,
    )
