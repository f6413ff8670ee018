"""The cache in front of Flask: what is still true is answered from memory (ADR 0016).

It also encodes bodies for transport and decides what ``If-None-Match`` means, with or without anything
kept, so that answers are the same bytes either way.
"""

from __future__ import annotations

from flask import Flask

from api.cache.front import Front
from api.cache.gate import Gate
from api.cache.store import Store
from api.config import Settings
from api.depending import NotingRequest


def init_app(app: Flask, settings: Settings) -> None:
    """Put the cache in front of the application."""
    app.request_class = NotingRequest
    store = app.extensions["kept"] = Store(settings.cache_bytes)
    watch = app.extensions["database"].watch
    app.wsgi_app = Front(app.wsgi_app, watch, Gate(app, settings), store)  # type: ignore[method-assign]
