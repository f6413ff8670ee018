"""The cache in front of Flask: what is still true is answered from memory (ADR 0016).

It also encodes bodies for transport and decides what ``If-None-Match`` means, with or without anything
kept, so that answers are the same bytes either way.
"""

from __future__ import annotations

from flask import Flask

from api.core.config import Settings
from api.http.response_cache.admission import Gate
from api.http.response_cache.dependency_tracking import NotingRequest
from api.http.response_cache.middleware import Front
from api.http.response_cache.store import Store


def init_app(app: Flask, settings: Settings) -> None:
    """Put the cache in front of the application."""
    app.request_class = NotingRequest
    store = app.extensions["kept"] = Store(settings.cache_bytes)
    watch = app.extensions["database"].watch
    app.wsgi_app = Front(app.wsgi_app, watch, Gate(app, settings), store)  # type: ignore[method-assign]
