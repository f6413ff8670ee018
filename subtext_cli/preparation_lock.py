"""A lock per database: one process at a time migrates it or loads content, and others wait.

Servers that start together on an empty database would otherwise create the same tables.

- With SQLite, a process locks a file beside the database, which need not exist yet. The database file itself
  is no place for a lock: closing it would end the locks that SQLite has on it.
- With PostgreSQL, an advisory lock belongs to a transaction that stays open meanwhile. Poolers such as
  PgBouncer keep a transaction on one server connection, but not a session.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import click
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from subtext_cli.database_file import no_rights

#: The longest wait for another process, and the pause between two attempts, in seconds.
WAIT_SECONDS, POLL_SECONDS = 60.0, 0.1
#: The key of the advisory lock: any number that nothing else in the database uses.
ADVISORY_LOCK = 7_832_839
#: PostgreSQL would end a transaction that is open for long. The second setting exists since release 17.
UNLIMITED_TRANSACTION = text(
    "SELECT set_config(name, '0', true) FROM pg_settings "
    "WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"
)
#: Gives a lock back.
Release = Callable[[], object]


@contextmanager
def preparation_lock(database: Database) -> Iterator[None]:
    """Hold the lock in the block. End the process with one line if another one holds it for a minute."""
    if database.file is not None:
        # All names of a file have one lock.
        release = _wait_for(partial(_lock_file, f"{os.path.realpath(database.file.path)}-lock"))
    elif database.is_sqlite:
        # Only this process has a database in memory.
        release = bool
    else:
        release = _wait_for(partial(_lock_postgresql, database.engine))
    try:
        yield
    finally:
        release()


def _wait_for(acquire: Callable[[], Release | None]) -> Release:
    """Try to acquire a lock until it is free."""
    deadline, is_reported = time.monotonic() + WAIT_SECONDS, False
    while (release := acquire()) is None:
        if time.monotonic() > deadline:
            raise SystemExit(
                f"subtext: Another process has been migrating the database or loading content for "
                f"{WAIT_SECONDS:g} seconds. Try again when it has finished."
            )
        if not is_reported:
            click.echo("subtext: Waiting for another process that prepares the database.", err=True)
            is_reported = True
        time.sleep(POLL_SECONDS)
    return release


def _lock_file(path: str) -> Release | None:
    """Create and lock a file; return a function that deletes it. None if another process has locked it."""
    try:
        # Who may only read the file can lock it, too.
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
    except PermissionError:
        raise SystemExit(f"subtext: {no_rights(path, 'open')}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its last owner may have deleted the file after it was opened here; others then lock a new one.
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            return partial(_unlock_file, path, descriptor)
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _unlock_file(path: str, descriptor: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
    os.close(descriptor)


def _lock_postgresql(engine: Engine) -> Release | None:
    """Take the advisory lock; return a function that ends its transaction. None if another process has it."""
    # Without a snapshot, which would keep the server from removing deleted rows meanwhile.
    connection = engine.connect().execution_options(isolation_level="READ COMMITTED")
    is_acquired = False
    try:
        connection.execute(UNLIMITED_TRANSACTION)
        # To wait in the server would occupy a connection of a pooler, which the owner of the lock may need.
        is_acquired = bool(connection.scalar(select(func.pg_try_advisory_xact_lock(ADVISORY_LOCK))))
    finally:
        if not is_acquired:
            connection.close()

    def release() -> None:
        # A connection that was lost has given up the lock, and what it protected is done.
        with suppress(DBAPIError):
            connection.close()

    return release if is_acquired else None
