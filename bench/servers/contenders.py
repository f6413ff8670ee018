"""How each server is started on one catalogue: Subtext itself, and what it is compared with."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from bench.servers.server_process import Server

FOLDER = Path(__file__).parent
JSON_SERVER = FOLDER / "json_server" / "node_modules" / ".bin" / "json-server"
#: Addresses in answers begin with this, whichever port they come from.
BASE = "http://subtext.example"
READY = "/v1/quotes?limit=1&theme=none"


def subtext(url: str, *, name: str = "Subtext", cache: int = 32, workers: int = 1) -> Server:
    """Return Subtext on a database, with so many megabytes of cache."""
    settings = {"SUBTEXT_CACHE_MB": str(cache), "SUBTEXT_WORKERS": str(workers)}
    return _granian(name, "wsgi:app", READY, url, **settings)


def smorest(url: str) -> Server:
    """Return flask-smorest with the ORM and ``Schema.dump``."""
    return _granian("flask-smorest + ORM", "bench.servers.smorest_orm:app", READY, url)


def bare(url: str, recorded: Path) -> Server:
    """Return the floor: recorded answers, with threads as on that database."""
    path = "/" + min(file.stem for file in recorded.glob("*.json") if file.stem != "unmodified")
    return _granian("bare WSGI", "bench.servers.bare:app", path, url, BENCH_RECORDED=str(recorded))


def _granian(name: str, application: str, ready: str, url: str, **settings: str) -> Server:
    command = [sys.executable, "-m", "bench.servers.serve", application]
    common = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_PUBLIC_URL": BASE, "SUBTEXT_WORKERS": "1"}
    return Server(name, lambda _: command, ready, common | settings)


def fastapi(url: str) -> Server:
    """Return FastAPI with pydantic and the ORM, served by uvicorn."""
    application = ["bench.servers.fastapi_orm:app", "--no-access-log", "--log-level", "warning"]
    environment = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_PUBLIC_URL": BASE}

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "uvicorn", *application, "--port", str(port)]

    return Server("FastAPI + ORM", command, READY, environment)


def datasette(file: Path) -> Server:
    """Return Datasette on a SQLite file, with its own settings."""

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "datasette", "serve", str(file), "--port", str(port)]

    return Server("Datasette", command, "/-/versions.json")


def json_server(file: Path) -> Server:
    """Return json-server on a JSON file, without its log."""

    def command(port: int) -> list[str]:
        return [str(JSON_SERVER), str(file), "--quiet", "--host", "127.0.0.1", "--port", str(port)]

    return Server("json-server", command, "/quotes?_limit=1")


def missing(name: str) -> str | None:
    """Say why a server cannot be started here, or None."""
    if name == "json-server":
        if shutil.which("node") is None:
            return "node is not installed"
        return None if JSON_SERVER.exists() else "it is not installed (make bench does it, with npm)"
    package = {"FastAPI + ORM": "fastapi", "Datasette": "datasette"}.get(name, "granian")
    return None if find_spec(package) else "it is not installed (make bench does it)"
