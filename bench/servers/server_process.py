"""Running a server: until it answers, and not a moment longer than it is wanted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from api.core.config import ROOT
from bench.servers.processes import tree

PATIENCE = 60.0


class NotStarted(Exception):
    """A server ended, or did not answer; ``str()`` has what it printed."""


@dataclass(frozen=True)
class Server:
    """How a server is started, given its port, and a path that it answers once it is ready."""

    name: str
    command: Callable[[int], list[str]]
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A server that runs, by its port and the id of its first process; ``printed`` is what it has said."""

    port: int
    process: int
    popen: subprocess.Popen[bytes]
    printed: IO[bytes]

    @property
    def state(self) -> str:
        """Whether the server still runs, and the end of what it printed, for who gets no answers."""
        ended = self.popen.poll()
        ran = "It still runs" if ended is None else f"It ended with {ended}"
        return f"{ran}, and printed: {_said(self.printed) or 'nothing'}"


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """Run the server inside the block.

    Raises:
        NotStarted: when it does not answer within a minute.
    """
    port = free_port()
    # Only what the benchmark says is set.
    own = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    with TemporaryFile() as printed:
        process = subprocess.Popen(  # noqa: S603
            server.command(port),
            env={**own, **server.environment, "HOST": "127.0.0.1", "PORT": str(port)},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(server, port, process, printed)
            yield Running(port, process.pid, process, printed)
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and all below it, at first politely."""
    below = tree(process.pid)[1:]
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for one in below:
        if Path(f"/proc/{one}").exists():
            os.kill(one, signal.SIGKILL)


def _wait(server: Server, port: int, process: subprocess.Popen[bytes], printed: IO[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not answers(port, server.ready):
        if process.poll() is not None or time.monotonic() > end:
            raise NotStarted(f"{server.name} did not answer {server.ready}: {_said(printed)}")
        time.sleep(0.05)


def _said(printed: IO[bytes]) -> str:
    # The server goes on writing where it was: its place in the file is ours, too.
    size = os.fstat(printed.fileno()).st_size
    return os.pread(printed.fileno(), 2_000, max(0, size - 2_000)).decode(errors="replace").strip()


def answers(port: int, path: str) -> bool:
    """Whether a server answers the path with success."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            answer.read()
    except OSError:
        return False
    return True
