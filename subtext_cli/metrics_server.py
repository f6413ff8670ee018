"""Prometheus metrics on an address of their own, which the server's parent process listens on."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from api.core import metrics
from api.core.config import InvalidSetting

if TYPE_CHECKING:
    from prometheus_client import Metric

#: Files in memory, if the system has a folder for them: a disk would write each change of a number.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 (a new folder is created in it)
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ServerCollector:
    """Collects the files of all slots, and what the parent process knows about its workers."""

    def __init__(self, folder: Path, worker_ids: Callable[[], list[int]]) -> None:
        """Collect from ``folder``; ``worker_ids`` returns the ids of the worker processes."""
        from prometheus_client.multiprocess import MultiProcessCollector

        self._folder, self._worker_ids = folder, worker_ids
        self._files = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]
        self.worker_starts = 0

    def collect(self) -> Iterable[Metric]:
        """Yield all metrics."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        self._remove_gauges_of_dead_workers()
        yield from self._files.collect()  # type: ignore[no-untyped-call]
        memory = GaugeMetricFamily(
            "subtext_worker_memory_bytes", "Resident memory of each worker.", labels=["worker"]
        )
        for number, process_id in enumerate(self._worker_ids()):
            try:
                pages = int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1])
            except FileNotFoundError:
                continue
            memory.add_metric([str(number)], pages * PAGE_BYTES)
        yield memory
        yield CounterMetricFamily(
            "subtext_worker_starts", "Workers that were started.", value=self.worker_starts
        )

    def _remove_gauges_of_dead_workers(self) -> None:
        for lock in self._folder.glob("slot-*.lock"):
            number = int(lock.stem.removeprefix("slot-"))
            with lock.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                metrics.remove_gauges(self._folder, number)


def start(address: tuple[str, int], worker_ids: Callable[[], list[int]]) -> ServerCollector:
    """Serve metrics at ``address`` in a thread, and let the workers to be forked write theirs.

    Raises:
        InvalidSetting: nothing can listen at this address.
    """
    from prometheus_client import CollectorRegistry, start_http_server

    folder = Path(tempfile.mkdtemp("", "subtext-metrics-", MEMORY_FOLDER if _is_writable() else None))
    atexit.register(_remove, folder, os.getpid())
    registry = CollectorRegistry()
    collector = ServerCollector(folder, worker_ids)
    registry.register(collector)
    host, port = address
    try:
        server, _ = start_http_server(port, host, registry)
    except OSError as error:
        raise InvalidSetting(
            f"SUBTEXT_METRICS is {host}:{port}, where the server cannot listen: {error.strerror}."
        ) from None
    os.register_at_fork(after_in_child=server.socket.close)
    metrics.directory = folder
    return collector


def _is_writable() -> bool:
    return os.access(MEMORY_FOLDER, os.W_OK)


def _remove(folder: Path, own_id: int) -> None:
    """Remove the folder at the end of the process ``own_id``, and not of a fork."""
    if os.getpid() == own_id:
        shutil.rmtree(folder, ignore_errors=True)
