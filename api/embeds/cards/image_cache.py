"""An in-memory LRU cache of rendered images, bounded by their size in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class ImageCache:
    """Images by key, least recently used first; ``max_bytes`` bounds their total size."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._images: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: str, render: Callable[[], bytes]) -> bytes:
        """Return the image cached under ``key``, rendered on a miss; two threads may both render it."""
        with self._lock:
            if key in self._images:
                self._images.move_to_end(key)
                return self._images[key]
        image = render()
        with self._lock:
            self._put(key, image)
        return image

    def _put(self, key: str, image: bytes) -> None:
        self._size += len(image) - len(self._images.pop(key, b""))
        self._images[key] = image
        while self._size > self.max_bytes:
            _, oldest = self._images.popitem(last=False)
            self._size -= len(oldest)
