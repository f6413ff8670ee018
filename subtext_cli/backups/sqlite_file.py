"""Backups of an SQLite file: a copy made by SQLite while others write, and a swap while others read."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from api.exports.folder import sync_folder
from models.database import Database
from models.sqlite_driver import sqlite
from models.sqlite_engine import WAL_PRAGMA
from subtext_cli.backups.inventory import Inventory, take_inventory
from subtext_cli.backups.manifest import BackupError, publish, temporary_name

#: How long a restore waits for writers to the database that it replaces, in seconds.
LOCK_SECONDS = 5.0


def copy_database(database: Database, target: Path) -> Inventory:
    """Write a copy of the database as of one moment to ``target``; return what the copy has.

    ``VACUUM INTO`` reads in one transaction, so writers do not wait and are either in the copy or not. It
    leaves out free pages, where deleted text may be.

    Raises:
        BackupError: the copy is not intact.
    """
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 (for the type checker)
        try:
            driver.execute("VACUUM INTO ?", (str(target),))
        except sqlite.Error as error:
            raise _copy_error(error, database, target) from None
    # The copy keeps this mode, in which readers and writers do not wait for each other.
    with closing(sqlite.connect(target, isolation_level=None)) as copy:
        copy.execute(f"PRAGMA {WAL_PRAGMA}")
    return verify_file(target)


def _copy_error(error: Any, database: Database, target: Path) -> BackupError:
    name = getattr(error, "sqlite_errorname", None) or ""
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return BackupError(f"The disk with {target.parent} is full, or fails: {error}.")
    return BackupError(f"{database.url.database} cannot be copied: {error}.")


def verify_file(path: Path) -> Inventory:
    """Return what the database in a file has.

    Raises:
        BackupError: the file is not intact.
    """
    with closing(Database(f"sqlite:///{path}", may_create=False)) as database:
        try:
            with database.engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
                problems = [str(problem) for problem in found if problem != "ok"]
                problems += [f"a foreign key of {row[0]}" for row in _broken_keys(connection)]
                if problems:
                    raise BackupError(f"{path} is damaged: {problems[0]}.")
                return take_inventory(connection)
        except DBAPIError as error:
            raise BackupError(f"{path} is damaged: {error.orig}.") from None


def _broken_keys(connection: Connection) -> Sequence[Any]:
    return connection.exec_driver_sql("PRAGMA foreign_key_check").all()


def swap_in(new: Path, path: Path) -> Path | None:
    """Put a database in the place of another, which others may have open; return where the old one is kept.

    Connections to the old file keep it, with its write-ahead log. Processes of Subtext notice the new one and
    connect again. Nobody can write to the old file meanwhile.
    """
    if not path.exists():
        for suffix in ("-wal", "-shm"):
            # Without its database, a log would be applied to the new one.
            if (left := Path(f"{path}{suffix}")).exists():
                left.rename(f"{path}.replaced-{_now()}{suffix}")
        publish(new, path)
        return None
    kept = path.with_name(f"{path.name}.replaced-{_now()}")
    with ExitStack() as stack:
        try:
            old = stack.enter_context(
                closing(sqlite.connect(path, isolation_level=None, timeout=LOCK_SECONDS))
            )
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            old.execute("BEGIN IMMEDIATE")
        except sqlite.OperationalError as error:
            if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise BackupError(
                    f"Another program is writing to {path}. Try again when it has finished."
                ) from None
        except sqlite.Error:
            # The old file is damaged, which may be why it is replaced.
            pass
        # A second name, so that there is a database at the path at every moment.
        kept.hardlink_to(path)
        for suffix in ("-wal", "-shm"):
            if (log := Path(f"{path}{suffix}")).exists():
                log.rename(f"{kept}{suffix}")
        publish(new, path)
    sync_folder(path.parent)
    return kept


def _now() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"


@contextmanager
def copied(data: Path, path: Path) -> Iterator[Path]:
    """Copy a backup to a hidden name beside ``path`` and yield that."""
    with temporary_name(path) as temporary:
        shutil.copyfile(data, temporary)
        yield temporary
