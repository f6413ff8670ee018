"""Server processes: started on a free port, measured as Linux counts them, and stopped by their ids."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from api.core.config import ROOT

START_TIMEOUT = 60.0
PROC = Path("/proc")
#: Headers that the server adds to those of any application.
SERVER_HEADERS = {"date", "server", "connection"}
Headers = list[tuple[str, str]]


class NotStarted(Exception):
    """A server ended or did not respond; ``str()`` contains its output."""


@dataclass(frozen=True)
class Server:
    """How a server is started on a port, and a path that it serves once it is ready."""

    name: str
    command: Callable[[int], list[str]]
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunningServer:
    """A running server: its port, its first process and its output file."""

    port: int
    process: subprocess.Popen[bytes]
    output: IO[bytes]

    @property
    def state(self) -> str:
        """Whether the server still runs, and the end of its output."""
        status = self.process.poll()
        state = "It still runs" if status is None else f"It ended with {status}"
        # pread leaves the file position unchanged, which the server shares.
        size = os.fstat(self.output.fileno()).st_size
        tail = os.pread(self.output.fileno(), 2_000, max(0, size - 2_000)).decode(errors="replace").strip()
        return f"{state}, and printed: {tail or 'nothing'}"

    @property
    def processes(self) -> list[int]:
        """The ids of its process and of all below it."""
        ids = [self.process.pid]
        for one in ids:
            for children in PROC.glob(f"{one}/task/*/children"):
                ids += map(int, _read(children).split())
        return ids

    @property
    def cpu_seconds(self) -> float:
        """The user and system time of all of its processes."""
        # The name of a program, in parentheses, may contain anything.
        fields = [_read(PROC / f"{one}/stat").rpartition(")")[2].split() for one in self.processes]
        return sum(int(field[11]) + int(field[12]) for field in fields if field) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_megabytes(self) -> float:
        """The resident memory of all of its processes, in MB (10⁶ bytes)."""
        return sum(map(resident_megabytes, self.processes))

    def stop(self) -> None:
        """Stop the server, and kill what is left of it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(server: Server, cwd: Path = ROOT) -> Iterator[RunningServer]:
    """Run the server inside the block; raise ``NotStarted`` if it does not respond within a minute."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    # Only the settings of the benchmark apply.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    environment = {**inherited, **server.environment, "HOST": "127.0.0.1", "PORT": str(port)}
    with TemporaryFile() as output:
        options: dict[str, Any] = {"stdout": output, "stderr": subprocess.STDOUT, "process_group": 0}
        process = subprocess.Popen(server.command(port), env=environment, cwd=cwd, **options)  # noqa: S603
        started = RunningServer(port, process, output)
        try:
            end = time.monotonic() + START_TIMEOUT
            while not responds(port, server.ready):
                if process.poll() is not None or time.monotonic() > end:
                    raise NotStarted(f"{server.name} did not serve {server.ready}. {started.state}")
                time.sleep(0.05)
            yield started
        finally:
            started.stop()


def fetch(port: int, path: str, headers: Mapping[str, str]) -> tuple[str, Headers, bytes]:
    """Return the status, the application's headers and the body of a response."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        sent = [(name, value) for name, value in response.getheaders() if name.lower() not in SERVER_HEADERS]
        return f"{response.status} {response.reason}", sent, response.read()


def responds(port: int, path: str) -> bool:
    """Whether a server serves the path with success."""
    try:
        return fetch(port, path, {})[0] < "4"
    except (OSError, http.client.HTTPException):
        return False


def resident_megabytes(process: int, kind: str = "Rss") -> float:
    """Return the resident memory of a process, in MB (10⁶ bytes); 0 if it has ended.

    With the kind ``Pss``, a page counts in proportion to the processes that share it (proc(5)).
    """
    lines = _read(PROC / f"{process}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{kind}:"))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        # The process has ended in the meantime.
        return ""
