"""What a request can reach: the settings, and one database session of its own."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from api.core.config import Settings
from models.database import Database, ReadSession


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its settings and its database, and close each request's session after it."""
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database_url, statement_seconds=settings.statement_seconds)

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        opened = g.pop("session", None)
        if opened is not None:
            opened.close()


def settings() -> Settings:
    """Return the settings of the running app."""
    return cast("Settings", current_app.extensions["settings"])


def database() -> Database:
    """Return the database of the running app."""
    return cast("Database", current_app.extensions["database"])


def session() -> Session:
    """Return the request's session, opened when it is first asked for."""
    if "session" not in g:
        g.session = ReadSession(database().engine)
    return cast("Session", g.session)
