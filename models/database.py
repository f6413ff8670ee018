"""Connections: how SQLite and PostgreSQL are opened, limited in time, and written to without loss."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from models.change_notification import ChangeWatcher, PostgreSQLWatcher, SQLiteWatcher
from models.errors import DomainError, QueryTimeout, Unavailable

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # NORMAL loses acknowledged commits when the power fails.
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "busy_timeout=5000",
    "journal_size_limit=67108864",
)
#: SQLite asks whether its time is up each time it has run this many instructions of a query.
PROGRESS_HANDLER_INSTRUCTIONS = 5_000
#: How PostgreSQL is to plan: for rows that are mostly in memory, of which any is as near as the next (by
#: default it reads every theme to find the three of a quote), and without a compiler, which takes a hundred
#: times as long as the statement.
PLANNER_SETTINGS = {"jit": "off", "random_page_cost": "1.1"}
#: Compiled statements that are kept. Each combination of filters and sort keys is one of its own, and
#: whoever tries them all would fill a worker's memory with SQLAlchemy's default of 500.
MAX_COMPILED_STATEMENTS = 128
#: Classes and states of PostgreSQL errors that pass by themselves: connection, shutdown, too many, locks.
TRANSIENT_STATES = ("08", "57P", "53300", "55P03", "40001", "40P01", "25006")
CANCELLED_STATE = "57014"


class Database:
    """One database: sessions to read, sessions to write.

    Engines open their connections on first use, so a forked or spawned worker has its own.
    """

    def __init__(self, url: str, *, statement_seconds: float | None = None) -> None:
        """Name the database; ``statement_seconds`` is the longest any statement may take."""
        self.url = _with_psycopg(url)
        self.statement_seconds = statement_seconds

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def redacted_url(self) -> str:
        """The URL without its passwords, for people and logs."""
        hidden = {name: "***" for name in self.url.query if "password" in name}
        return self.url.update_query_dict(hidden).render_as_string(hide_password=True)

    @cached_property
    def engine(self) -> Engine:
        """The engine, with everything a connection needs to be safe."""
        if self.is_sqlite:
            return _sqlite_engine(self.url, self.statement_seconds)
        return _postgresql_engine(self.url, self.statement_seconds)

    @cached_property
    def _writer(self) -> Engine:
        if self.is_sqlite:
            # Without IMMEDIATE two writers can both read, and the second overwrite the first.
            return self.engine.execution_options(sqlite_begin="IMMEDIATE")
        # A writer sees what was committed while it waited, so that the version guard speaks.
        return self.engine.execution_options(isolation_level="READ COMMITTED")

    @cached_property
    def change_watcher(self) -> ChangeWatcher:
        """What tells, before a read, whether content was committed since another one."""
        if self.is_sqlite:
            return SQLiteWatcher(str(self.url.database))
        return PostgreSQLWatcher(partial(_connect_listener, self.engine))

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """Open a session that reads one state of the content and writes nothing."""
        with ReadSession(self.engine) as session:
            yield session

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """Open a session that commits at the end of the block, or leaves no trace of it."""
        with Session(self._writer) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close every connection."""
        # It may never have been asked for.
        if "watch" in vars(self):
            self.change_watcher.close()
        self.engine.dispose()


class ReadSession(Session):
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
                self._opened = None


def as_unavailable(error: Exception) -> DomainError | None:
    """Return what a database error means to a client when it is nobody's mistake; None when it is a bug."""
    if isinstance(error, PoolTimeout):
        return Unavailable("Every connection to the database is busy.")
    if not isinstance(error, DBAPIError):
        return None
    state = str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", ""))
    if state in (CANCELLED_STATE, "SQLITE_INTERRUPT"):
        return QueryTimeout()
    passing = state.startswith(
        (*TRANSIENT_STATES, "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN")
    )
    lost = error.connection_invalidated or (isinstance(error, OperationalError) and not state)
    return Unavailable() if passing or lost else None


def _with_psycopg(url: str) -> URL:
    """Return the URL with the driver that is installed: psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(url: URL, statement_seconds: float | None) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        query_cache_size=MAX_COMPILED_STATEMENTS,
    )
    clock = _StatementDeadlines(statement_seconds)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        # The driver's own transactions start too late; the "begin" listener starts ours.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        clock.change_watcher(connection, record)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "")
        connection.exec_driver_sql(f"BEGIN {mode}")

    @event.listens_for(engine, "before_cursor_execute")
    def start_clock(connection: Any, *_: Any) -> None:
        clock.start(connection)

    return engine


class _StatementDeadlines:
    """The time by which each SQLite connection's statement must be done."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def change_watcher(self, connection: Any, record: Any) -> None:
        if self.seconds is not None:
            record.info["deadline"] = deadline = [float("inf")]
            connection.set_progress_handler(
                lambda: time.monotonic() > deadline[0], PROGRESS_HANDLER_INSTRUCTIONS
            )

    def start(self, connection: Any) -> None:
        if self.seconds is not None:
            connection.connection.info["deadline"][0] = time.monotonic() + self.seconds


def _connect_listener(engine: Engine) -> Any:
    """Open a connection besides the pool's; one that hangs is given up before requests are."""
    _, parameters = engine.dialect.create_connect_args(engine.url)
    own = {"connect_timeout": 2, "tcp_user_timeout": 2000, "autocommit": True}
    return engine.dialect.connect(**{**parameters, **own})


def _postgresql_engine(url: URL, statement_seconds: float | None) -> Engine:
    # Readers see one state throughout; the default is another one for every statement.
    settings = {"default_transaction_isolation": r"repeatable\ read"} | PLANNER_SETTINGS
    if statement_seconds is not None:
        limit = int(statement_seconds * 1000)
        limits = {
            "statement_timeout": limit,
            "lock_timeout": 500,
            # Who gives statements longer expects the work between them to be slower too.
            "idle_in_transaction_session_timeout": max(5000, limit),
        }
        settings |= {name: str(value) for name, value in limits.items()}
    return create_engine(
        url,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        query_cache_size=MAX_COMPILED_STATEMENTS,
        pool_pre_ping=True,
        pool_timeout=2,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 2,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )
