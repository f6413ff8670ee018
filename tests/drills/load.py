"""Load for drills: a few clients that send requests all the time, and what they have noticed."""

import http.client
import itertools
import math
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

#: A client waits no longer than this for a response.
CLIENT_SECONDS = 30


@dataclass(frozen=True)
class Outcome:
    """One request: when it was sent (monotonic clock), how long it took, and the response; status 0 is none."""

    kind: str
    path: str
    sent_at: float
    seconds: float
    status: int
    headers: dict[str, str]
    error: str = ""

    @property
    def is_designed(self) -> bool:
        """Whether it is a success, or a 503 that says what it is and when to retry."""
        if self.status == 503:
            is_problem = self.headers.get("content-type", "").startswith(
                ("application/problem+json", "text/html")
            )
            return (
                is_problem
                and "retry-after" in self.headers
                and self.headers.get("cache-control") == "no-store"
            )
        return self.status in (200, 304)


class Load:
    """Clients of a server. ``paths`` are the requests of each kind; ``{}`` in one is replaced by a new number."""

    def __init__(self, url: str, paths: dict[str, list[str]], clients: int, pause: float) -> None:
        self._address = urlsplit(url).netloc
        self._paths, self._pause = paths, pause
        self._numbers = itertools.count(1)
        self._stopped = threading.Event()
        self.outcomes: list[Outcome] = []
        self._threads = [
            threading.Thread(target=self._send_all, args=(kind,), daemon=True)
            for kind in paths
            for _ in range(clients)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(CLIENT_SECONDS)

    def _send_all(self, kind: str) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=CLIENT_SECONDS)
        for path in itertools.cycle(self._paths[kind]):
            if self._stopped.is_set():
                break
            self.outcomes.append(self._send(connection, kind, path.format(next(self._numbers))))
            time.sleep(self._pause)
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, kind: str, path: str) -> Outcome:
        started = time.monotonic()
        try:
            connection.request("GET", path, headers={"Accept": "text/html" if kind == "page" else "*/*"})
            response = connection.getresponse()
            response.read()
            status, error = response.status, ""
            headers = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            status, headers, error = 0, {}, repr(failure)
        return Outcome(kind, path, started, time.monotonic() - started, status, headers, error)

    def of(self, kind: str, since: float = -math.inf, until: float = math.inf) -> list[Outcome]:
        """Return the requests of a kind that were sent in a period."""
        return [one for one in self.outcomes if one.kind == kind and since <= one.sent_at < until]

    @property
    def undesigned(self) -> list[Outcome]:
        return [one for one in self.outcomes if not one.is_designed]

    def recovery_seconds(self, back_at: float) -> float:
        """Return how long after ``back_at`` requests that were sent still failed; 0 if none did."""
        return max((one.sent_at - back_at for one in self.outcomes if one.status != 200), default=0.0)

    def summary(self, back_at: float) -> str:
        """Return figures for people: per kind the number of each status, and the slowest response."""
        by_kind = defaultdict(list)
        for one in self.outcomes:
            by_kind[one.kind].append(one)
        lines = []
        for kind, outcomes in by_kind.items():
            statuses = sorted({one.status for one in outcomes})
            counts = ", ".join(
                f"{sum(one.status == status for one in outcomes)} × {status}" for status in statuses
            )
            stale = sum("age" in one.headers for one in outcomes)
            times = sorted(one.seconds * 1000 for one in outcomes)
            median, slowest = times[len(times) // 2], times[-1]
            lines.append(f"{kind}: {counts}, {stale} stale; median {median:.0f} ms, slowest {slowest:.0f} ms")
        return "\n".join([*lines, f"last failure {self.recovery_seconds(back_at):.2f} s after it was back"])


@contextmanager
def load(url: str, paths: dict[str, list[str]], *, clients: int = 2, pause: float = 0.02):
    """Send requests of each kind from some clients during the block, and wait for the last responses."""
    running = Load(url, paths, clients, pause)
    running.start()
    try:
        yield running
    finally:
        running.stop()
