"""Puts the response cache in front of an application."""

from __future__ import annotations

from flask import Flask

from api.core.config import Settings
from api.http.response_cache.middleware import CacheMiddleware, RequestChecks
from api.http.response_cache.store import CacheStore
from api.http.response_cache.tracked_request import TrackingRequest


def init_app(app: Flask, settings: Settings) -> None:
    """Wrap the application in the cache."""
    app.request_class = TrackingRequest
    store = app.extensions["response_cache"] = CacheStore(settings.cache_bytes)
    watcher = app.extensions["database"].commit_watcher
    app.wsgi_app = CacheMiddleware(app.wsgi_app, watcher, RequestChecks(app, settings), store)  # type: ignore[method-assign]
