"""granian, with the settings that were measured to suit this service (ADR 0008)."""

from __future__ import annotations

import os
import socket
import sys
from typing import NoReturn

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from sqlalchemy import make_url

from api.config import ROOT, Settings


def refuse_taken_port(settings: Settings) -> None:
    """End with one sentence if something listens there already."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SystemExit(
                f"subtext: {settings.host}:{settings.port} cannot be used: {error.strerror}."
            ) from None


def serve(settings: Settings) -> NoReturn:
    """Become a process that does nothing but serve.

    Workers are copies of that process: what this one has loaded to fill a database, each would hold too.
    """
    # It and its workers read the environment anew: they must find what was resolved here.
    os.environ.update(HOST=settings.host, PORT=str(settings.port))
    # -P: it is started in whatever folder an operator is in, and may import nothing from there.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "api.server"])  # noqa: S606 (no shell is meant)


def run(settings: Settings) -> None:
    """Serve ``wsgi:app`` until told to stop."""
    is_sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    Granian(
        "wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        working_dir=ROOT,
        # More threads on SQLite only wait for one another; on PostgreSQL they wait for the network.
        blocking_threads=1 if is_sqlite else 4,
        http=HTTPModes.http1,
        websockets=False,
        backlog=8192,
        backpressure=4096,
        http1_settings=HTTP1Settings(header_read_timeout=5000, max_buffer_size=65536),
        workers_kill_timeout=30,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    run(Settings.from_environment())
