"""Watching the content: how a process learns, before each read, whether anything was committed since.

A watch gives a stamp. What was read after a stamp was taken is true for as long as the watch gives the same
one; where a watch cannot say, it gives none, and nothing that was kept may be used.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Protocol
from urllib.parse import quote
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.generation_counter import CHANNEL, INCREMENTED, ContentGeneration

#: PostgreSQL is asked this often, in seconds, for what notifications may have missed.
POLL_SECONDS = 1.0
#: Whoever has heard nothing from PostgreSQL for this long, in seconds, has nothing to say: nothing that was
#: kept is used that is older than this, whatever becomes of the connection.
MAX_STALENESS_SECONDS = 3.0
#: How long the first request waits for the first word, in seconds.
STARTUP_TIMEOUT_SECONDS = 0.5
#: What a standby says to who wants to listen.
READ_ONLY_STATE = "25006"


class ChangeWatcher(Protocol):
    """Says which state of the content is committed."""

    def version_token(self) -> Hashable:
        """Return the state's stamp; None where that cannot be told at the moment."""

    def close(self) -> None:
        """Watch no more."""


class SQLiteWatcher:
    """Asks ``PRAGMA data_version``, which every commit by another connection changes.

    The connection is its own and never writes, so that every commit is by another one.
    """

    def __init__(self, path: str) -> None:
        """Name the file."""
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    def version_token(self) -> Hashable:
        with self._lock:
            try:
                connection = self._connection or self._open()
                # The numbers of two connections have nothing to do with one another.
                return connection.execute("PRAGMA data_version").fetchone()[0], self._opened
            except sqlite3.Error:
                self._close()
                return None

    def _open(self) -> sqlite3.Connection:
        # A file that is not there is not made here: requests say what is missing.
        address = f"file:{quote(self._path)}?mode=rw"
        opened = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
        opened.execute("PRAGMA query_only=ON")
        self._connection, self._opened = opened, self._opened + 1
        return opened

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class PostgreSQLWatcher:
    """Listens for the word that each commit of content sends, and asks for the generation besides.

    A thread of its own does that, from the first stamp on. What this very process commits counts at once.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        """Take what opens a connection of its own (psycopg), in autocommit mode."""
        self._connect = connect
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped, self._known = threading.Event(), threading.Event()
        self._number = self._connections = self._own = 0
        self._heard = float("-inf")
        _watchers.add(self)

    def version_token(self) -> Hashable:
        if self._thread is None:
            self._begin()
        if time.monotonic() - self._heard > MAX_STALENESS_SECONDS:
            return None
        return self._number, self._connections, self._own

    def _begin(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="content-watch", daemon=True)
                self._thread.start()
        self._known.wait(STARTUP_TIMEOUT_SECONDS)

    def record_commit(self) -> None:
        """Count a commit of this process."""
        self._own += 1

    def _run(self) -> None:
        while not self._stopped.is_set():
            # Requests meet the same fault and say so; here it only means to try again.
            with contextlib.suppress(Exception), contextlib.closing(self._connect()) as connection:
                # Whatever was said before this connection was there was missed.
                self._connections += 1
                self._follow(connection)
            self._heard = float("-inf")
            self._stopped.wait(POLL_SECONDS)

    def _follow(self, connection: Any) -> None:
        _listen(connection)
        while not self._stopped.is_set():
            asked = time.monotonic()
            found = connection.execute(f"SELECT number FROM {ContentGeneration.__tablename__}").fetchone()  # noqa: S608
            self._number, self._heard = found[0] if found else 0, asked
            self._known.set()
            # It ends at the first word, or when the time is up.
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    def close(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(2 * POLL_SECONDS)


def _listen(connection: Any) -> None:
    """Listen, where the server lets; of a standby the generation can only be asked for."""
    try:
        connection.execute(f"LISTEN {CHANNEL}")
    except Exception as error:
        if getattr(error, "sqlstate", None) != READ_ONLY_STATE:
            raise


#: The watches that have to be told what this process commits.
_watchers: WeakSet[PostgreSQLWatcher] = WeakSet()


@event.listens_for(Session, "after_commit")
def notify_watchers(session: Session) -> None:
    """Tell the watches of this process that it has committed content."""
    if session.info.pop(INCREMENTED, False):
        for one in tuple(_watchers):
            one.record_commit()
