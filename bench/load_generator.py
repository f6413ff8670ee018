"""Load generation with wrk: one request, repeated over a few open connections.

wrk is a Debian package. A client in Python would need about as much CPU time for a request as the fastest
servers, and so hide how many responses they can send.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}
TOTAL = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m)")
LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s|m)")
SOCKET_ERRORS = r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)"
ERRORS = re.compile(rf"{SOCKET_ERRORS}|Non-2xx or 3xx responses: (\d+)")


class LoadFailed(Exception):
    """wrk failed or printed no results; ``str()`` is its output."""


class Request(NamedTuple):
    """A GET request of a path, with headers in addition to ``Host``."""

    path: str
    headers: Mapping[str, str] = MappingProxyType({})


def load(port: int, request: Request, seconds: float, connections: int) -> dict[str, float]:
    """Send the request to a local server repeatedly, over each connection one at a time; see ``parse``."""
    # wrk only accepts whole seconds.
    command = ["wrk", "--threads=1", f"--connections={connections}", "--latency", "--timeout=10"]
    command += [f"--duration={max(1, round(seconds))}s", f"http://127.0.0.1:{port}{request.path}"]
    command += [f"--header={name}: {value}" for name, value in request.headers.items()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return parse(done.stdout + done.stderr)


def parse(output: str) -> dict[str, float]:
    """Return ``responses`` in ``seconds``, ``p50_ms``, ``p99_ms`` and ``errors``; raise ``LoadFailed``."""
    total = TOTAL.search(output)
    if total is None:
        raise LoadFailed(f"wrk printed: {output}")
    latencies = {part: float(time) * MILLISECONDS[unit] for part, time, unit in LATENCY.findall(output)}
    errors = sum(int(number) for match in ERRORS.finditer(output) for number in match.groups("0"))
    seconds = float(total[2]) * MILLISECONDS[total[3]] / 1_000
    figures = {"responses": int(total[1]), "seconds": seconds, "errors": errors}
    return figures | {"p50_ms": latencies["50"], "p99_ms": latencies["99"]}
