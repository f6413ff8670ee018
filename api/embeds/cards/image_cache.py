"""What was drawn, kept in memory while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class ImageCache:
    """Bytes by key, those asked for last; ``most_bytes`` bounds what they take together."""

    def __init__(self, most_bytes: int) -> None:
        self.max_bytes = most_bytes
        self._found: OrderedDict[str, bytes] = OrderedDict()
        self._taken = 0
        self._lock = Lock()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return what is kept under ``key``, made when it is not; two threads may both make it."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: str, made: bytes) -> None:
        self._taken += len(made) - len(self._found.pop(key, b""))
        self._found[key] = made
        while self._taken > self.max_bytes:
            _, oldest = self._found.popitem(last=False)
            self._taken -= len(oldest)
