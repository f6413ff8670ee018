"""The cache in front of Flask: what is still true is answered from memory (ADR 0016).

It also encodes bodies for transport and decides what ``If-None-Match`` means, with or without anything
kept, so that answers are the same bytes either way.
"""

from __future__ import annotations

from flask import Flask

from api.core.config import Settings
from api.http.response_cache.admission import AdmissionChecks
from api.http.response_cache.dependency_tracking import TrackingRequest
from api.http.response_cache.middleware import CacheMiddleware
from api.http.response_cache.store import CacheStore


def init_app(app: Flask, settings: Settings) -> None:
    """Put the cache in front of the application."""
    app.request_class = TrackingRequest
    store = app.extensions["kept"] = CacheStore(settings.cache_bytes)
    watch = app.extensions["database"].change_watcher
    app.wsgi_app = CacheMiddleware(app.wsgi_app, watch, AdmissionChecks(app, settings), store)  # type: ignore[method-assign]
