"""Runs the WSGI application for granian: one thread answers what is in memory, others do the work (ADR 0028).

granian calls the dispatcher in a single thread, in the order of arrival. A request that this thread cannot
answer without waiting joins the queue of a lane, and a thread of that lane sends the response later. Each
response is sent as a whole, so no thread waits for a client to read it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Any

from api.core.config import Settings
from api.core.logging import get_logger
from api.http.admission import (
    HAS_ROOM,
    MUST_NOT_WAIT,
    QUEUE_FULL,
    QUEUE_TIMEOUT,
    REJECTION,
    HandOver,
    Rejection,
)
from api.http.client_address import client_address
from api.http.lanes import Lane
from api.http.observability.request_record import RequestRecord
from models.deadline import deadline
from subtext_cli.free_memory import return_free_memory
from subtext_cli.memory_guard import MemoryGuard
from subtext_cli.request_body import close_unless_read, watch_body
from subtext_cli.request_queue import RequestQueue, WaitingRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: Requests that may wait in a lane, and for how long, in seconds.
MAX_WAITING, MAX_WAITING_SECONDS = 1_000, 2.0
#: Threads for writes. Without a proxy that buffers bodies, a slow client with a key keeps one.
WRITE_THREADS = 4
#: How long a request may take in all, from its arrival, in seconds; longer if statements may take longer.
REQUEST_SECONDS = 3.0
#: How often the server looks for requests that have waited too long, in seconds.
EXPIRY_INTERVAL = 0.05
#: How long a thread runs at most while others wait for Python's lock, in seconds. With the default of 5 ms,
#: the dispatching thread waits that long for each request while another computes.
SWITCH_INTERVAL = 0.001
#: After this many requests, a thread returns free memory to the system, which takes about a millisecond.
TRIM_INTERVAL = 200
#: Entries that granian leaves to its callback (PEP 3333).
WSGI_ENVIRON = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    # granian ends the body itself, so werkzeug may read to its end.
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
    MUST_NOT_WAIT: True,
}
FAILURE_HEADERS = [("Content-Type", "text/plain"), ("Cache-Control", "no-store")]
log = get_logger("subtext.server")


class Dispatcher:
    """granian's callback, in place of the one in ``granian.wsgi``."""

    def __init__(self, application: WSGIApplication, settings: Settings, threads: int) -> None:
        """Serve ``application`` with ``threads`` for ordinary requests, and one for each other lane."""
        self.application, self.settings = application, settings
        self.request_seconds = max(REQUEST_SECONDS, MAX_WAITING_SECONDS + settings.statement_seconds)
        self._environ = WSGI_ENVIRON | {HAS_ROOM: MemoryGuard(settings.worker_memory).has_room}
        sys.setswitchinterval(SWITCH_INTERVAL)
        thread_counts = {Lane.ORDINARY: threads, Lane.WRITE: WRITE_THREADS}
        self._queues = {lane: RequestQueue(MAX_WAITING, MAX_WAITING_SECONDS) for lane in Lane}
        for lane, queue in self._queues.items():
            for number in range(thread_counts.get(lane, 1)):
                _start(f"{lane.value}-{number}", self._work, queue)
            _start(f"{lane.value}-expiry", self._reject_expired, queue)

    def __call__(self, protocol: Any, environ: WSGIEnvironment) -> None:
        """Answer a request or queue it; ``protocol`` sends the response."""
        environ.update(self._environ)
        watch_body(environ)
        start = RequestRecord()
        try:
            body = self.application(environ, start)
            close_unless_read(environ, start.headers)
            protocol.response_bytes(int(start.status[:3]), start.headers, b"".join(body))
        except HandOver as hand_over:
            del environ[MUST_NOT_WAIT]
            environ.update(hand_over.entries)
            self._enqueue(protocol, environ, hand_over.lane)
        except BaseException:
            _fail(protocol)

    def _enqueue(self, protocol: Any, environ: WSGIEnvironment, lane: Lane) -> None:
        client = client_address(environ, self.settings.trusted_proxies)
        request = WaitingRequest(client, time.monotonic(), protocol, environ)
        rejected = self._queues[lane].put(request)
        if rejected is not None:
            self._reject(rejected, QUEUE_FULL)

    def _work(self, queue: RequestQueue) -> None:
        for number in count(1):
            self._respond(queue.get())
            if number % TRIM_INTERVAL == 0:
                return_free_memory()

    def _reject_expired(self, queue: RequestQueue) -> None:
        # The threads of the lane cannot do it: all of them may be waiting for the database.
        while True:
            queue.is_used.wait()
            time.sleep(EXPIRY_INTERVAL)
            for request in queue.take_expired():
                self._reject(request, QUEUE_TIMEOUT)

    def _respond(self, request: WaitingRequest) -> None:
        """Send the response to a request; the current thread may wait for it."""
        start = RequestRecord()
        try:
            with deadline(request.arrived_at + self.request_seconds):
                body = self.application(request.environ, start)
                close_unless_read(request.environ, start.headers)
                request.protocol.response_bytes(int(start.status[:3]), start.headers, b"".join(body))
        except BaseException:
            _fail(request.protocol)

    def _reject(self, request: WaitingRequest, rejection: Rejection) -> None:
        """Send the response to a request that no thread will work on."""
        request.environ[REJECTION] = rejection
        self._respond(request)


def _start(name: str, target: Callable[[RequestQueue], None], queue: RequestQueue) -> None:
    Thread(target=target, args=(queue,), name=name, daemon=True).start()


def _fail(protocol: Any) -> None:
    """Send a response after an error that the application has not turned into one; it has none such."""
    log.error("no response", exc_info=True)
    protocol.response_bytes(500, FAILURE_HEADERS, b"Internal error")
