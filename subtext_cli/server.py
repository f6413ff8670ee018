"""The production server: granian, with settings that were measured for this service (ADR 0008)."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NoReturn

from granian._granian import SocketHolder
from granian._internal import load_target
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server import mp
from granian.server.mp import MPServer
from sqlalchemy import make_url

from api.core import logging as logs
from api.core.config import MEGABYTE, ROOT, InvalidSetting, Settings
from subtext_cli.dispatcher import Dispatcher
from subtext_cli.listening import announce, listening_socket, numeric_address, require_free_port
from subtext_cli.snapshot import start_maker

if TYPE_CHECKING:
    from subtext_cli.metrics_server import ServerCollector

#: More workers than this must be set explicitly: each uses its own memory and database connections.
MAX_DEFAULT_WORKERS = 8
#: Concurrent requests per worker. Further connections wait in the socket's backlog.
MAX_REQUESTS, MAX_BACKLOG = 4096, 8192
#: How much of a request line and headers a worker stores, in bytes. What arrives together with the last of it
#: may exceed this by half.
MAX_HEADER_BYTES = 32_768
#: Time limits, in seconds: to receive the headers of a request, and to finish open requests at shutdown.
HEADER_TIMEOUT_SECONDS, SHUTDOWN_SECONDS = 5, 30
#: granian's logger writes to our log; otherwise it writes text to standard output.
GRANIAN_LOGGING = {
    "formatters": {},
    "handlers": {"log": {"class": "api.core.logging.EventHandler"}},
    "loggers": {"_granian": {"handlers": ["log"], "propagate": False}},
}
#: How glibc, and jemalloc within granian, allocate memory in the server and its workers, unless the
#: environment says otherwise. By default, each thread has an arena of its own, and memory that responses of a
#: megabyte leave free is not returned: after 1,500 different requests, a worker used 50 MB more. jemalloc
#: returns it after 10 s by default, so a busy worker keeps another 5 MB. Returning it at once (0 ms) makes
#: cached responses take 1.2 to 2.5 times the CPU time; after 200 ms, no difference is measurable.
MALLOC_SETTINGS = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:200",
}
#: Signals that stop a process. The server also handles SIGHUP: it replaces its workers.
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}
SERVER_SIGNALS = STOP_SIGNALS | {signal.SIGHUP}


@dataclass(frozen=True)
class ProcessCounts:
    """The number of worker processes and of threads in each worker."""

    workers: int
    threads: int


def process_counts(settings: Settings) -> ProcessCounts:
    """Return the number of workers that is set, or one per core, and the threads that suit the database."""
    is_sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    # With per-worker counts, a client could send its full quota to each worker.
    default = 1 if settings.limits_are_per_worker else min(len(os.sched_getaffinity(0)), MAX_DEFAULT_WORKERS)
    # Threads help while they wait for PostgreSQL's replies. With SQLite they only compete for the CPU.
    return ProcessCounts(settings.workers or default, 1 if is_sqlite else 4)


def describe_server(settings: Settings) -> list[str]:
    """Return the lines about workers and limits that ``subtext serve`` prints."""
    counts, cache_megabytes = process_counts(settings), settings.cache_bytes // MEGABYTE
    workers = f"{counts.workers} worker{'s' * (counts.workers > 1)}"
    threads = f"{counts.threads} thread{'s' * (counts.threads > 1)} each"
    cache = f"{cache_megabytes} MB response cache per worker" if cache_megabytes else "response cache off"
    lines = [
        f"{workers}, {threads}, replaced above {settings.worker_memory} MB; {cache}",
        f"Up to {MAX_REQUESTS:,} concurrent requests per worker; header timeout {HEADER_TIMEOUT_SECONDS} s; "
        f"graceful shutdown {SHUTDOWN_SECONDS} s",
    ]
    if settings.limits_are_per_worker and counts.workers > 1:
        lines.append(
            "Each worker counts requests separately. "
            "Set SUBTEXT_RATE_LIMIT_STORAGE to a Redis URL to share the counts."
        )
    return lines


def serve(settings: Settings) -> NoReturn:
    """Replace this process with one that only serves.

    Workers are forks of the serving process. They would keep everything in memory that this process loaded
    to migrate and seed the database.
    """
    # The new process and its workers read the environment again and must get the same values.
    os.environ.update(HOST=settings.host, PORT=str(settings.port), SUBTEXT_DATABASE_URL=settings.database_url)
    # glibc reads these when a process starts.
    os.environ.update(MALLOC_SETTINGS | os.environ)
    # Ctrl-C takes effect once the new process has loaded its modules, and does not interrupt their import.
    signal.pthread_sigmask(signal.SIG_BLOCK, SERVER_SIGNALS)
    # -P: import nothing from the current directory, which may be any folder.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "subtext_cli.server"])  # noqa: S606 (no shell needed)


def run(settings: Settings, target: str = "wsgi:app") -> None:
    """Serve the WSGI application until a stop signal arrives, then finish open requests."""
    logs.configure_server()
    counts = process_counts(settings)
    # Another server may have started since `subtext serve` looked.
    require_free_port(settings, "serve")
    # Blocked in workers, too, which are forks. In each process, one thread waits for the signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, SERVER_SIGNALS)
    os.register_at_fork(after_in_child=_start_worker_signal_thread)
    # granian logs advice about this sysctl at each start. The self-hosting guide covers it.
    logger.addFilter(lambda record: "tcp_migrate_req" not in record.getMessage())
    server = Server(
        target,
        address=numeric_address(settings),
        port=settings.port,
        interface=Interfaces.WSGI,
        working_dir=ROOT,
        workers=counts.workers,
        # The dispatcher has threads of its own.
        blocking_threads=1,
        http=HTTPModes.http1,
        # WSGI does not use the event loop. Naming one keeps granian from loading uvloop if it is installed.
        loop=Loops.asyncio,
        websockets=False,
        backlog=MAX_BACKLOG,
        backpressure=MAX_REQUESTS,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_SECONDS * 1000, max_buffer_size=MAX_HEADER_BYTES
        ),
        workers_kill_timeout=SHUTDOWN_SECONDS,
        workers_max_rss=settings.worker_memory,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=GRANIAN_LOGGING,
    )
    maker = start_maker(settings)
    if maker is not None:
        server.on_shutdown(maker.stop)
    if settings.metrics:
        # Loaded only where metrics are on: it costs start time and memory.
        from subtext_cli import metrics_server

        server.metrics_collector = metrics_server.start(settings.metrics, server.worker_ids)
    # granian's own wrapper of the application, in its place; workers are forks.
    vars(mp)["_wsgi_call_wrap"] = lambda app, *_options: Dispatcher(app, settings, counts.threads)
    server.on_startup(_start_signal_thread)
    server.on_startup(lambda: announce(settings, describe_server(settings)))
    server.serve(target_loader=load_application)


def load_application(target: str) -> Any:
    """Return the WSGI application of a worker; log why it cannot be loaded, and end the worker."""
    try:
        return load_target(target, wd=ROOT)
    except BaseException as error:
        logs.write_event("the worker could not start", "critical", exception=logs.format_exception(error))
        raise SystemExit(1) from None


class WakeEvent(Event):
    """The event that wakes the server's main loop. It stays set once the server has received a stop signal.

    granian clears it after a worker has ended, and would then lose a stop signal that arrived meanwhile.
    """

    def __init__(self, server: MPServer) -> None:
        """Create the event of ``server``."""
        super().__init__()
        self._server = server

    def clear(self) -> None:
        """Clear the event unless the server is stopping; see :meth:`threading.Event.clear`."""
        super().clear()
        if self._server.interrupt_signal:
            self.set()


class Server(MPServer):
    """granian's server, without two race conditions that could keep it from stopping.

    Python runs signal handlers in the main thread, between two bytecode instructions. First, a signal that
    arrives after the last instruction before the main thread blocks is only handled when the wait ends,
    and the wait only ends with a signal. Second, the handler sets an event whose lock the main thread may
    hold at that moment. Therefore signals are blocked here, and a thread waits for them with ``sigwait``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Create the server; see :class:`granian.Granian`."""
        super().__init__(*args, **kwargs)
        self.main_loop_interrupt = WakeEvent(self)
        self.metrics_collector: ServerCollector | None = None

    def worker_ids(self) -> list[int]:
        """Return the process ids of the workers."""
        return [worker.inner.pid for worker in self.wrks if worker.inner.pid]

    def _spawn_worker(self, *args: Any, **kwargs: Any) -> Any:
        if self.metrics_collector is not None:
            self.metrics_collector.worker_starts += 1
        return super()._spawn_worker(*args, **kwargs)

    @staticmethod
    def _spawn_wsgi_worker(
        worker_id: int, process_name: str | None, callback_loader: Any, sock: Any, *options: Any
    ) -> None:
        """Run a worker, with a listening socket of ours instead of granian's."""
        (specification, _), shared = sock
        host, port, backlog = specification.__getstate__()
        holder_type: Any = SocketHolder
        holder = holder_type(listening_socket(host, port).detach(), False, backlog)
        MPServer._spawn_wsgi_worker(
            worker_id, process_name, callback_loader, ((None, holder), shared), *options
        )

    def _stop_workers(self) -> None:
        super()._stop_workers()  # type: ignore[no-untyped-call]
        if self.interrupt_signal:
            # Workers that got the stop signal, too, ended as they should: do not report them as crashed.
            self.interrupt_children.clear()


def _start_worker_signal_thread() -> None:
    for number in STOP_SIGNALS:
        # Until the worker installs its handler, it would run the one that it inherited from the server.
        signal.signal(number, signal.SIG_DFL)
    # No loop: granian's worker deadlocks if its handler runs three times.
    Thread(target=_wait_for_signals, args=(STOP_SIGNALS,), daemon=True).start()


def _start_signal_thread() -> None:
    def handle_signals() -> None:
        while True:
            _wait_for_signals(SERVER_SIGNALS)

    Thread(target=handle_signals, daemon=True).start()


def _wait_for_signals(numbers: set[signal.Signals]) -> None:
    """Wait for one of the signals and call its handler."""
    number = signal.sigwait(numbers)
    handler = signal.getsignal(number)
    if not callable(handler):
        # The worker is still loading and has no open requests.
        os._exit(0)
    handler(number, None)


if __name__ == "__main__":
    try:
        run(Settings.from_environment())
    except InvalidSetting as error:
        raise SystemExit(f"subtext: {error}") from None
