"""The settings, the database and the database session of the current request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from api.core.config import Settings
from api.core.logging import get_logger
from models.database import Database, ReadSession

log = get_logger("subtext.database")
#: The key in ``app.extensions`` of a session that requests share.
SHARED_SESSION = "shared_session"


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the settings and the database of the app, and close each request's session at its end."""
    app.extensions["settings"] = settings
    app.extensions["started_at"] = dt.datetime.now(dt.UTC).replace(microsecond=0)
    database = Database(
        settings.database_url,
        statement_seconds=settings.statement_seconds,
        may_create=False,
        prefer_standby=True,
    )
    if database.file is not None:
        database.file.listeners.append(log_file_problem)
    database.circuit.listeners.append(log_reachability)
    app.extensions["database"] = database

    @app.teardown_appcontext
    def close_session(_error: BaseException | None) -> None:
        db_session = g.pop("session", None)
        if db_session is None:
            return
        try:
            db_session.close()
        except Exception as error:
            # The response exists already, and what was read for it is right. The pool drops the connection.
            log.warning("session not closed", error=type(error).__name__)


def log_reachability(is_unreachable: bool) -> None:
    """Log that the database server stopped responding, or responds again."""
    if is_unreachable:
        log.error("database unreachable")
    else:
        log.warning("database reachable again")


def log_file_problem(problem: str | None) -> None:
    """Log why the file of an SQLite database cannot be used, or that it can be used again."""
    if problem:
        log.error("database file unusable", reason=problem)
    else:
        log.warning("database file usable again")


def settings() -> Settings:
    """Return the settings of the current app."""
    return cast("Settings", current_app.extensions["settings"])


def started_at() -> dt.datetime:
    """Return when the app was created: code, templates and settings are as they were at that time."""
    return cast("dt.datetime", current_app.extensions["started_at"])


def database() -> Database:
    """Return the database of the current app."""
    return cast("Database", current_app.extensions["database"])


def has_read_content() -> bool:
    """Whether the current request has opened its session."""
    return "session" in g


@contextmanager
def shared_session(app: Flask, shared: Session) -> Iterator[None]:
    """Let all requests in the block read what one session sees, for exports. The caller closes it.

    The block must be the only user of ``app``.
    """
    app.extensions[SHARED_SESSION] = shared
    try:
        yield
    finally:
        del app.extensions[SHARED_SESSION]


def session() -> Session:
    """Return the session of the current request; the first call opens it."""
    if SHARED_SESSION in current_app.extensions:
        return cast("Session", current_app.extensions[SHARED_SESSION])
    if "session" not in g:
        g.session = ReadSession(database().connect_reader)
    return cast("Session", g.session)
