"""A running server: ``subtext serve`` on a free port, stopped by its own process id."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The end of what `subtext serve` prints.
LAST_WORDS = "graceful shutdown 30 s"
#: How long a server may take to start on a machine that is busy.
START_SECONDS = 120
SUBTEXT = Path(sys.executable).with_name("subtext")


@dataclass
class RunningServer:
    """A server: its base URL, its process, and the file that its output goes to."""

    url: str
    process: subprocess.Popen
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


def free_port() -> int:
    """Return a port below those that the kernel gives to connections, which might take it before a server does."""
    while True:
        port = secrets.choice(range(10_000, 32_000))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def serving(log: Path, *options: str, **environment: str):
    """Start ``subtext serve``, wait until it is ready, and stop it at the end. ``--port`` overrides ``PORT``."""
    environment.setdefault("PORT", str(free_port()))
    port = options[options.index("--port") + 1] if "--port" in options else environment["PORT"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
    # A server that listens on ::1 alone does not answer at 127.0.0.1.
    host = "[::1]" if environment.get("HOST") == "[::1]" else "127.0.0.1"
    url, command = f"http://{host}:{port}", [SUBTEXT, "serve", *options]
    with running(command, url, log, LAST_WORDS, env=inherited | environment, cwd=log.parent) as server:
        yield server


@contextmanager
def running(command, url: str, log: Path, printed: str = "", **options):
    """Start a server that will answer at ``url``, wait as ``wait`` does, and stop it at the end."""
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
    server = RunningServer(url, process, log)
    try:
        wait(server, printed=printed)
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def wait(server: RunningServer, *, printed: str = "") -> None:
    """Wait until a server is ready and has printed a text. Ours prints its addresses after its first answer."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended: {server.output}")
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
                if printed in server.output:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not become ready: {server.output}")
