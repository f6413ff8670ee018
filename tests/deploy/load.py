"""Clients that send requests all the time, and count what they get."""

import http.client
import itertools
import threading
import time
from collections import Counter
from contextlib import contextmanager


class Load:
    """Threads that request paths in turn on connections that they keep open, and the answers they got."""

    def __init__(self, url, paths, clients=8):
        self.host, self.paths, self.is_over = url.removeprefix("http://"), paths, False
        self.statuses, self.failures, self.latencies = Counter(), [], []
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def _run(self, number):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        for path in itertools.islice(itertools.cycle(self.paths), number, None):
            if self.is_over:
                break
            start = time.monotonic()
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                self.statuses[response.status] += 1
                if response.status != 200:
                    self.failures.append((path, response.status))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append((path, repr(error)))
                # The next request opens it again.
                connection.close()
            self.latencies.append(time.monotonic() - start)
            time.sleep(0.005)
        connection.close()

    def count(self):
        return sum(self.statuses.values())


@contextmanager
def load(url, paths, clients=8):
    """Send requests until the end of the block; print a line about them."""
    running = Load(url, paths, clients)
    for thread in running.threads:
        thread.start()
    try:
        yield running
    finally:
        running.is_over = True
        for thread in running.threads:
            thread.join()
        slowest = max(running.latencies, default=0)
        print(f"{running.count()} answers, {len(running.failures)} failed, slowest {slowest:.2f} s")
