"""The environment of a measurement: the machine, its load, and the versions of everything."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from sqlalchemy import text

from api.core.config import ROOT
from api.core.version import VERSION
from models.database import Database
from models.sqlite_driver import SQLITE_VERSION

PACKAGES = ["granian", "flask", "flask-smorest", "marshmallow", "sqlalchemy", "orjson", "psycopg"]
PACKAGES += ["fastapi", "pydantic", "uvicorn", "datasette"]


def machine() -> dict[str, Any]:
    """Return the machine's processor, cores, memory and kernel, and its present load."""
    processor = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    cores, load = len(os.sched_getaffinity(0)), round(os.getloadavg()[0], 1)
    size = {"processor": processor[1] if processor else "", "cores": cores, "memory_gb": memory}
    return size | {"kernel": f"{platform.system()} {platform.release()}", "load_before": load}


def versions(postgresql: str | None) -> dict[str, str]:
    """Return versions by name: of the databases, and of the packages that are installed."""
    numbers = {"Subtext": VERSION, "Python": platform.python_version(), "SQLite": SQLITE_VERSION}
    if postgresql:
        database = Database(postgresql)
        with database.engine.connect() as connection:
            numbers["PostgreSQL"] = str(connection.scalar(text("SHOW server_version"))).split()[0]
        database.close()
    installed = {one.name.lower(): one.version for one in distributions()}
    return numbers | {name: installed[name] for name in PACKAGES if name in installed}


def cost(command: list[str], cwd: Path = ROOT, **settings: str) -> tuple[float, float]:
    """Run a program of a checkout: return its CPU time in seconds, and its peak memory in MB (10⁶ bytes)."""
    # Without compiled modules, most of the time would be spent compiling.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    words = [str(cwd / ".venv" / "bin" / command[0]), *command[1:]]
    process = subprocess.Popen(words, cwd=cwd, env=environment | settings, stdout=subprocess.DEVNULL)  # noqa: S603
    _, process.returncode, usage = os.wait4(process.pid, 0)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed.")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6
