"""Adds the desk to the application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from api.desk import entry_routes, routes  # noqa: F401 (they add their routes to the blueprint)
from api.desk.blueprint import desk
from api.http.assets import EXTENSION
from api.pages.static_files import FILE_MAX_AGE

STATIC = Path(__file__).parent / "static"


def init_app(app: Flask) -> None:
    """Register the routes of the desk, and its files, which are public as all are."""
    app.register_blueprint(desk)
    for file in sorted(STATIC.iterdir()):
        app.extensions[EXTENSION].add(app, f"/static/{file.name}", file, FILE_MAX_AGE)
