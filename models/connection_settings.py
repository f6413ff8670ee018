"""Settings of PostgreSQL connections (timeouts, planner), which also apply behind a connection pooler.

A pooler such as PgBouncer with ``pool_mode = transaction`` lends a server connection for one transaction. It
rejects startup options, settings of a session would end up at other clients, and prepared statements may not
exist on the next server connection. Through a pooler, each transaction therefore begins by setting its own
settings, which costs one round trip, and no statement is prepared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event

#: The key in the pool record of a DBAPI connection for whether a pooler is in between.
POOLED = "is_pooled"


def is_pooled(connection: Any) -> bool:
    """Whether a psycopg connection goes through a pooler, which makes up the process id of the handshake."""
    server_pid = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
    return bool(connection.info.backend_pid != server_pid)


def apply_settings(engine: Engine, settings: Mapping[str, str]) -> None:
    """Make ``settings`` apply to every connection of a PostgreSQL engine."""
    # The names and values are ours. They end with the transaction if a pooler is in between.
    calls = ", ".join(
        f"set_config('{name}', '{value}', pg_backend_pid() <> {{pid}})" for name, value in settings.items()
    )
    statement = f"SELECT pg_backend_pid() <> {{pid}}, {calls}"

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        connection.autocommit = True
        try:
            row = connection.execute(statement.format(pid=connection.info.backend_pid)).fetchone()
        except Exception:
            # The pool does not have it yet, so nobody else closes it.
            connection.close()
            raise
        connection.autocommit = False
        record.info[POOLED] = row[0]
        if row[0]:
            connection.prepare_threshold = None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if connection.connection.info[POOLED]:
            # No process has the id 0.
            connection.exec_driver_sql(statement.format(pid=0))
