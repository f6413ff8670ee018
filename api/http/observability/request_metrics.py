"""Metrics of requests: their number by route, method, status and cache result, and their durations."""

from __future__ import annotations

import threading
from bisect import bisect_left
from typing import NamedTuple

from api.core.metrics import CACHE_BYTES, CACHE_ENTRIES, INTERNAL_ERRORS, Slot
from api.http.observability.request_record import HIT, RequestRecord
from api.http.response_cache.store import CacheStore

#: The upper bounds of the durations that are counted together, in seconds. Cached responses are in the first.
BOUNDS = (0.00025, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0)
FIRST_BOUND = BOUNDS[0]
LABELS_OF_BOUNDS = (*map(str, BOUNDS), "+Inf")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER_METHOD = "other"
REQUESTS, DURATION = "subtext_http_requests", "subtext_http_request_duration_seconds"


class Series(NamedTuple):
    """Where the numbers of requests with the same labels are: two files, and indexes in them."""

    requests: memoryview[float]
    request_index: int
    durations: memoryview[float]
    buckets: tuple[int, ...]
    sum_index: int


class RequestMetrics:
    """Counts requests in the files of a slot."""

    def __init__(self, slot: Slot, store: CacheStore) -> None:
        """Use the files of ``slot``; ``store`` is the response cache, whose size is reported."""
        self._slot, self._store = slot, store
        self._series: dict[tuple[str, str, str, str], Series] = {}
        self._lock = threading.Lock()

    def observe(self, record: RequestRecord, method: str, seconds: float) -> None:
        """Count a request.

        Only one thread answers from the cache, so hits need no lock: it would take as long as all the rest.
        """
        series = self._series.get((record.route, method, record.status, record.cache))
        if series is None:
            series = self._open(record, method)
        requests, count, durations, buckets, total = series
        if record.cache is HIT:
            requests[count] += 1.0
            durations[buckets[0 if seconds <= FIRST_BOUND else bisect_left(BOUNDS, seconds)]] += 1.0
            durations[total] += seconds
            return
        with self._lock:
            requests[count] += 1.0
            durations[buckets[bisect_left(BOUNDS, seconds)]] += 1.0
            durations[total] += seconds
        if record.error is not None:
            INTERNAL_ERRORS.inc()
        CACHE_BYTES.set(self._store.bytes)
        CACHE_ENTRIES.set(len(self._store))

    def _open(self, record: RequestRecord, method: str) -> Series:
        known_method = method if method in METHODS else OTHER_METHOD
        key = record.route, known_method, record.status, record.cache
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._create(*key)
        return series

    def _create(self, route: str, method: str, status: str, cache: str) -> Series:
        labels = {"route": route, "method": method, "status": status[:3], "cache": cache}
        count = self._slot.value("counter", REQUESTS, f"{REQUESTS}_total", labels, "HTTP requests.")
        labels = {"route": route, "cache": cache}
        description = "Duration of HTTP requests, including the wait for a thread."
        buckets = [
            self._slot.value("histogram", DURATION, f"{DURATION}_bucket", labels | {"le": bound}, description)
            for bound in LABELS_OF_BOUNDS
        ]
        total = self._slot.value("histogram", DURATION, f"{DURATION}_sum", labels, description)
        # All in the newest map of the file, which reaches further than those before.
        indexes = tuple(bucket.index for bucket in buckets)
        return Series(count.numbers, count.index, total.numbers, indexes, total.index)
