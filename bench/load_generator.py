"""Load made by wrk, and what it prints."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from typing import Any

from bench.load.taken import NotTaken, Taken

IN_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}
COUNTED = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m)")
WAITED = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s|m)")
FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
SOCKETS = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")


def load(port: int, path: str, headers: Mapping[str, str], seconds: float, connections: int) -> Taken:
    """Run wrk, in one thread."""
    # It takes whole seconds only.
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--latency", "--timeout", "10"]
    command += ["--duration", f"{max(1, round(seconds))}s"]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    address = f"http://127.0.0.1:{port}{path}"
    done = subprocess.run([*command, address], capture_output=True, text=True, check=False)  # noqa: S603
    return taken(done.stdout + done.stderr)


def taken(printed: str) -> Taken:
    """Return what wrk says.

    Raises:
        NotTaken: when it says nothing of answers.
    """
    counted: Any = COUNTED.search(printed)
    if counted is None:
        raise NotTaken(f"wrk said: {printed}")
    waited = {part: float(time) * IN_MILLISECONDS[unit] for part, time, unit in WAITED.findall(printed)}
    failed, sockets = FAILED.search(printed), SOCKETS.search(printed)
    errors = int(failed[1]) if failed else 0
    errors += sum(map(int, sockets.groups())) if sockets else 0
    seconds = float(counted[2]) * IN_MILLISECONDS[counted[3]] / 1_000
    return Taken(int(counted[1]), seconds, waited["50"], waited["99"], errors)
