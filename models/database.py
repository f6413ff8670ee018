"""Database access on SQLite and PostgreSQL: read and write sessions, and which errors are temporary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

import orjson
from sqlalchemy import URL, Connection, Engine, Executable, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache

from models import migrations, sqlite_file, standby_reads
from models.circuit_breaker import CircuitBreaker
from models.commit_watcher import SCHEMA_MESSAGES, CommitWatcher, PostgreSQLWatcher, SQLiteWatcher
from models.errors import DomainError, QueryTimeout, ReadOnly, StorageFull, Unavailable
from models.postgresql_engine import PREFER_STANDBY, create_postgresql_engine, limit_waiting
from models.sqlite_engine import BEST_EFFORT, create_sqlite_engine, without_busy_timeout
from models.sqlite_file import BUSY_SECONDS, DatabaseFile

if TYPE_CHECKING:
    from models.postgresql.connection import Connector

#: The size of SQLAlchemy's cache of compiled statements, of about 130 KB each. Those of lists and items are
#: not in it: they are joined from text (``api.query.sql_text``).
MAX_COMPILED_STATEMENTS = 24
#: The same for writes, which run more statements than readers and compile each only once. It fills with use.
MAX_COMPILED_WRITES = 200
#: A reply that is this much later than the statement timeout does not come: the server hangs or is cut off.
REPLY_MARGIN_SECONDS = 0.5
#: The same for the commit watcher, whose statements take next to no time.
WATCHER_REPLY_SECONDS = 1.5
#: How long a write that must not wait may wait for the lock of another transaction on PostgreSQL; 0 would be
#: for ever.
NO_WAIT_MILLISECONDS = 10
#: SQLSTATE prefixes of errors of a PostgreSQL server, not of a statement: connection failure, shutdown,
#: out of connections, disk or memory, I/O error, damage, missing rights, lock timeout, serialization failure,
#: deadlock, read-only standby.
UNAVAILABLE_STATES = (
    *("08", "57P", "53", "58", "XX001", "XX002", "42501"),
    *("55P03", "40001", "40P01", "25006"),
)
CANCELLED_STATE = "57014"
#: Errors of a database that can be read but not written: its disk is full, or it is a standby or read-only.
FULL_STATES, READ_ONLY_STATES = ("53100", "SQLITE_FULL"), ("25006", "SQLITE_READONLY")
#: SQLSTATE codes of PostgreSQL about a table or column that does not exist.
SCHEMA_STATES = ("42P01", "42703")
UNMIGRATED = "The database is not migrated to this version."
#: How engines store and load JSON columns.
JSON_SERIALIZATION: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}


class Database:
    """A database: its engine, sessions for reading and writing, and its commit watcher.

    The engine connects on first use, so each forked or spawned worker has its own connections.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        statement_seconds: float | None = None,
        may_create: bool = True,
        prefer_standby: bool = False,
    ) -> None:
        """Take the database URL, and the statement timeout in seconds; None disables the timeout.

        ``may_create`` tells whether a missing SQLite file is created. If a PostgreSQL URL names several
        servers, the one that accepts writes is used; with ``prefer_standby``, the others are read from
        (``models/standby_reads.py``).
        """
        self.url = _with_psycopg(url)
        self.statement_seconds, self.may_create = statement_seconds, may_create
        self._standby: Database | None = None
        if _names_several_servers(self.url):
            if prefer_standby:
                options = {"target_session_attrs": PREFER_STANDBY, "load_balance_hosts": "random"}
                standby_url = self.url.update_query_dict(options)
                self._standby = Database(standby_url, statement_seconds=statement_seconds)
            self.url = self.url.update_query_dict({"target_session_attrs": "read-write"})

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def redacted_url(self) -> str:
        """The URL with its passwords masked, for messages and logs."""
        hidden = {name: "***" for name in self.url.query if "password" in name}
        return self.url.update_query_dict(hidden).render_as_string(hide_password=True)

    @cached_property
    def file(self) -> DatabaseFile | None:
        """The file of an SQLite database; None for PostgreSQL and for a database in memory."""
        if not self.is_sqlite or self.url.database in (None, "", ":memory:"):
            return None
        # A reader waits for locks of others no longer than for a statement.
        busy_seconds = min(BUSY_SECONDS, self.statement_seconds or BUSY_SECONDS)
        return DatabaseFile(str(self.url.database), may_create=self.may_create, busy_seconds=busy_seconds)

    @property
    def is_read_only(self) -> bool:
        """Whether this is an SQLite file that exists and cannot be written."""
        return self.file is not None and self.file.is_read_only

    def require_usable(self) -> None:
        """Check the file of an SQLite database.

        Raises:
            Unavailable: the file is missing or damaged.
        """
        if self.file is not None and (problem := self.file.find_problem()):
            raise Unavailable(problem)

    @cached_property
    def engine(self) -> Engine:
        """The engine, with pragmas or settings, timeouts and JSON serialization configured."""
        options = JSON_SERIALIZATION | {"query_cache_size": MAX_COMPILED_STATEMENTS}
        if self.is_sqlite:
            return create_sqlite_engine(self.url, self.file, self.statement_seconds, **options)
        engine = create_postgresql_engine(self.url, self.statement_seconds, **options)
        if self.statement_seconds is not None:
            limit_waiting(engine, self._connector, self.circuit)
        return engine

    @cached_property
    def circuit(self) -> CircuitBreaker:
        """The circuit breaker. With SQLite it stays closed: a file fails at once, or not at all."""
        return CircuitBreaker(partial(_probe, self))

    @property
    def is_unreachable(self) -> bool:
        """Whether the server does not respond at the moment."""
        return self.circuit.is_open

    @cached_property
    def _connector(self) -> Connector:
        # Only PostgreSQL needs the driver: it takes memory and time to load.
        from models.postgresql.connection import Connector

        limit = None if self.statement_seconds is None else self.statement_seconds + REPLY_MARGIN_SECONDS
        return Connector(self.circuit, limit)

    @cached_property
    def _writer(self) -> Engine:
        compiled: Any = LRUCache(MAX_COMPILED_WRITES)
        if self.is_sqlite:
            # IMMEDIATE prevents lost updates: otherwise two writers could read before either writes.
            return self.engine.execution_options(sqlite_begin="IMMEDIATE", compiled_cache=compiled)
        # A writer that waited for a lock must see the commit it waited for, so that optimistic locking works.
        return self.engine.execution_options(isolation_level="READ COMMITTED", compiled_cache=compiled)

    @cached_property
    def commit_watcher(self) -> CommitWatcher:
        """The watcher whose version token changes with every commit of content."""
        if self.is_sqlite:
            return SQLiteWatcher(self.file)
        return PostgreSQLWatcher(self._connect_listener, lambda: self.is_unreachable)

    def _connect_listener(self) -> Any:
        """Open a connection outside the pool for the watcher."""
        _, args = self.engine.dialect.create_connect_args(self.engine.url)
        connection = self._connector.connect(**args, autocommit=True)
        connection.max_wait_seconds = WATCHER_REPLY_SECONDS
        return connection

    def is_migrated(self, connection: Connection | None = None) -> bool:
        """Whether the database has every table and column that this version reads.

        Runs statements, on ``connection`` if it is given.
        """
        return migrations.is_readable(connection or self.engine)

    def server_version(self, connection: Connection | None = None) -> str:
        """Return the release of SQLite or of the PostgreSQL server, such as ``15.18``.

        Runs a statement, on ``connection`` if it is given.
        """
        sql = "SELECT sqlite_version()" if self.is_sqlite else "SHOW server_version"
        with nullcontext(connection) if connection is not None else self.engine.connect() as used:
            # PostgreSQL appends the name of the package.
            return str(used.exec_driver_sql(sql).scalar()).partition(" ")[0]

    @contextmanager
    def read_session(self) -> Iterator[Session]:
        """Open a read-only session that sees one snapshot of the content."""
        with ReadSession(self.connect_reader) as session:
            yield session

    def connect_reader(self) -> Connection:
        """Return a connection for reading, to a standby if one has all content known to be committed."""
        if self._standby is None:
            return self.engine.connect()
        return standby_reads.connect(self, self._standby, cast("PostgreSQLWatcher", self.commit_watcher))

    @contextmanager
    def write_session(self) -> Iterator[Session]:
        """Open a session that commits at the end of the block, or rolls back if the block raises."""
        if self._standby is not None:
            # The watcher must know of the commit, so that it is read afterwards.
            _ = self.commit_watcher
        with Session(self._writer) as session, session.begin():
            yield session

    def connect_writer(self) -> Connection:
        """Return a connection that may write, for what cannot run in a transaction. The caller closes it."""
        return self._writer.connect()

    def connect_autocommit(self) -> Connection:
        """Return a connection without a transaction, for one read. The caller closes it."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def try_write(self, statement: Executable) -> bool:
        """Run a statement in a transaction of its own, unless it fails or would wait for another writer.

        For what readers write and may lose, such as the time of the last use of a key. Returns whether it
        was committed.
        """
        try:
            writer = self._writer.execution_options(**{BEST_EFFORT: True})
            with writer.connect() as connection, _without_waiting(connection):
                connection.execute(statement)
                connection.commit()
        except (DBAPIError, PoolTimeout, DomainError):
            return False
        return True

    def close(self) -> None:
        """Close every connection."""
        # Do not create the cached properties only to close them.
        if "commit_watcher" in vars(self):
            self.commit_watcher.close()
        if "circuit" in vars(self):
            self.circuit.close()
        self.engine.dispose()
        if self._standby is not None:
            self._standby.close()


class ReadSession(Session):
    """A read-only session with a single connection that callers may use without the ORM.

    ``connection()`` is overridden for speed: SQLAlchemy's own sets up transaction state for writing.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        """Take a function that returns a connection; it is called on first use."""
        super().__init__(autoflush=False)
        self._connect = connect
        self._opened: Connection | None = None

    def connection(self, *_: Any, **__: Any) -> Connection:
        """Return the connection, which begins a transaction with its first statement."""
        if self._opened is None:
            self._opened = self._connect()
        return self._opened

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return the connection that ORM queries use."""
        return self.connection()

    def close(self) -> None:
        """End the transaction and return the connection to the pool; drop it if the server does not respond.

        That is no error: what was read is right, and nothing was written.
        """
        opened, self._opened = self._opened, None
        try:
            super().close()
            if opened is not None:
                opened.close()
        except BaseException as error:
            if opened is not None:
                opened.invalidate()
                opened.close()
            if not isinstance(error, DBAPIError):
                raise


def as_unavailable(error: Exception) -> DomainError | None:
    """Return the ``Unavailable`` error for an error of the database itself; None for any other error."""
    if isinstance(error, PoolTimeout):
        return Unavailable("All database connections are in use. Retry in a few seconds.")
    if not isinstance(error, DBAPIError):
        return None
    state = str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", ""))
    if state in (CANCELLED_STATE, "SQLITE_INTERRUPT"):
        return QueryTimeout()
    if state.startswith(FULL_STATES):
        return StorageFull()
    if state.startswith(READ_ONLY_STATES):
        return ReadOnly()
    is_known = state.startswith((*UNAVAILABLE_STATES, *sqlite_file.DAMAGE, *sqlite_file.TRANSIENT))
    is_disconnected = error.connection_invalidated or (isinstance(error, OperationalError) and not state)
    return Unavailable() if is_known or is_disconnected else None


def is_schema_error(error: Exception) -> bool:
    """Whether a statement failed because a table or a column does not exist."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) in SCHEMA_STATES or str(cause).startswith(SCHEMA_MESSAGES)


@contextmanager
def _without_waiting(connection: Connection) -> Iterator[None]:
    """Make statements fail if they would have to wait for the lock of another transaction."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {NO_WAIT_MILLISECONDS}")
        yield
        return
    # Before the transaction begins, which takes the lock.
    with without_busy_timeout(connection.connection.driver_connection):
        yield


def _names_several_servers(url: URL) -> bool:
    """Whether a PostgreSQL URL names several servers and does not say which of them to use."""
    hosts = url.query.get("host", ())
    names = hosts if isinstance(hosts, tuple) else tuple(hosts.split(","))
    return len(names) > 1 and "target_session_attrs" not in url.query


def _with_psycopg(url: str | URL) -> URL:
    """Return the URL with the driver psycopg 3 if it names PostgreSQL without a driver."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _probe(database: Database) -> None:
    """Test whether the server responds, with a connection of the pool. An error says that it does not."""
    # A pooled connection that works is proof, even if the server accepts no further ones at the moment.
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
