"""A running server: ``subtext serve`` on a free port, stopped by its own process id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUBTEXT = Path(sys.executable).with_name("subtext")


@dataclass
class Served:
    """A server: its base URL, its process, and the log that it prints to."""

    url: str
    process: subprocess.Popen
    log: Path

    @property
    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(log: Path, **environment: str):
    """Start ``subtext serve``, wait until it is ready, and stop it at the end."""
    port = environment.pop("PORT", str(free_port()))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    with log.open("w") as output:
        process = subprocess.Popen(
            [SUBTEXT, "serve"],
            env=inherited | environment | {"PORT": port},
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
        )
    served = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        wait(served)
        yield served
    finally:
        if process.poll() is None:
            served.stop()


def wait(served: Served) -> None:
    """Wait until a server is ready."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if served.process.poll() is not None:
            raise AssertionError(f"the server ended: {served.printed}")
        try:
            with urllib.request.urlopen(f"{served.url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not become ready: {served.printed}")
