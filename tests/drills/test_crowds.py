"""Crowds and slow clients: what others notice of them. docs/operations.md has the measured figures."""

import asyncio
import socket
import time
from contextlib import ExitStack
from functools import partial
from itertools import cycle, permutations
from math import ceil
from pathlib import Path

import pytest

from tests.drills.probes import (
    CACHED,
    LIVEZ,
    ORDINARY,
    READYZ,
    get,
    priority,
    probing,
    repeat,
    report,
)
from tests.serving import serving

pytestmark = pytest.mark.drill

#: The most expensive request of the API on the pack, in many spellings that no cache knows.
COSTLY = [
    f"/v1/characters?include={','.join(names)}&limit={limit}&count=true"
    for limit in range(100, 50, -1)
    for names in permutations(("commentary", "quotes", "film", "scenes"))
]
LONG = (
    "/docs/reference/scalar.js",
    "/docs/assets/swagger-ui-bundle.js",
    "/v1/openapi.json",
    "/v1/quotes?limit=100",
)
#: How long responses from memory may take, and how long others may, in seconds.
MAX_FROM_MEMORY, MAX_DELAY = 0.05, 1.0
#: The longest wait for a thread, and how much later the crowd, a single busy process, may notice the response.
MAX_WAIT, MAX_CROWD_DELAY = 2.0, 3.0
WORKER_MEGABYTES, MAX_KERNEL_MEGABYTES = 512, 64
SOCKSTAT = Path("/proc/net/sockstat")


@pytest.fixture(autouse=True)
def priority_over_other_programs():
    with priority():
        yield


@pytest.fixture
def server(engine, tmp_path):
    """A server with one worker."""
    with engine.fresh("pack") as url:
        log = tmp_path / "log"
        with serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server:
            yield server


@pytest.fixture(scope="module")
def prober():
    with probing() as probe:
        yield probe


@pytest.fixture
def probe(server, prober):
    """A function that begins to send requests as another client, for some seconds."""
    probe = partial(prober, port_of(server))
    # The first requests also show what the client and the server only do once.
    probe(0.5).result()
    return probe


def port_of(server):
    return int(server.url.rpartition(":")[2])


def assert_unaffected(results, paths=(LIVEZ, READYZ, CACHED, ORDINARY), share=1.0):
    """Assert that all requests to these paths succeeded, and were fast: a share of those answered from memory."""
    for path in paths:
        assert report(path, results[path]) == {200: len(results[path])}
    for path in paths:
        times = sorted(response.seconds for response in results[path])
        assert times[-1] <= MAX_DELAY
        if path in (LIVEZ, CACHED):
            assert times[ceil(len(times) * share) - 1] <= MAX_FROM_MEMORY


def worker_of(server):
    pid = server.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[0])


def kernel_megabytes():
    """Return what the kernel stores for all TCP connections of the machine."""
    tcp = next(line for line in SOCKSTAT.read_text("ascii").splitlines() if line.startswith("TCP:"))
    return int(tcp.rpartition(" mem ")[2]) * 4096 / 1e6


def resident_megabytes(pid):
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096 / 1e6


class TestReaders:
    def test_300_clients_that_do_not_read(self, server, probe):
        port, worker = port_of(server), worker_of(server)
        for path in (*LONG, CACHED):
            asyncio.run(get(port, path))
        others, before = probe(10), kernel_megabytes()
        with ExitStack() as stack:
            for number in range(300):
                client = stack.enter_context(socket.socket())
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", port))
                client.sendall(f"GET {LONG[number % len(LONG)]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                # All within a second. At once, as any 300 requests, they would wait for each other.
                time.sleep(0.003)
            results = others.result()
            megabytes, in_kernel = resident_megabytes(worker), kernel_megabytes() - before
            print(f"{megabytes:.0f} MB in the worker, {in_kernel:.0f} MB in the kernel")
            assert worker_of(server) == worker
            assert megabytes <= WORKER_MEGABYTES
            assert in_kernel <= MAX_KERNEL_MEGABYTES
        assert_unaffected(results)

    def test_they_are_disconnected(self, server):
        """The kernel ends the connection; what the client could not receive is lost."""
        with socket.create_connection(("127.0.0.1", port_of(server))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(b"GET /docs/reference/scalar.js HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(45)
            with pytest.raises(ConnectionResetError):
                read_all(client)


def read_all(client):
    while client.recv(1 << 20):
        pass


class TestCostlyRequests:
    def test_500_clients_with_the_most_expensive_request(self, server, probe):
        port, results = port_of(server), []

        async def run():
            paths = cycle(COSTLY)
            await asyncio.gather(*(repeat(port, paths, 10, results) for _ in range(500)))

        asyncio.run(get(port, CACHED))
        others = probe(10)
        asyncio.run(run())
        statuses = report("crowd", results)
        assert {*statuses} <= {200, 503}
        assert statuses[200]
        assert max(response.seconds for response in results) <= MAX_WAIT + MAX_CROWD_DELAY
        for response in results:
            if response.status == 503:
                assert "retry-after: " in response.head
                assert "cache-control: no-store\r\n" in response.head
        # 500 requests at once, at the beginning, wait for each other.
        assert_unaffected(others.result(), share=0.99)


class TestSenders:
    def test_1500_clients_that_do_not_finish_their_headers(self, server, probe):
        port = port_of(server)
        # Until after the header timeout, when the server closes all of their connections.
        others = probe(8)
        with ExitStack() as stack:
            for _ in range(1500):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                client.sendall(b"GET /v1 HTTP/1.1\r\nHost:")
            results = others.result()
        # Who arrives among 1,500 connections within 0.1 s waits until the server has accepted those before it.
        assert_unaffected(results, (LIVEZ, CACHED), share=0.99)

    def test_16_clients_that_do_not_finish_their_bodies(self, server, probe):
        port = port_of(server)
        with ExitStack() as stack:
            clients = []
            for method in ("GET", "POST", "PUT", "DELETE") * 4:
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                client.sendall(
                    f"{method} /v1/quotes HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx".encode()
                )
                clients.append(client)
            for client in clients:
                client.settimeout(MAX_DELAY)
                assert client.recv(100).split()[1] in (b"200", b"401", b"405")
            assert_unaffected(probe(3).result())
