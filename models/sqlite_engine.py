"""The engine of an SQLite database: its pragmas, transactions, statement timeouts and LIMIT clauses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DisconnectionError

from models.deadline import remaining
from models.sqlite_driver import sqlite
from models.sqlite_file import BUSY_SECONDS, DatabaseFile

#: The execution option of connections whose errors are expected.
BEST_EFFORT = "best_effort"
#: The pragma of databases that this process may create: the file keeps it.
WAL_PRAGMA = "journal_mode=WAL"
SQLITE_PRAGMAS = (
    # NORMAL can lose acknowledged commits in a power failure.
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "journal_size_limit=67108864",
    # Deleted text leaves the file, as with the SQLite of Debian, which is compiled with this default.
    "secure_delete=ON",
)
#: The page cache of a connection of a server, in KiB (by default 2,000). The system caches the file, too, so
#: that requests take as long with 256 as with 4,000; but each thread of each worker has a connection.
SERVER_PAGE_CACHE_KIB = 512
#: How long a writer of a server waits for others, in seconds, if the request has that much time left, and the
#: time that it keeps for its own statements. With 1 s, some of 16 editors who write at once were refused.
WRITER_SECONDS, RESERVED_SECONDS = 2.5, 0.5
#: The pause between two attempts to become the writer. SQLite's own pauses grow to 100 ms, so that those who
#: have waited longest lose against newcomers.
WRITER_PAUSE_SECONDS = 0.002
#: SQLite checks the statement timeout each time it has run this many virtual-machine instructions.
PROGRESS_HANDLER_INSTRUCTIONS = 5_000


def create_sqlite_engine(
    url: URL, file: DatabaseFile | None, statement_seconds: float | None, **options: Any
) -> Engine:
    """Return an engine whose connections have the pragmas, and the statement timeout unless it is None.

    ``file`` is None for a database in memory. ``options`` are further ones of SQLAlchemy's ``create_engine``.
    """
    engine = create_engine(url, module=sqlite, **options)
    engine.dialect.statement_compiler = OpaqueLimitCompiler
    deadlines = _StatementDeadlines(statement_seconds)
    if file is not None:
        if file.may_create:
            Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        _follow_file(engine, file)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        # The driver would begin a transaction only before a write; the "begin" listener begins every one.
        connection.isolation_level = None
        if file is not None and file.may_create and not file.is_read_only:
            _use_write_ahead_log(connection, file.busy_seconds)
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if statement_seconds is not None:
            connection.execute(f"PRAGMA cache_size=-{SERVER_PAGE_CACHE_KIB}")
        deadlines.install(connection, record)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        mode = options.get("sqlite_begin", "")
        if mode == "IMMEDIATE" and not options.get(BEST_EFFORT):
            _begin_writing(connection, _writer_seconds(statement_seconds))
        else:
            connection.exec_driver_sql(f"BEGIN {mode}")

    @event.listens_for(engine, "before_cursor_execute")
    def set_deadline(connection: Any, *_: Any) -> None:
        deadlines.reset(connection)

    return engine


def _follow_file(engine: Engine, file: DatabaseFile) -> None:
    """Open connections to the file at its path, and open them again if the file was replaced or failed."""

    @event.listens_for(engine, "do_connect")
    def connect(*_: Any) -> Any:
        return file.connect()

    @event.listens_for(engine, "checkout")
    def require_same_file(connection: Any, *_: Any) -> None:
        if connection.identity != file.identity():
            # The pool closes the connection and opens another.
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def note_error(context: Any) -> None:
        # A write that need not succeed says nothing about the file if another transaction has its lock.
        options = context.connection.get_execution_options() if context.connection is not None else {}
        if not options.get(BEST_EFFORT) and file.record_error(context.original_exception):
            # Makes the pool close all connections: they may have pages of a file that has changed.
            context.is_disconnect = True

    @event.listens_for(engine, "after_cursor_execute")
    def note_success(*_: Any) -> None:
        if file.problem is not None:
            file.record_success()


@contextmanager
def without_busy_timeout(connection: Any) -> Iterator[None]:
    """Make statements of a driver's connection fail, rather than wait for the locks of others."""
    milliseconds = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout=0")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout={milliseconds}")


def _writer_seconds(statement_seconds: float | None) -> float:
    """Return how long a writer may wait for others: longest in a command, which has no statement timeout."""
    if statement_seconds is None:
        return BUSY_SECONDS
    left = remaining()
    return WRITER_SECONDS if left is None else min(WRITER_SECONDS, left - RESERVED_SECONDS)


def _begin_writing(connection: Connection, seconds: float) -> None:
    """Begin a transaction that writes, within some seconds. All who wait have the same chance."""
    driver: Any = connection.connection.driver_connection
    deadline = time.monotonic() + seconds
    with without_busy_timeout(driver):
        while time.monotonic() < deadline:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite.OperationalError as error:
                if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                    break
            time.sleep(WRITER_PAUSE_SECONDS)
        # The last attempt fails like any other statement.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _use_write_ahead_log(connection: Any, busy_seconds: float) -> None:
    """Set the journal mode of a file. Wait if another process does the same: SQLite itself would not."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute(f"PRAGMA {WAL_PRAGMA}")
            return
        except sqlite.OperationalError as error:
            is_busy = getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")
            if not is_busy or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


class OpaqueLimitCompiler(SQLiteCompiler):
    """Hides the number of rows from SQLite's query planner: ``LIMIT 0+?`` in place of ``LIMIT ?``.

    Newer releases of SQLite plan with this number. They prepare a statement again each time a number is
    bound, which takes longer than to run it. For a small number, they also sort a whole list that they could
    read in order (13 times as long for 20,000 quotes by film and descending position).
    """

    def limit_clause(self, select: Any, **options: Any) -> str:
        """Return the clause with a sum, which the planner does not evaluate."""
        clause: str = super().limit_clause(select, **options)  # type: ignore[no-untyped-call]
        return clause.replace("LIMIT ", "LIMIT 0+", 1)


class _StatementDeadlines:
    """Statement timeout for SQLite: a progress handler interrupts a statement after its deadline.

    The deadline of each connection, in seconds of the monotonic clock, is the only item of a list in its pool
    record.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def install(self, connection: Any, record: Any) -> None:
        if self.seconds is not None:
            record.info["deadline"] = deadline = [float("inf")]
            connection.set_progress_handler(
                lambda: time.monotonic() > deadline[0], PROGRESS_HANDLER_INSTRUCTIONS
            )

    def reset(self, connection: Any) -> None:
        if self.seconds is not None:
            connection.connection.info["deadline"][0] = time.monotonic() + self.seconds
