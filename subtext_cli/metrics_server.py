"""Prometheus metrics on an address of their own, which the server's parent process listens on."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from api.core import metrics
from api.core.config import InvalidSetting
from subtext_cli.listening import resolve
from subtext_cli.metrics_text import MetricsFolder, Series, text_format

#: Files in memory, if the system has a folder for them: a disk would write each change of a number.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 (a new folder is created in it)
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
#: How long a client may take to send its request, in seconds.
READ_SECONDS = 5


class ServerCollector:
    """Collects the metrics of all slots, and what the parent process knows about its workers."""

    def __init__(self, folder: Path, worker_ids: Callable[[], list[int]]) -> None:
        """Collect from ``folder``; ``worker_ids`` returns the ids of the worker processes."""
        self._folder, self._worker_ids, self._files = folder, worker_ids, MetricsFolder(folder)
        self._lock = Lock()
        self.worker_starts = 0

    def text(self) -> str:
        """Return all metrics in Prometheus' text format."""
        with self._lock:
            self._remove_gauges_of_dead_workers()
            return text_format(self._files.values() | dict(self._own_values()))

    def _own_values(self) -> Iterator[tuple[Series, float]]:
        for number, process_id in enumerate(self._worker_ids()):
            try:
                pages = int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1])
            except FileNotFoundError:
                continue
            name, labels = "subtext_worker_memory_bytes", {"worker": str(number)}
            memory = Series("gauge", name, name, labels, "Resident memory of each worker.")
            yield memory, float(pages * PAGE_BYTES)
        name = "subtext_worker_starts"
        starts = Series("counter", name, f"{name}_total", {}, "Workers that were started.")
        yield starts, float(self.worker_starts)

    def _remove_gauges_of_dead_workers(self) -> None:
        for lock in self._folder.glob("slot-*.lock"):
            number = int(lock.stem.removeprefix("slot-"))
            with lock.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                metrics.remove_gauges(self._folder, number)


class MetricsServer(ThreadingHTTPServer):
    """Serves the text of a collector at each path."""

    def __init__(self, address: tuple[str, int], collector: ServerCollector) -> None:
        """Listen at ``address``."""
        self.collector = collector
        self.address_family, numeric_address = resolve(*address)
        super().__init__(numeric_address, Handler)


class Handler(BaseHTTPRequestHandler):
    """Answers a request for metrics."""

    server: MetricsServer
    timeout = READ_SECONDS

    def do_GET(self) -> None:
        """Send the metrics."""
        body = self.server.collector.text().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def start(address: tuple[str, int], worker_ids: Callable[[], list[int]]) -> ServerCollector:
    """Serve metrics at ``address`` in a thread, and let the workers to be forked write theirs.

    Raises:
        InvalidSetting: nothing can listen at this address.
    """
    folder = Path(tempfile.mkdtemp("", "subtext-metrics-", MEMORY_FOLDER if _is_writable() else None))
    atexit.register(_remove, folder, os.getpid())
    collector = ServerCollector(folder, worker_ids)
    host, port = address
    try:
        server = MetricsServer(address, collector)
    except OSError as error:
        raise InvalidSetting(
            f"SUBTEXT_METRICS is {host}:{port}, where the server cannot listen: {error.strerror}."
        ) from None
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    os.register_at_fork(after_in_child=server.socket.close)
    metrics.directory = folder
    return collector


def _is_writable() -> bool:
    return os.access(MEMORY_FOLDER, os.W_OK)


def _remove(folder: Path, own_id: int) -> None:
    """Remove the folder at the end of the process ``own_id``, and not of a fork."""
    if os.getpid() == own_id:
        shutil.rmtree(folder, ignore_errors=True)
