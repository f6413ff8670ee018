"""granian, with the settings that were measured to suit this service (ADR 0008)."""

from __future__ import annotations

import os
import signal
import socket
import sys
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, NoReturn

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server.mp import MPServer
from sqlalchemy import make_url

from api.core.config import MEGABYTE, ROOT, Settings

#: On a machine with more cores than this, an operator who wants as many workers says so: each has its own
#: memory, and its own connections to the database.
MAX_DEFAULT_WORKERS = 8
#: Requests that a worker takes at once; others wait to be accepted, in the queue of the socket.
MAX_REQUESTS, MAX_BACKLOG = 4096, 8192
#: Seconds for the whole head of a request, and for what is under way when a worker is to stop.
HEADER_TIMEOUT_SECONDS, SHUTDOWN_SECONDS = 5, 30
#: What tells a process to stop; and what a server hears, which makes new workers when it is told to reload.
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}
WORKER_SIGNALS = STOP_SIGNALS | {signal.SIGHUP}


def refuse_taken_port(settings: Settings) -> None:
    """End with one sentence if something listens there already."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SystemExit(
                f"subtext: {settings.host}:{settings.port} cannot be used: {error.strerror}."
            ) from None


@dataclass(frozen=True)
class Processes:
    """What a server is made of: so many workers, each with so many threads."""

    workers: int
    threads: int


def processes(settings: Settings) -> Processes:
    """Return as many workers as are set, or else as suit the machine."""
    is_sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    # Of several workers that count apart, each would let a client send all that one may.
    most = 1 if settings.limits_are_per_worker else min(len(os.sched_getaffinity(0)), MAX_DEFAULT_WORKERS)
    # More threads on SQLite only wait for one another; on PostgreSQL they wait for the network.
    return Processes(settings.workers or most, 1 if is_sqlite else 4)


def describe_server(settings: Settings) -> list[str]:
    """Return what an operator is told of that, in lines."""
    made, kept = processes(settings), settings.cache_bytes // MEGABYTE
    workers = f"{made.workers} worker{'s' * (made.workers > 1)}"
    threads = f"{made.threads} thread{'s' * (made.threads > 1)} each"
    lines = [
        f"{workers}, {threads}, replaced above {settings.worker_memory} MB; "
        f"{f'{kept} MB for answers in each' if kept else 'no answers are kept'}",
        f"{MAX_REQUESTS:,} requests at once in each, {HEADER_TIMEOUT_SECONDS} s for the headers of one; "
        f"{SHUTDOWN_SECONDS} s for those under way when it stops",
    ]
    if settings.limits_are_per_worker and made.workers > 1:
        lines.append("Each worker counts requests for itself: SUBTEXT_RATE_LIMIT_STORAGE may name a Redis.")
    return lines


def serve(settings: Settings) -> NoReturn:
    """Become a process that does nothing but serve.

    Workers are copies of that process: what this one has loaded to fill a database, each would hold too.
    """
    # It and its workers read the environment anew: they must find what was resolved here.
    os.environ.update(HOST=settings.host, PORT=str(settings.port))
    # -P: it is started in whatever folder an operator is in, and may import nothing from there.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "subtext_cli.server"])  # noqa: S606 (no shell is meant)


def run(settings: Settings, target: str = "wsgi:app") -> None:
    """Serve the application until told to stop; what is under way then is answered first."""
    made = processes(settings)
    # Workers are copies of this process, and block them too; each has one thread that waits for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, WORKER_SIGNALS)
    os.register_at_fork(after_in_child=_start_worker_signal_thread)
    # What it says of this at each start stands in the guide to self-hosting.
    logger.addFilter(lambda record: "tcp_migrate_req" not in record.getMessage())
    server = Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        working_dir=ROOT,
        workers=made.workers,
        blocking_threads=made.threads,
        http=HTTPModes.http1,
        # Nothing here runs on a loop: another one, if it is installed, would only be held in memory.
        loop=Loops.asyncio,
        websockets=False,
        backlog=MAX_BACKLOG,
        backpressure=MAX_REQUESTS,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_SECONDS * 1000, max_buffer_size=65536
        ),
        workers_kill_timeout=SHUTDOWN_SECONDS,
        workers_max_rss=settings.worker_memory,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    server.on_startup(_start_signal_thread)
    server.serve()


class WakeEvent(Event):
    """What wakes a server: no longer cleared, as it is for a worker that has ended, once that is to stop."""

    def __init__(self, server: MPServer) -> None:
        """Take the server."""
        super().__init__()
        self._server = server

    def clear(self) -> None:
        """See :meth:`threading.Event.clear`."""
        super().clear()
        if self._server.interrupt_signal:
            self.set()


class Server(MPServer):
    """granian, which may otherwise wait for ever when it is told to stop.

    Python runs the handler of a signal in the main thread, between two instructions of its own. There are two
    traps in that. A signal that comes after the last instruction before the thread waits, and before it does,
    is seen when the wait has ended: never, as it waits for the signal. And what the handler sets has a lock,
    which that thread may hold just then. So signals are blocked here, and a thread waits for them by name.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """See :class:`granian.Granian`."""
        super().__init__(*given, **named)
        self.main_loop_interrupt = WakeEvent(self)

    def _stop_workers(self) -> None:
        super()._stop_workers()  # type: ignore[no-untyped-call]
        if self.interrupt_signal:
            # Told to stop as well, they did; it is no failure, as it is else where one ends by itself.
            self.interrupt_children.clear()


def _start_worker_signal_thread() -> None:
    for number in STOP_SIGNALS:
        # Its parent's, until it is loaded and has its own.
        signal.signal(number, signal.SIG_DFL)
    # Once: what hears of it a third time waits for ever.
    Thread(target=_wait_for_signals, args=(STOP_SIGNALS,), daemon=True).start()


def _start_signal_thread() -> None:
    def listen() -> None:
        while True:
            _wait_for_signals(WORKER_SIGNALS)

    Thread(target=listen, daemon=True).start()


def _wait_for_signals(numbers: set[signal.Signals]) -> None:
    """Wait for one of them, and call its handler."""
    number = signal.sigwait(numbers)
    handler = signal.getsignal(number)
    if not callable(handler):
        # Nothing is under way: it is still loading.
        os._exit(0)
    handler(number, None)


if __name__ == "__main__":
    run(Settings.from_environment())
