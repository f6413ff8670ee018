"""A circuit breaker: while a database server cannot be reached, no request waits for it.

The first failure opens the circuit. From then on, requests fail at once, and a single thread tests the
server. When the server responds again, the thread closes the circuit and ends. Without this, every thread
would wait for a server that hangs.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

#: The pause between two tests of the server.
PROBE_INTERVAL_SECONDS = 0.25
#: How long ``close`` waits for a test that runs. The test may connect meanwhile, to a pool that is closed
#: next.
CLOSE_SECONDS = 5.0


class CircuitBreaker:
    """The state of the way to a server: closed (normal) or open.

    ``listeners`` are called with the new value of ``is_open`` each time it changes, in any thread.
    """

    def __init__(self, probe: Callable[[], object]) -> None:
        """Take a function that tests the server: it raises if the server does not respond in time."""
        self.is_open = False
        self.listeners: list[Callable[[bool], object]] = []
        self._probe = probe
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def rejects(self) -> bool:
        """Whether the current thread must not use the server, since another one tests it."""
        return self.is_open and threading.current_thread() is not self._thread

    def open(self) -> None:
        """Open the circuit, because the server could not be reached or did not respond in time."""
        with self._lock:
            if self.is_open or self._stopped.is_set():
                return
            self.is_open = True
            self._thread = threading.Thread(target=self._run, name="database-probe", daemon=True)
            # Listeners are called in order: the thread closes the circuit later.
            self._notify()
            self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(Exception):
                self._probe()
                with self._lock:
                    self.is_open, self._thread = False, None
                    self._notify()
                return
            self._stopped.wait(PROBE_INTERVAL_SECONDS)

    def _notify(self) -> None:
        for listener in self.listeners:
            listener(self.is_open)

    def close(self) -> None:
        """Stop testing the server."""
        self._stopped.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSE_SECONDS)
