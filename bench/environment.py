"""What was measured on: the machine, how busy it was, and the versions of everything."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

from api.core.version import VERSION
from bench.servers.contenders import JSON_SERVER
from models.database import Database

PACKAGES = ("granian", "flask", "flask-smorest", "marshmallow", "sqlalchemy", "orjson", "psycopg")
CONTENDERS = ("fastapi", "pydantic", "uvicorn", "datasette")


def machine() -> dict[str, Any]:
    """Return the machine's processor, cores, memory and kernel, and its load at this moment."""
    return {
        "processor": _first(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo")) or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 1),
    }


def versions(postgresql: str | None) -> dict[str, str]:
    """Return the versions of what was measured, by name; those that are not installed are left out."""
    found = {"Subtext": VERSION, "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    if postgresql:
        database = Database(postgresql)
        with database.engine.connect() as connection:
            found["PostgreSQL"] = str(connection.scalar(text("SHOW server_version"))).split()[0]
        database.close()
    for name in (*PACKAGES, *CONTENDERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found | _of_node()


def _of_node() -> dict[str, str]:
    if not JSON_SERVER.exists():
        return {}
    package = JSON_SERVER.parents[1] / "json-server" / "package.json"
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)  # noqa: S607
    return {
        "Node": said.stdout.strip().lstrip("v"),
        "json-server": orjson.loads(package.read_bytes())["version"],
    }


def _first(pattern: str, file: Path) -> str | None:
    found = re.search(pattern, file.read_text("utf-8"), re.MULTILINE) if file.exists() else None
    return found[1] if found else None
