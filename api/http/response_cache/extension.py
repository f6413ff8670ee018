"""Puts the response cache in front of an application."""

from __future__ import annotations

from flask import Flask

from api.core.config import Settings
from api.http.admission import Admission
from api.http.assets import EXTENSION, Assets
from api.http.response_cache.middleware import CacheMiddleware
from api.http.response_cache.store import CacheStore
from api.http.response_cache.tracked_request import TrackingRequest


def init_app(app: Flask, settings: Settings) -> None:
    """Wrap the application in the cache."""
    app.request_class = TrackingRequest
    store = app.extensions["response_cache"] = CacheStore(settings.cache_bytes)
    assets = app.extensions.get(EXTENSION) or Assets()
    database = app.extensions["database"]
    admission = Admission(app.wsgi_app, settings, database)
    cache = CacheMiddleware(admission, database.commit_watcher, store, assets, settings)
    app.wsgi_app = cache  # type: ignore[method-assign]
