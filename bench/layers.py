"""Where the time of a request goes, by the layers that it passes: Python's own profiler, in one process.

A profiler makes every call dearer and thereby what consists of many; shares are an indication.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.app import create_app
from api.core.config import ROOT, Settings
from bench.projection import ask

REQUESTS, BEFORE = 300, 30
#: Layers by a part of the files' paths; the first that fits.
LAYERS = {
    "/sqlalchemy/": "SQLAlchemy",
    "/sqlite3/": "SQLite",
    "/psycopg": "psycopg and PostgreSQL",
    "/flask_smorest/": "flask-smorest, webargs, marshmallow",
    "/webargs/": "flask-smorest, webargs, marshmallow",
    "/marshmallow/": "flask-smorest, webargs, marshmallow",
    "/flask": "Flask and Werkzeug",
    "/werkzeug/": "Flask and Werkzeug",
    "/api/cache/": "Subtext’s cache",
    "/models/watching": "Subtext’s cache",
    "/api/": "Subtext",
    "/models/": "Subtext",
}
Function = tuple[str, int, str]


def layers(url: str, path: str) -> dict[str, float]:
    """Return the share that each layer has in the time of a request of which nothing is cached."""
    return shares(_profiled(Settings(database_url=url, cache_bytes=0), path), layer)


def functions(url: str, path: str, most: int = 12) -> dict[str, float]:
    """Return the share of each function in the time of a request that is answered from the cache."""
    found = shares(_profiled(Settings(database_url=url), path), named)
    return dict(list(found.items())[:most])


def _profiled(settings: Settings, path: str) -> pstats.Stats:
    app = create_app(settings)
    address, _, query = path.partition("?")
    for _ in range(BEFORE):
        ask(app, address, query)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(REQUESTS):
        ask(app, address, query)
    profile.disable()
    app.extensions["database"].close()
    return pstats.Stats(profile, stream=sys.stderr)


def shares(stats: pstats.Stats, by: Callable[[Function], str]) -> dict[str, float]:
    """Return the share of the time by what a function belongs to, the greatest first."""
    spent: Counter[str] = Counter()
    entries: dict[Function, Any] = stats.stats  # type: ignore[attr-defined]
    for function, (_, _, own, _, callers) in entries.items():
        if function[0] == "~" and "sqlite3" not in function[2]:
            # What is built in belongs to whoever calls it.
            for caller, (_, _, there, _) in callers.items():
                spent[by(caller)] += there
        else:
            spent[by(function)] += own
    whole = sum(spent.values())
    return {name: round(seconds / whole, 3) for name, seconds in spent.most_common()}


def layer(function: Function) -> str:
    """Return the layer that a function is of."""
    if "sqlite3" in function[2]:
        return "SQLite"
    return next((name for part, name in LAYERS.items() if part in function[0]), "Python’s library and others")


def named(function: Function) -> str:
    """Return a function's module and name."""
    file, _, name = function
    if file == "~":
        return name.strip("<>")
    module = Path(file)
    inside = module.relative_to(ROOT) if module.is_relative_to(ROOT / "api") else Path(module.name)
    return f"`{inside}` {name.strip('<>')}"
