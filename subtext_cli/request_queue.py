"""The queue of requests that wait for a thread: bounded in number and time, and fair to clients."""

from __future__ import annotations

from collections import OrderedDict, deque
from queue import SimpleQueue
from threading import Event, Lock
from time import monotonic
from typing import Any, NamedTuple


class WaitingRequest(NamedTuple):
    """A request, with its arrival on the monotonic clock and granian's object for the response."""

    client: str
    arrived_at: float
    protocol: Any
    environ: dict[str, Any]


class RequestQueue:
    """Requests by client. Clients take turns, and the requests of each stay in order (round-robin)."""

    def __init__(self, max_requests: int, max_seconds: float) -> None:
        """Create a queue for ``max_requests``, each of which may wait ``max_seconds``."""
        self.max_requests, self.max_seconds = max_requests, max_seconds
        #: Set while requests may be waiting.
        self.is_used = Event()
        self._lock = Lock()
        self._requests: OrderedDict[str, deque[WaitingRequest]] = OrderedDict()
        self._count = 0
        # Has an item for each request that was added. Threads wait for it faster than for a condition.
        self._added: SimpleQueue[None] = SimpleQueue()

    def __len__(self) -> int:
        return self._count

    def put(self, request: WaitingRequest) -> WaitingRequest | None:
        """Add a request. Without room, return the one to reject: the last of the client with the most."""
        with self._lock:
            rejected = self._make_room(request) if self._count >= self.max_requests else None
            if rejected is not request:
                self._requests.setdefault(request.client, deque()).append(request)
                self._count += 1
        if rejected is not request:
            self._added.put(None)
            if not self.is_used.is_set():
                self.is_used.set()
        return rejected

    def _make_room(self, request: WaitingRequest) -> WaitingRequest:
        client, requests = max(self._requests.items(), key=lambda item: len(item[1]))
        if len(requests) <= len(self._requests.get(request.client, ())) + 1:
            return request
        self._count -= 1
        # It has at least two requests, so the client keeps its turn.
        return self._requests[client].pop()

    def get(self) -> WaitingRequest:
        """Wait for the next request, and remove it."""
        while True:
            self._added.get()
            with self._lock:
                # There may be fewer requests than were added: some are rejected while they wait.
                if self._requests:
                    client, requests = self._requests.popitem(last=False)
                    request = requests.popleft()
                    if requests:
                        self._requests[client] = requests
                    self._count -= 1
                    return request

    def take_expired(self) -> list[WaitingRequest]:
        """Remove and return the requests that have waited too long."""
        expired, newest = [], monotonic() - self.max_seconds
        with self._lock:
            for client, requests in tuple(self._requests.items()):
                while requests and requests[0].arrived_at <= newest:
                    expired.append(requests.popleft())
                if not requests:
                    del self._requests[client]
            self._count -= len(expired)
            if not self._count:
                self.is_used.clear()
        return expired
