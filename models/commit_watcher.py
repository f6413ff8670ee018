"""Commit watchers: tell a process, before each read, whether content was committed since its last read.

A watcher returns a *version token*. Content read after a token was taken is valid for as long as the watcher
returns an equal token. A watcher that cannot tell returns None: what is cached may then be outdated, and may
only be used in place of an error (RFC 5861).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, Protocol
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.connection_settings import is_pooled
from models.content_generation import CHANNEL, INCREMENTED, ContentGeneration
from models.sqlite_driver import sqlite
from models.sqlite_file import CHECK_SECONDS, DatabaseFile, FileConnection

#: The interval at which PostgreSQL is polled, in case notifications stop arriving.
POLL_SECONDS = 1.0
#: The maximum age of the last successful poll: cached content is at most this stale, whatever happens to the
#: connection.
MAX_STALENESS_SECONDS = 3.0
#: The pause before a lost connection is opened again, and between failed attempts.
RECONNECT_SECONDS = 0.25
#: How long the first request waits for the first poll.
STARTUP_TIMEOUT_SECONDS = 0.5
#: The version of the content of an SQLite file. Each change has a second of its own.
READ_GENERATION = f"SELECT number, changed_at, epoch FROM {ContentGeneration.__tablename__}"  # noqa: S608
#: Messages of SQLite about a table or column that does not exist.
SCHEMA_MESSAGES = ("no such table", "no such column")
#: The SQLSTATE with which a standby rejects LISTEN.
READ_ONLY_STATE = "25006"


class KnownVersion(NamedTuple):
    """A version token, and when it was last known to be current, in seconds of the monotonic clock."""

    token: Hashable
    time: float


class CommitWatcher(Protocol):
    """Tells which version of the content is committed."""

    def version_token(self) -> Hashable:
        """Return a token that changes with every commit of content; None if it is unknown at the moment."""

    def last_known(self) -> KnownVersion | None:
        """Return the last version that was known; None if there was none."""

    def is_unreachable(self) -> bool:
        """Whether the database does not respond at the moment, so that reading it would fail."""

    def close(self) -> None:
        """Stop watching and release the connection."""


class SQLiteWatcher:
    """Reads the content generation whenever ``PRAGMA data_version`` says that another connection committed.

    So a commit that is not of content, such as the last use of an API key, leaves the token as it is. The
    watcher has a connection of its own that never writes: every commit is by another connection.
    """

    def __init__(self, file: DatabaseFile | None) -> None:
        """Take the database file; without one, there is no version."""
        self._file = file
        self._lock = threading.Lock()
        self._connection: FileConnection | None = None
        #: The value of ``PRAGMA data_version`` for which the token was read. Only values of the same
        #: connection can be compared.
        self._data_version: int | None = None
        self._connection_count = self._file_count = 0
        self._file_number: tuple[int, int] | None = None
        self._next_attempt = float("-inf")
        self._last_token: Hashable = None
        self._last_token_at = float("-inf")

    def version_token(self) -> Hashable:
        with self._lock:
            try:
                connection = self._connection
                if connection is None or connection.identity != self._file.identity():  # type: ignore[union-attr]
                    connection = self._reopen()
                    if connection is None:
                        return None
                version = connection.execute("PRAGMA data_version").fetchone()[0]
                if version != self._data_version:
                    self._last_token = self._read_token(connection, version)
                    self._data_version = version
                self._last_token_at = time.monotonic()
                return self._last_token
            except sqlite.Error:
                self._close()
                self._next_attempt = time.monotonic() + CHECK_SECONDS
                return None

    def _read_token(self, connection: FileConnection, version: int) -> Hashable:
        """Return the token: which file, and which version of its content.

        Numbers repeat if an operator copies another state over the file, but not at the same time.
        """
        try:
            row = connection.execute(READ_GENERATION).fetchone()
        except sqlite.OperationalError as error:
            if not str(error).startswith(SCHEMA_MESSAGES):
                raise
            # Not migrated, so any commit may change what can be read.
            return self._connection_count, version
        return self._file_count, row

    def last_known(self) -> KnownVersion | None:
        return KnownVersion(self._last_token, self._last_token_at) if self._last_token else None

    def is_unreachable(self) -> bool:
        return self._file is not None and self._file.identity() is None

    def _reopen(self) -> FileConnection | None:
        """Connect to the file that is at the path now; return None without one, or soon after a failure."""
        self._close()
        if self._file is None or self._file.identity() is None or time.monotonic() < self._next_attempt:
            return None
        # Requests must not wait here for the locks of other programs.
        connection = self._file.connect(wait_seconds=0, may_create=False)
        connection.execute("PRAGMA query_only=ON")
        self._connection, self._connection_count = connection, self._connection_count + 1
        if connection.file_number != self._file_number:
            self._file_number, self._file_count = connection.file_number, self._file_count + 1
        return connection

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._data_version = None


class PostgreSQLWatcher:
    """Listens for the notification of each content commit, and polls the content generation as a fallback.

    A background thread does both; it starts with the first request for a token. Commits of this process
    change the token at once, without the round trip.
    """

    def __init__(self, connect: Callable[[], Any], is_unreachable: Callable[[], bool]) -> None:
        """Take functions that open a psycopg connection in autocommit mode and tell the server's state."""
        self._connect, self.is_unreachable = connect, is_unreachable
        self._start_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped, self._polled = threading.Event(), threading.Event()
        self._generation = self._connection_count = self._own_commits = self._own_generation = 0
        self._own_lock = threading.Lock()
        self._last_poll = float("-inf")
        self._last_known: KnownVersion | None = None
        #: A generation that was known MAX_STALENESS_SECONDS before the last poll; up to five seconds older.
        self.settled_generation = self._recent_generation = 0
        self._settled_at = float("-inf")
        _watchers.add(self)

    def version_token(self) -> Hashable:
        if self._thread is None:
            self._start()
        if time.monotonic() - self._last_poll > MAX_STALENESS_SECONDS:
            return None
        return self._generation, self._connection_count, self._own_commits

    def last_known(self) -> KnownVersion | None:
        # The last poll may be too long ago although the connection is not lost yet.
        return self._known_version() or self._last_known

    def _known_version(self) -> KnownVersion | None:
        last_poll = self._last_poll
        if last_poll == float("-inf"):
            return None
        return KnownVersion((self._generation, self._connection_count, self._own_commits), last_poll)

    def _start(self) -> None:
        with self._start_lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="content-watch", daemon=True)
                self._thread.start()
        self._polled.wait(STARTUP_TIMEOUT_SECONDS)

    @property
    def required_generation(self) -> int:
        """The content generation that is known to be committed; 0 before the first poll."""
        return max(self._generation, self._own_generation)

    def record_commit(self, generation: int) -> None:
        """Change the token because this process has committed content."""
        with self._own_lock:
            self._own_generation = generation
            self._own_commits += 1

    def _run(self) -> None:
        while not self._stopped.is_set():
            if self.is_unreachable():
                # A new connection changes the token, and what is cached must then be read again.
                self._stopped.wait(RECONNECT_SECONDS)
                continue
            # Ignore any error and reconnect: requests meet the same error and report it.
            with contextlib.suppress(Exception), contextlib.closing(self._connect()) as connection:
                # Notifications sent while disconnected were missed, so a new connection changes the token.
                self._connection_count += 1
                self._poll(connection)
            # Remembered first: there must be no moment at which neither is known.
            self._last_known = self.last_known()
            self._last_poll = float("-inf")
            self._stopped.wait(RECONNECT_SECONDS)

    def _poll(self, connection: Any) -> None:
        _listen(connection)
        while not self._stopped.is_set():
            started, own_commits = time.monotonic(), self._own_commits
            row = connection.execute(f"SELECT number FROM {ContentGeneration.__tablename__}").fetchone()  # noqa: S608
            self._generation, self._last_poll = row[0] if row else 0, started
            if started - self._settled_at >= MAX_STALENESS_SECONDS:
                self.settled_generation, self._recent_generation = self._recent_generation, self._generation
                self._settled_at = started
            with self._own_lock:
                # After a failover that lost commits, the number of the primary is smaller, and counts.
                if own_commits == self._own_commits:
                    self._own_generation = 0
            self._polled.set()
            # Returns at the first notification or after the timeout.
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    def close(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(2 * POLL_SECONDS)


def _listen(connection: Any) -> None:
    """Subscribe to notifications; on a standby, which rejects LISTEN, the watcher only polls.

    Through a pooler it only polls, too: notifications would arrive at whoever uses the server connection.
    """
    if is_pooled(connection):
        return
    try:
        connection.execute(f"LISTEN {CHANNEL}")
    except Exception as error:
        if getattr(error, "sqlstate", None) != READ_ONLY_STATE:
            raise


#: The PostgreSQL watchers of this process.
_watchers: WeakSet[PostgreSQLWatcher] = WeakSet()


@event.listens_for(Session, "after_commit")
def notify_watchers(session: Session) -> None:
    """Tell the watchers of this process that it has committed content."""
    if generation := session.info.pop(INCREMENTED, 0):
        for watcher in tuple(_watchers):
            watcher.record_commit(generation)
