"""Metrics of a worker, which survive it: numbers in files that the workers share with Prometheus.

The files have the format of prometheus_client's multi-process mode; ``subtext_cli/metrics_text.py`` reads
them. Its own classes are not used to write: an increment takes them 1.4 µs and here 0.05 µs, and a cached
response takes 27 µs altogether. A number is eight bytes of a file in memory, so what was counted survives
``kill -9``.

Files belong to a *slot*, not to a process: a new worker continues the files of a dead one. Otherwise each
worker that is replaced would leave files, and a scrape would take seconds (prometheus/client_python#568).
While metrics are off, nothing here does anything.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import threading
from pathlib import Path
from typing import Any

#: The folder of the files, which the server sets before it forks its workers; None while metrics are off.
directory: Path | None = None

_lock = threading.Lock()


class Value:
    """A number in a file, at ``index`` of ``numbers``. Adding to it needs a lock if several threads do so."""

    __slots__ = ("index", "numbers")

    def __init__(self, numbers: memoryview[float], index: int) -> None:
        """Point to a number."""
        self.numbers, self.index = numbers, index

    def add(self, amount: float) -> None:
        """Add to the number."""
        with _lock:
            self.numbers[self.index] += amount

    def set(self, value: float) -> None:
        """Set the number."""
        self.numbers[self.index] = value


class Slot:
    """The files of this process, in the first slot that no living process has."""

    def __init__(self, folder: Path) -> None:
        """Claim a slot. The lock ends with the process; a new process starts with new gauges."""
        for number in itertools.count():
            lock = os.open(lock_file(folder, number), os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                break
        # Kept open: closing it would release the lock.
        self._lock, self._folder, self._number = lock, folder, number
        remove_gauges(folder, number)
        self._files: dict[str, Any] = {}

    def value(self, kind: str, metric: str, sample: str, labels: dict[str, str], description: str) -> Value:
        """Return the value of a series; ``kind`` is ``counter``, ``histogram`` or ``gauge_`` and its mode."""
        from prometheus_client.mmap_dict import MmapedDict, mmap_key

        key = mmap_key(metric, sample, list(labels), list(labels.values()), description)
        with _lock:
            file = self._files.get(kind)
            if file is None:
                file = self._files[kind] = MmapedDict(  # type: ignore[no-untyped-call]
                    str(self._folder / f"{kind}_{self._number}.db")
                )
            file.read_value(key)
            # When a file grows, prometheus_client maps it again. Earlier maps show the same memory.
            return Value(memoryview(file._m).cast("d"), file._positions[key] // 8)


def lock_file(folder: Path, number: int) -> Path:
    """Return the file that the process in a slot has locked."""
    return folder / f"slot-{number}.lock"


def remove_gauges(folder: Path, number: int) -> None:
    """Remove what a process in this slot reported about itself, such as its open connections."""
    for file in folder.glob(f"gauge_live*_{number}.db"):
        file.unlink(missing_ok=True)


_slot: Slot | None = None


def slot() -> Slot | None:
    """Return the slot of this process, which the first call claims; None while metrics are off."""
    global _slot  # noqa: PLW0603 (one for each process)
    if _slot is None and directory is not None:
        _slot = Slot(directory)
    return _slot


class _Metric:
    """A metric with labels; its series are opened on first use."""

    kind: str

    def __init__(self, name: str, description: str, *labels: str) -> None:
        """Take the name without the suffix that its kind has, and the names of the labels."""
        self.name, self.description, self._labels = name, description, labels
        self._values: dict[tuple[str, ...], Value] = {}

    @property
    def sample_name(self) -> str:
        """The name in the exposition format."""
        return self.name

    def _value(self, labels: tuple[str, ...]) -> Value | None:
        value = self._values.get(labels)
        if value is None:
            own = slot()
            if own is None:
                return None
            names = dict(zip(self._labels, labels, strict=True))
            value = own.value(self.kind, self.name, self.sample_name, names, self.description)
            self._values[labels] = value
        return value


class Counter(_Metric):
    """A number that only grows, over all workers that ever were."""

    kind = "counter"

    @property
    def sample_name(self) -> str:
        return f"{self.name}_total"

    def open(self, *labels: str) -> None:
        """Start at 0: Prometheus sees no increase in a series that begins with 1."""
        self._value(labels)

    def inc(self, *labels: str) -> None:
        """Count one. Labels must have few values: each combination is a series for ever."""
        value = self._value(labels)
        if value is not None:
            value.add(1)


class Gauge(_Metric):
    """A number that living workers report; its sum is what Prometheus gets."""

    kind = "gauge_livesum"

    def set(self, number: float, *labels: str) -> None:
        """Report a number."""
        value = self._value(labels)
        if value is not None:
            value.set(number)

    def add(self, number: float, *labels: str) -> None:
        """Add to the reported number."""
        value = self._value(labels)
        if value is not None:
            value.add(number)


class WorkerGauge(Gauge):
    """A number that Prometheus gets for each living worker; the label ``pid`` is the number of its slot."""

    kind = "gauge_liveall"


class MaximumGauge(Gauge):
    """A number of which Prometheus gets the maximum over living workers."""

    kind = "gauge_livemax"


INTERNAL_ERRORS = Counter("subtext_internal_errors", "Requests that failed because of a bug.")
SHED_REQUESTS = Counter("subtext_shed_requests", "Requests rejected because of load.", "reason")
STATEMENT_TIMEOUTS = Counter("subtext_statement_timeouts", "SQL statements that hit the time limit.")
DATABASE_UNAVAILABLE = Counter("subtext_database_unavailable", "Requests that the database failed.")
REQUESTS_IN_PROGRESS = Gauge("subtext_requests_in_progress", "Requests that a thread is working on.")
CACHE_BYTES = Gauge("subtext_cache_bytes", "Memory of the response caches.")
CACHE_ENTRIES = Gauge("subtext_cache_entries", "Requests with cached responses.")
POOL_IN_USE = Gauge("subtext_database_connections_in_use", "Database connections in use.")
POOL_SIZE = Gauge("subtext_database_connections_max", "Database connections that the pools may open.")
CONTENT_GENERATION = WorkerGauge(
    "subtext_content_generation", "The content generation that each worker last read."
)
BUILD_INFO = MaximumGauge(
    "subtext_build_info", "Always 1.", "version", "build", "database", "database_version"
)
