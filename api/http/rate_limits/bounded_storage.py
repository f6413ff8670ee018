"""In-memory request counts for rate limits, with bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from math import floor
from threading import Lock
from time import monotonic
from typing import NamedTuple

#: The maximum number of windows: one for each client and limit.
MAX_WINDOWS = 50_000


class Window(NamedTuple):
    """A client's sliding window: its start, and the request counts of the previous and current period."""

    start: float
    previous: int = 0
    current: int = 0


class BoundedMemoryStorage:
    """Sliding windows like those in Redis, with the same methods, and LRU eviction.

    The limits library has a storage in memory, too: it is unbounded until windows expire, scans all of them
    in a thread after each count, and has race conditions.
    """

    def __init__(self) -> None:
        """Create an empty storage."""
        self.windows: OrderedDict[str, Window] = OrderedDict()
        self.lock = Lock()

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int) -> bool:
        """Count a request in a window of ``expiry`` seconds; False, uncounted, if there were ``limit``."""
        with self.lock:
            window, left = self._window(key, expiry)
            is_allowed = floor(window.previous * left / expiry) + window.current < limit
            self.windows[key] = window._replace(current=window.current + 1) if is_allowed else window
            self.windows.move_to_end(key)
            if len(self.windows) > MAX_WINDOWS:
                self.windows.popitem(last=False)
        return is_allowed

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Return the count of the previous period and when it is forgotten, and those of the current one."""
        with self.lock:
            window, left = self._window(key, expiry)
        return window.previous, left, window.current, left + expiry

    def _window(self, key: str, expiry: int) -> tuple[Window, float]:
        """Return the client's current window and the seconds until its period ends."""
        time = monotonic()
        window = self.windows.get(key) or Window(time)
        if time - window.start >= 2 * expiry:
            window = Window(time)
        elif time - window.start >= expiry:
            window = Window(window.start + expiry, previous=window.current)
        return window, window.start + expiry - time
