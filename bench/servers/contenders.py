"""Contenders: how Subtext, and each server that it is compared with, is started on one catalogue."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from bench.servers.server_process import Server
from subtext_cli.server import MALLOC_SETTINGS

JSON_SERVER = Path(__file__).parent / "json_server" / "node_modules" / ".bin" / "json-server"
#: URLs in responses begin with this, whichever port they come from.
BASE_URL = "http://subtext.example"
OPTIONAL = ("FastAPI + ORM", "Datasette", "json-server")
READY = "/v1/quotes?limit=1&theme=none"


def subtext(url: str, *, name: str = "Subtext", cache: int = 8, workers: int = 1, seconds: int = 1) -> Server:
    """Return Subtext over a database, with a response cache of this many MB, and a statement timeout."""
    settings = {"SUBTEXT_CACHE_MB": str(cache), "SUBTEXT_WORKERS": str(workers)}
    settings["SUBTEXT_STATEMENT_SECONDS"] = str(seconds)
    return _granian(name, "wsgi:app", READY, url, **settings)


def smorest(url: str) -> Server:
    """Return flask-smorest with the ORM and ``Schema.dump``."""
    return _granian("flask-smorest + ORM", "bench.servers.smorest_orm:app", READY, url)


def bare(url: str, recorded: Path) -> Server:
    """Return the server of recorded responses, with as many threads as that database needs."""
    return _granian("bare WSGI", "bench.servers.bare:app", "/plain", url, BENCH_RECORDED=str(recorded))


def _granian(name: str, application: str, ready: str, url: str, **settings: str) -> Server:
    # The settings of `subtext serve`, for any application.
    run = "from api.core.config import Settings; from subtext_cli.server import run; import sys;"
    command = [sys.executable, "-c", f"{run} run(Settings.from_environment(), sys.argv[1])", application]
    common = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_PUBLIC_URL": BASE_URL, "SUBTEXT_WORKERS": "1"}
    return Server(name, lambda _: command, ready, MALLOC_SETTINGS | common | settings)


def fastapi(url: str) -> Server:
    """Return FastAPI with pydantic and the ORM, served by uvicorn."""
    command = [sys.executable, "-m", "uvicorn", "bench.servers.fastapi_orm:app", "--no-access-log"]
    environment = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_PUBLIC_URL": BASE_URL}
    return Server(
        "FastAPI + ORM", lambda p: [*command, "--log-level=warning", f"--port={p}"], READY, environment
    )


def datasette(file: Path) -> Server:
    """Return Datasette on a SQLite file, with its own settings."""
    command = [sys.executable, "-m", "datasette", "serve", str(file)]
    return Server("Datasette", lambda port: [*command, f"--port={port}"], "/-/versions.json")


def json_server(file: Path) -> Server:
    """Return json-server on a JSON file, without its log."""
    command = [str(JSON_SERVER), str(file), "--quiet", "--host=127.0.0.1"]
    return Server("json-server", lambda port: [*command, f"--port={port}"], "/quotes?_limit=1")


def missing(name: str) -> str | None:
    """Return why a server cannot be started here, or None."""
    if name == "json-server":
        if shutil.which("node") is None:
            return "node is not installed"
        return None if JSON_SERVER.exists() else "it is not installed (make bench installs it with npm)"
    package = {"FastAPI + ORM": "fastapi", "Datasette": "datasette"}.get(name, "granian")
    return None if find_spec(package) else "it is not installed (make bench installs it)"
