"""The engine of a PostgreSQL database: planner settings, timeouts, and limits on waiting for the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event

from models.circuit_breaker import CircuitBreaker
from models.connection_settings import apply_settings
from models.deadline import remaining

if TYPE_CHECKING:
    from models.postgresql.connection import Connector

#: PostgreSQL planner settings. Most pages are in memory, where a random read costs hardly more than a
#: sequential one (by default the planner reads every theme to find the three of a quote). JIT compilation
#: takes a hundred times as long as these statements.
PLANNER_SETTINGS = {"jit": "off", "random_page_cost": "1.1"}
PREFER_STANDBY = "prefer-standby"
#: A connection that found no standby is to the primary: look for a standby again after this time.
STANDBY_RECYCLE_SECONDS = 30


def create_postgresql_engine(url: URL, statement_seconds: float | None, **options: Any) -> Engine:
    """Return an engine, with timeouts if ``statement_seconds`` is set. SQLAlchemy takes the ``options``."""
    prefers_standby = url.query.get("target_session_attrs") == PREFER_STANDBY
    settings = dict(PLANNER_SETTINGS)
    if statement_seconds is not None:
        milliseconds = int(statement_seconds * 1000)
        timeouts = {
            "statement_timeout": milliseconds,
            "lock_timeout": 500,
            # With slower statements, the work between them is expected to be slower too.
            "idle_in_transaction_session_timeout": max(5000, milliseconds),
        }
        settings |= {name: str(value) for name, value in timeouts.items()}
    engine = create_engine(
        url,
        # A reader sees one snapshot throughout; with the default it would see another for every statement.
        isolation_level="REPEATABLE READ",
        pool_pre_ping=not prefers_standby,
        pool_timeout=1,
        pool_recycle=STANDBY_RECYCLE_SECONDS if prefers_standby else 1800,
        connect_args={"connect_timeout": 2},
        **options,
    )
    apply_settings(engine, settings)
    return engine


def limit_waiting(engine: Engine, connector: Connector, circuit: CircuitBreaker) -> None:
    """Open the connections of the pool with limits on waiting; none while the server cannot be reached."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, params: Any) -> Any:
        try:
            return connector.connect(*args, **params)
        except engine.dialect.loaded_dbapi.OperationalError:
            left = remaining()
            # A request without time left proves nothing.
            if left is None or left > 0:
                circuit.open()
            raise
