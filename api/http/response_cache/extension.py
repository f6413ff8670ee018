"""Puts the response cache in front of an application."""

from __future__ import annotations

from flask import Flask

from api.core.config import Settings
from api.http.admission import Admission
from api.http.response_cache.middleware import CacheMiddleware, RequestChecks
from api.http.response_cache.store import CacheStore
from api.http.response_cache.tracked_request import TrackingRequest


def init_app(app: Flask, settings: Settings) -> None:
    """Wrap the application in the cache."""
    app.request_class = TrackingRequest
    store = app.extensions["response_cache"] = CacheStore(settings.cache_bytes)
    admission = Admission(app.wsgi_app, settings)
    watcher = app.extensions["database"].commit_watcher
    cache = CacheMiddleware(admission, watcher, RequestChecks(app, settings), store)
    app.wsgi_app = cache  # type: ignore[method-assign]
