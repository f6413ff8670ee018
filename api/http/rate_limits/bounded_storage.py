"""Counts of requests in the memory of one process: no more of them than there is room for."""

from __future__ import annotations

from collections import OrderedDict
from math import floor
from threading import Lock
from time import monotonic
from typing import NamedTuple

from limits.storage import MemoryStorage

#: As many clients, times limits, are counted at once.
MAX_WINDOWS = 50_000


class Window(NamedTuple):
    """When a client's window began, and the requests counted in the one before and in this one."""

    began: float
    previous: int = 0
    current: int = 0


class BoundedMemoryStorage(MemoryStorage):
    """Sliding windows as Redis keeps them; the one that was used longest ago makes room for a new one.

    The library's own storage keeps every client until its window ends, however many there are, starts
    a thread after a count to look through all of them, and can miscount where threads meet.
    """

    STORAGE_SCHEME = ["bounded-memory"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self.windows: OrderedDict[str, Window] = OrderedDict()
        self.lock = Lock()

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self.lock:
            window, left = self._window(key, expiry)
            granted = floor(window.previous * left / expiry) + window.current + amount <= limit
            self.windows[key] = window._replace(current=window.current + amount) if granted else window
            self.windows.move_to_end(key)
            if len(self.windows) > MAX_WINDOWS:
                self.windows.popitem(last=False)
        return granted

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        with self.lock:
            window, left = self._window(key, expiry)
        return window.previous, left, window.current, left + expiry

    def _window(self, key: str, expiry: int) -> tuple[Window, float]:
        """Return the client's window as it is now, and the seconds until it ends."""
        now = monotonic()
        window = self.windows.get(key) or Window(now)
        if now - window.began >= 2 * expiry:
            window = Window(now)
        elif now - window.began >= expiry:
            window = Window(window.began + expiry, previous=window.current)
        return window, window.began + expiry - now
