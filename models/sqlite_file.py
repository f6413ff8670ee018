"""The file of an SQLite database: opens connections, and notices when the file changes or fails.

An operator may replace the file while it is served, restore it, delete it or damage it. Connections that are
open then still have the old file. They compare its identity with that of the file that is at the path now.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from models.sqlite_driver import sqlite

#: Device, inode, time of modification and size. Transactions change them only when they are merged from the
#: write-ahead log into the file, so connections are rarely renewed without need.
Identity = tuple[int, int, int, int]

#: How often the identity of the file is read, in seconds.
CHECK_SECONDS = 0.1
#: How long to wait for the locks of other connections, in seconds.
BUSY_SECONDS = 5.0
#: How often the same problem is reported, in seconds.
REPORT_SECONDS = 10.0
#: The number of prepared statements that a connection keeps, of up to 150 KB each (by default 128).
MAX_PREPARED_STATEMENTS = 16
#: Errors that tell of damage. They last until the file changes.
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
#: Errors of the file that may pass without a change of it.
TRANSIENT = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL", "SQLITE_CANTOPEN", "SQLITE_IOERR"),
    *("SQLITE_READONLY", "SQLITE_FULL", "SQLITE_PERM", "SQLITE_AUTH"),
)
MISSING = "The database file does not exist or cannot be reached."


class FileConnection(sqlite.Connection):  # type: ignore[misc,name-defined]
    """A connection that knows which file it has open."""

    identity: Identity | None = None

    @property
    def file_number(self) -> tuple[int, int] | None:
        """The device and inode of the file, which transactions do not change; None if there was none."""
        return self.identity and self.identity[:2]


class DatabaseFile:
    """The file at a path, which need not exist.

    ``problem`` is why the file cannot be used, as a sentence; None if nothing is known against it. Functions
    in ``listeners`` are called with the problem, and with None once it is over.
    """

    def __init__(self, path: str, *, may_create: bool, busy_seconds: float = BUSY_SECONDS) -> None:
        """Take the path, whether a missing file is created, and how long to wait for locks of others."""
        self.path, self.may_create, self.busy_seconds = path, may_create, busy_seconds
        self.problem: str | None = None
        self.listeners: list[Callable[[str | None], object]] = []
        self._is_transient = False
        self._failed_identity: Identity | None = None
        self._reported_at = float("-inf")
        self._identity: Identity | None = None
        self._next_check = float("-inf")

    @property
    def is_read_only(self) -> bool:
        """Whether the file exists and cannot be written: it or its folder is not writable."""
        return os.path.exists(self.path) and not (
            os.access(self.path, os.W_OK, effective_ids=True)
            and os.access(os.path.dirname(self.path) or ".", os.W_OK | os.X_OK, effective_ids=True)
        )

    def identity(self) -> Identity | None:
        """Return the identity of the file that is at the path now, at most 0.1 s old; None without a file."""
        return self._refresh_identity() if time.monotonic() >= self._next_check else self._identity

    def _refresh_identity(self) -> Identity | None:
        self._identity, self._next_check = self.read_identity(), time.monotonic() + CHECK_SECONDS
        return self._identity

    def read_identity(self) -> Identity | None:
        """Return the identity of the file that is at the path at this moment."""
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size

    def connect(self, *, wait_seconds: float | None = None, may_create: bool = True) -> FileConnection:
        """Return a new connection, in autocommit mode.

        ``wait_seconds`` limits the wait for locks of others. A missing file is created only if it may be by
        ``may_create``, here and of the file.

        Raises an error of ``sqlite`` if the file cannot be opened.
        """
        seconds = self.busy_seconds if wait_seconds is None else wait_seconds
        while True:
            before = self.read_identity()
            connection: FileConnection = sqlite.connect(
                f"file:{quote(self.path)}?{self._open_mode(may_create)}",
                uri=True,
                timeout=seconds,
                check_same_thread=False,
                isolation_level=None,
                factory=FileConnection,
                cached_statements=MAX_PREPARED_STATEMENTS,
            )
            connection.identity = after = self._refresh_identity()
            # Replaced at this moment, the connection may have either file.
            if before is None or after is None or before[:2] == after[:2]:
                return connection
            connection.close()

    def _open_mode(self, may_create: bool) -> str:
        """Return the parameters of the URI that opens the file."""
        if not self.is_read_only:
            return "mode=rwc" if self.may_create and may_create else "mode=rw"
        # Without a write-ahead log, nobody writes: SQLite then needs neither the log nor its index, which it
        # cannot create here. If somebody begins to write, the identity changes and the file is opened again.
        return "mode=ro" if self.has_log else "mode=ro&immutable=1"

    @property
    def has_log(self) -> bool:
        """Whether there is a write-ahead log that is not empty, or whose index exists."""
        log, index = f"{self.path}-wal", f"{self.path}-shm"
        return os.path.exists(log) and (os.path.getsize(log) > 0 or os.path.exists(index))

    def record_error(self, error: Any) -> bool:
        """Note an error of the driver. Return whether connections should be opened again."""
        name = getattr(error, "sqlite_errorname", None) or ""
        is_damage = name.startswith(DAMAGE)
        if not is_damage and not name.startswith(TRANSIENT):
            return False
        reason = f"The database file cannot be used: {error} ({name})."
        self._failed_identity, self._is_transient = self.read_identity(), not is_damage
        if self._failed_identity is None:
            reason = MISSING
        now = time.monotonic()
        if self.problem is None or now > self._reported_at + REPORT_SECONDS:
            self._reported_at = now
            self._report(reason)
        self.problem = reason
        return not name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))

    def record_success(self) -> None:
        """Note that a statement succeeded. That says nothing about damage elsewhere in the same file."""
        if self._is_transient or self.identity() != self._failed_identity:
            self.clear_problem()

    def clear_problem(self) -> None:
        """Note that the file can be used again."""
        if self.problem is not None:
            self.problem, self._failed_identity = None, None
            self._report(None)

    def _report(self, problem: str | None) -> None:
        for listener in self.listeners:
            listener(problem)

    def find_problem(self) -> str | None:
        """Return why the file cannot be used. A damaged file that has not changed is checked again."""
        if self.read_identity() is None:
            return MISSING
        if self.problem is not None and not self._is_transient and self._is_intact():
            self.clear_problem()
        return None if self._is_transient else self.problem

    def _is_intact(self) -> bool:
        connection = None
        deadline = time.monotonic() + self.busy_seconds
        try:
            connection = self.connect(may_create=False)
            connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite.Error:
            return False
        finally:
            if connection is not None:
                connection.close()
