"""Reads from a standby (streaming replica) that are never older than what this process knows to be committed.

A standby replays commits later than the primary makes them, by milliseconds or, if it cannot keep up, by any
time. The commit watcher watches the primary. Each read takes its snapshot on the standby by reading the
content generation, in place of the pre-ping of the pool. If the snapshot is older than the generation that
the watcher knows, the primary is read instead. So a process reads its own commits, and a cached response is
never older than its version token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.content_generation import ContentGeneration
from models.errors import Unavailable

if TYPE_CHECKING:
    from models.commit_watcher import PostgreSQLWatcher
    from models.database import Database

GENERATION = f"SELECT number FROM {ContentGeneration.__tablename__}"  # noqa: S608


class Snapshot(NamedTuple):
    """A connection in a transaction, and the content generation that the transaction sees."""

    connection: Connection
    generation: int


def connect(primary: Database, standby: Database, watcher: PostgreSQLWatcher) -> Connection:
    """Return a connection in a transaction whose snapshot has all content that is known to be committed.

    It is to a standby if one responds and has that content, else to the primary. While the primary cannot be
    reached, a standby that lacks only the last seconds before is used, too.

    Raises:
        DBAPIError, Unavailable: no server can be reached that has the content.
    """
    # The first call starts the watcher.
    watcher.version_token()
    snapshot = _snapshot(standby)
    if snapshot is None:
        return primary.engine.connect()
    connection, generation = snapshot
    if generation >= watcher.required_generation:
        return connection
    try:
        current = primary.engine.connect()
    except (DBAPIError, PoolTimeout, Unavailable):
        # A response with older content must not be cached under a token that promises newer content.
        if watcher.version_token() is not None or generation < watcher.settled_generation:
            connection.close()
            raise
        return connection
    connection.close()
    return current


def _snapshot(standby: Database) -> Snapshot | None:
    """Return a snapshot of the standby; None if it does not respond."""
    # Reading the generation replaces the pre-ping of the pool. A lost connection makes the pool drop the
    # others, too, so the second attempt has a new one.
    for _ in range(2):
        try:
            connection = standby.engine.connect()
        except (DBAPIError, PoolTimeout, Unavailable):
            return None
        try:
            return Snapshot(connection, connection.exec_driver_sql(GENERATION).scalar() or 0)
        except (DBAPIError, Unavailable):
            connection.close()
    return None
