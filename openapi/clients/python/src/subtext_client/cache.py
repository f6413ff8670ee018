"""Responses by their URL, to revalidate with their ETag: an unchanged one costs a 304 without a body."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class CachedResponse:
    """A body and the ETag that it had."""

    etag: str
    body: bytes


class Cache:
    """The most recently used responses, bounded in number and size; threads may share it.

    Args:
        max_entries: The most responses to keep.
        max_bytes: The most bytes of bodies to keep.
    """

    def __init__(self, max_entries: int = 256, max_bytes: int = 8_000_000) -> None:
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._entries: OrderedDict[str, CachedResponse] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, url: str) -> CachedResponse | None:
        """Return the response of a URL, if it is cached."""
        with self._lock:
            if url in self._entries:
                self._entries.move_to_end(url)
            return self._entries.get(url)

    def put(self, url: str, response: CachedResponse) -> None:
        """Keep a response in place of an earlier one, and evict those that were not used for longest."""
        with self._lock:
            self._remove(url)
            self._entries[url] = response
            self._bytes += len(response.body)
            while len(self._entries) > self.max_entries or self._bytes > self.max_bytes:
                self._remove(next(iter(self._entries)))

    def clear(self) -> None:
        """Remove all responses."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def _remove(self, url: str) -> None:
        if (entry := self._entries.pop(url, None)) is not None:
            self._bytes -= len(entry.body)
