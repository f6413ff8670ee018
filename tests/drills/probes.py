"""What others notice of a crowd: requests from a process of their own, which the crowd's clients do not delay.

Other programs that use the machine would delay responses, too. So all processes of a drill get priority over
them.
"""

import asyncio
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

LIVEZ, READYZ, CACHED = "/livez", "/readyz", "/v1/quotes"
#: A page that is never cached.
ORDINARY = "/v1/quotes?limit=5&id=her-2013-feel-by-proxy,x-{}"
#: The address of the probes; the server takes its clients for different ones by their addresses.
CLIENT = "127.0.0.9"
#: The priority of all processes of a session, where Linux schedules sessions (sched(7), autogroup).
AUTOGROUP = Path("/proc/self/autogroup")
#: The pauses between two probes of a path, in seconds. In ten seconds, there are a thousand of /livez.
PAUSES = {LIVEZ: 0.005, READYZ: 0.1, CACHED: 0.02, ORDINARY: 0.1}


class Response(NamedTuple):
    """A response, and the seconds it took."""

    status: int
    head: str
    seconds: float


async def get(port, path, local="127.0.0.1"):
    """Send a request over a connection of its own."""
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(local, 0))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    while await reader.read(1 << 20):
        pass
    writer.close()
    return Response(int(head.split()[1]), head, time.perf_counter() - started)


async def repeat(port, paths, seconds, results, *, local="127.0.0.1", pause=0.0):
    """Send requests one after another, and add their responses."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        results.append(await get(port, next(paths), local))
        await asyncio.sleep(pause)


def probe(port, seconds):
    """Send each kind of request repeatedly, and return the responses by path."""
    results = {path: [] for path in PAUSES}

    async def probe_all():
        requests = ((path, map(path.format, count()), pause) for path, pause in PAUSES.items())
        await asyncio.gather(
            *(
                repeat(port, paths, seconds, results[path], local=CLIENT, pause=pause)
                for path, paths, pause in requests
            )
        )

    asyncio.run(probe_all())
    return results


@contextmanager
def priority():
    """Give the session of this process, with the server and the probes, priority over other programs."""
    with suppress(OSError):
        AUTOGROUP.write_text("-18", "ascii")
    yield
    with suppress(OSError):
        AUTOGROUP.write_text("0", "ascii")


@contextmanager
def probing():
    """Yield a function that begins to probe a port for some seconds, and returns a future of the responses."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield partial(pool.submit, probe)


def report(name, responses):
    """Print the figures of the responses to a path, and return their statuses."""
    statuses = Counter(response.status for response in responses)
    times = sorted(response.seconds * 1000 for response in responses)
    p50, p99 = (times[int(len(times) * share)] for share in (0.5, 0.99))
    print(f"{name}: {dict(statuses)}, p50 {p50:.1f} ms, p99 {p99:.0f} ms, max {times[-1]:.0f} ms")
    return statuses
