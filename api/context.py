"""What a request can reach: the settings, and one database session of its own."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, current_app, g
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from api.config import Settings
from models.database import Database


class Reader(Session):
    """A session that reads, by one connection: whoever needs no objects has that alone.

    A session's own way to a connection keeps account of what is to be written, and takes longer.
    """

    def __init__(self, engine: Engine) -> None:
        """Take the engine; its connection is opened when something is read."""
        super().__init__(autoflush=False)
        self._engine = engine
        self._opened: Connection | None = None

    def connection(self, *_: Any, **__: Any) -> Connection:
        """Return the connection, which begins a transaction with its first statement."""
        if self._opened is None:
            self._opened = self._engine.connect()
        return self._opened

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return what objects are read by."""
        return self.connection()

    def close(self) -> None:
        """End the transaction, and give the connection back."""
        try:
            super().close()
        finally:
            if self._opened is not None:
                self._opened.close()


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
        g.session = Reader(database().engine)
    return cast("Session", g.session)
