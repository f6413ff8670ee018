"""Crowds and slow clients: what others notice of them. docs/operations.md has the measured figures.

Upper bounds are generous, because other programs may use the machine; the figures are printed.
"""

import asyncio
import socket
import time
from collections import Counter
from contextlib import ExitStack
from itertools import count, cycle, permutations
from pathlib import Path

import pytest

from tests.serving import serving

pytestmark = pytest.mark.drill

#: The most expensive request of the API on the pack, in many spellings that no cache knows.
COSTLY = [
    f"/v1/characters?include={','.join(names)}&limit={limit}&count=true"
    for limit in range(100, 50, -1)
    for names in permutations(("commentary", "quotes", "film", "scenes"))
]
CACHED, ORDINARY = "/v1/quotes", "/v1/quotes?limit=5&id=her-2013-feel-by-proxy,x-{}"
LONG = (
    "/docs/reference/scalar.js",
    "/docs/assets/swagger-ui-bundle.js",
    "/v1/openapi.json",
    "/v1/quotes?limit=100",
)
#: The median of responses from memory, and the longest that other programs may delay one, in seconds.
MAX_MEDIAN, MAX_DELAY = 0.05, 3.0
#: The longest wait for a thread, in seconds.
MAX_WAIT = 2.0
WORKER_MEGABYTES = 512


@pytest.fixture
def server(engine, tmp_path):
    """A server with one worker."""
    with engine.fresh("pack") as url:
        log = tmp_path / "log"
        with serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server:
            yield server


class Crowd:
    """Clients of a server, in one event loop."""

    def __init__(self, server):
        self.port = int(server.url.rpartition(":")[2])

    async def get(self, path, local="127.0.0.1", method="GET"):
        """Return the status, the headers and the seconds of a request over a connection of its own."""
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(local, 0))
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        while await reader.read(1 << 20):
            pass
        writer.close()
        return int(head.split()[1]), head, time.perf_counter() - started

    async def repeat(self, paths, seconds, results, local="127.0.0.1", pause=0.0):
        """Send requests one after another, and add their results."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            results.append(await self.get(next(paths), local))
            await asyncio.sleep(pause)

    async def probes(self, seconds):
        """Send other requests meanwhile, as another client; return their results by path."""
        results = {path: [] for path in ("/livez", "/readyz", CACHED, ORDINARY)}
        await asyncio.gather(
            *(
                self.repeat(map(path.format, count()), seconds, results[path], "127.0.0.9", 0.1)
                for path in results
            )
        )
        return results


def report(name, results):
    """Print the figures of the results of a path, and return their statuses."""
    times = sorted(seconds for _, _, seconds in results)
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    statuses = Counter(status for status, _, _ in results)
    print(f"{name}: {dict(statuses)}, p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {times[-1] * 1000:.0f} ms")
    return statuses


def assert_unaffected(results, paths):
    """Assert that all requests to these paths succeeded, and that those answered from memory were fast."""
    for path in paths:
        times = sorted(seconds for _, _, seconds in results[path])
        assert report(path, results[path]) == {200: len(times)}
        assert times[-1] <= MAX_DELAY
        assert times[len(times) // 2] <= MAX_MEDIAN or path not in ("/livez", CACHED)


def worker_of(server):
    pid = server.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[0])


def resident_megabytes(pid):
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096 / 1e6


class TestReaders:
    def test_300_clients_that_do_not_read(self, server):
        crowd, worker = Crowd(server), worker_of(server)
        with ExitStack() as stack:

            async def run():
                for path in (*LONG, CACHED):
                    await crowd.get(path)
                for number in range(300):
                    client = stack.enter_context(socket.socket())
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    client.connect(("127.0.0.1", crowd.port))
                    client.sendall(f"GET {LONG[number % len(LONG)]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                return await crowd.probes(10)

            results = asyncio.run(run())
            megabytes = resident_megabytes(worker)
            print(f"{megabytes:.0f} MB in the worker")
            assert worker_of(server) == worker
            assert megabytes <= WORKER_MEGABYTES
        assert_unaffected(results, results)

    def test_they_are_disconnected(self, server):
        """The kernel ends the connection; what the client could not receive is lost."""
        with socket.create_connection(("127.0.0.1", Crowd(server).port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(b"GET /docs/reference/scalar.js HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(45)
            with pytest.raises(ConnectionResetError):
                read_all(client)


def read_all(client):
    while client.recv(1 << 20):
        pass


class TestCostlyRequests:
    def test_500_clients_with_the_most_expensive_request(self, server):
        crowd, results = Crowd(server), []

        async def run():
            await crowd.get(CACHED)
            paths = cycle(COSTLY)
            costly = [crowd.repeat(paths, 10, results) for _ in range(500)]
            others, *_ = await asyncio.gather(crowd.probes(10), *costly)
            return others

        others = asyncio.run(run())
        statuses = report("crowd", results)
        assert {*statuses} <= {200, 503}
        assert statuses[200]
        assert max(seconds for _, _, seconds in results) <= MAX_WAIT + MAX_DELAY
        for status, head, _ in results:
            if status == 503:
                assert "retry-after: " in head
                assert "cache-control: no-store\r\n" in head
        assert_unaffected(others, others)


class TestSenders:
    def test_1500_clients_that_do_not_finish_their_headers(self, server):
        crowd = Crowd(server)
        with ExitStack() as stack:
            for _ in range(1500):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", crowd.port)))
                client.sendall(b"GET /v1 HTTP/1.1\r\nHost:")
            assert_unaffected(asyncio.run(crowd.probes(3)), ("/livez", CACHED))

    def test_16_clients_that_do_not_finish_their_bodies(self, server):
        crowd = Crowd(server)
        with ExitStack() as stack:
            clients = []
            for method in ("GET", "POST", "PUT", "DELETE") * 4:
                client = stack.enter_context(socket.create_connection(("127.0.0.1", crowd.port)))
                client.sendall(
                    f"{method} /v1/quotes HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx".encode()
                )
                clients.append(client)
            for client in clients:
                client.settimeout(MAX_DELAY)
                assert client.recv(100).split()[1] in (b"200", b"405")
            assert_unaffected(asyncio.run(crowd.probes(3)), ("/livez", "/readyz", CACHED, ORDINARY))
