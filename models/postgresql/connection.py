"""PostgreSQL connections that wait for a limited time, so that a server that hangs does not stop a thread.

PostgreSQL's own timeouts end slow statements, but only while the server runs and can be reached. The limits
here are the client's. They cover everything that waits for the server: connecting, statements, commit,
rollback and the pre-ping of the pool.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, Self

import psycopg
from psycopg.errors import ConnectionTimeout, QueryCanceled, _WaitTimeout

from models.circuit_breaker import CircuitBreaker
from models.deadline import remaining

#: How long one attempt to connect may take; a URL with several hosts is one attempt for each.
CONNECT_SECONDS = 1.0
#: A statement may wait this long even when the deadline of its request has passed. The rollback at the end of
#: a request needs it: it would otherwise close a healthy connection.
MIN_WAIT_SECONDS = 0.25
#: How often psycopg returns from waiting, to look for signals and at the time.
WAIT_INTERVAL_SECONDS = 0.1
UNREACHABLE = "the server did not respond lately"


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes itself and raises ``OperationalError`` if a reply does not arrive in time."""

    #: The circuit that a missing reply opens.
    circuit: CircuitBreaker
    #: The longest time to wait for a reply; None if it is unlimited.
    max_wait_seconds: float | None = None

    def wait(self, gen: Any, interval: float = WAIT_INTERVAL_SECONDS, timeout: float | None = None) -> Any:
        # A caller with a timeout of its own handles its end: it waits for notifications.
        if timeout is not None or self.max_wait_seconds is None:
            return super().wait(gen, interval, timeout)
        if self.circuit.rejects:
            # Then the pool drops it, instead of waiting for the reply to a rollback.
            self.close()
            raise psycopg.OperationalError(UNREACHABLE)
        left = remaining()
        limit = (
            self.max_wait_seconds if left is None else min(self.max_wait_seconds, max(left, MIN_WAIT_SECONDS))
        )
        try:
            return super().wait(gen, interval, limit)
        except _WaitTimeout:
            self.close()
            if limit < self.max_wait_seconds:
                # The request has used up its time; the server may be well.
                raise QueryCanceled("the deadline of the request has passed") from None
            self.circuit.open()
            raise psycopg.OperationalError(f"no reply from the server within {limit:g} s") from None

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Generator[Any, Any, Self]:
        """Limit the time of each attempt; ``connect_timeout`` cannot be less than two seconds."""
        left = remaining()
        deadline = time.monotonic() + (CONNECT_SECONDS if left is None else min(CONNECT_SECONDS, left))
        attempt = super()._connect_gen(conninfo)
        ready: Any = None
        try:
            while True:
                # psycopg sends 0 each WAIT_INTERVAL_SECONDS in which nothing happened.
                ready = yield attempt.send(ready)
                if time.monotonic() > deadline:
                    raise ConnectionTimeout("the server did not accept the connection in time")
        except StopIteration as end:
            connection: Self = end.value
            return connection


class Connector:
    """Opens connections to a server, or to the first suitable one of several; a timeout opens the circuit."""

    def __init__(self, circuit: CircuitBreaker, max_wait_seconds: float | None) -> None:
        """Take the longest time to wait for a reply; None for unlimited."""
        self._circuit, self._max_wait_seconds = circuit, max_wait_seconds
        self._last_host: tuple[str, str] | None = None

    def connect(self, *args: Any, **params: Any) -> BoundedConnection:
        """Open a connection with the parameters of ``psycopg.connect``.

        Raises ``psycopg.OperationalError`` if no server can be reached; at once while the circuit is open.
        """
        if self._circuit.rejects:
            raise psycopg.OperationalError(UNREACHABLE)
        started = time.monotonic()
        try:
            connection = BoundedConnection.connect(*args, **self._order_hosts(params))
        except psycopg.OperationalError:
            if time.monotonic() - started >= CONNECT_SECONDS:
                self._circuit.open()
            raise
        connection.circuit, connection.max_wait_seconds = self._circuit, self._max_wait_seconds
        self._last_host = connection.pgconn.host.decode(), connection.pgconn.port.decode()
        return connection

    def _order_hosts(self, params: dict[str, Any]) -> dict[str, Any]:
        """Try the host of the last connection first, so that hosts which are down do not delay each one."""
        hosts = str(params.get("host", "")).split(",")
        ports = str(params.get("port", "")).split(",")
        if len(hosts) != len(ports) or "hostaddr" in params:
            return params
        pairs = sorted(zip(hosts, ports, strict=True), key=lambda pair: pair != self._last_host)
        return params | {
            "host": ",".join(host for host, _ in pairs),
            "port": ",".join(port for _, port in pairs),
        }
