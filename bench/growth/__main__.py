"""Measure how every operation grows, and write that to bench/results/growth.json.

python -m bench.growth --quotes 1000 10000 100000 --at sqlite:////tmp/catalogue-{quotes}.sqlite3

``--at`` may be given more than once, for SQLite and PostgreSQL. A catalogue that is not there is made,
with its database. What the file says of other sizes is kept.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from api.app import create_app
from api.core.config import ROOT, Settings
from bench.catalogue import Sizes, make
from bench.databases import provide
from bench.growth.measuring import Measured, measured, noted
from bench.operations import operations
from bench.sample_ids import places
from models import migrations
from models.database import Database

RESULTS = ROOT / "bench" / "results" / "growth.json"


def grown(url: str, quotes: int) -> dict[str, Measured | None]:
    """Return what each operation takes in the catalogue at ``url``; None of one that was refused."""
    # What is answered from memory runs no statement, and whoever looked for cursors has asked for it before.
    app = create_app(Settings(database_url=url, statement_seconds=600, cache_bytes=0))
    database: Database = app.extensions["database"]
    client = app.test_client()
    with database.read_session() as session:
        asked = operations(client, session, places(session))
    found: dict[str, Measured | None] = {}
    for name, address in asked.items():
        with noted(database.engine) as statements:
            answer = client.get(address)
        with database.engine.connect() as connection:
            found[name] = measured(connection, statements) if answer.status_code < 400 else None
    database.close()
    return found


def prepare(url: str, quotes: int) -> None:
    """Make the catalogue, or bring one that is there to the newest migration."""
    provide(url)
    database = Database(url)
    is_there = migrations.current(database.engine) is not None
    if is_there:
        migrations.upgrade(database.engine)
    database.close()
    if not is_there:
        make(url, Sizes(quotes))


def rows(url: str, quotes: int, found: dict[str, Measured | None]) -> list[dict[str, Any]]:
    """Return the results as the file has them."""
    place = {"database": "sqlite" if url.startswith("sqlite") else "postgresql", "quotes": quotes}
    return [{"operation": name} | place | asdict(one) for name, one in found.items() if one]


def keep(path: Path, new: list[dict[str, Any]], versions: dict[str, str]) -> None:
    """Write the results; of what was measured before only what is not measured anew is kept."""
    old = orjson.loads(path.read_bytes()) if path.exists() else {"results": [], "versions": {}}
    measured_now = {(row["database"], row["quotes"]) for row in new}
    kept = [row for row in old["results"] if (row["database"], row["quotes"]) not in measured_now]
    known = old["versions"] | versions
    whole = {"measured_on": dt.date.today().isoformat(), "versions": known, "results": [*kept, *new]}
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")


def version_of(url: str) -> dict[str, str]:
    """Return the versions that were measured."""
    versions = {"python": platform.python_version()}
    if url.startswith("sqlite"):
        return versions | {"sqlite": sqlite3.sqlite_version}
    database = Database(url)
    with database.engine.connect() as connection:
        said = connection.scalar(text("SHOW server_version"))
    database.close()
    return versions | {"postgresql": str(said).split()[0]}


def shown(url: str, quotes: int, found: dict[str, Measured | None]) -> Table:
    """Return the results for people."""
    table = Table("operation", "statements", "p50 ms", "p99 ms", "touched", title=f"{quotes:,} quotes, {url}")
    for name, one in found.items():
        numbers = (
            (f"{one.statements}", f"{one.p50_ms:.3f}", f"{one.p99_ms:.3f}", f"{one.touched:,}") if one else ()
        )
        table.add_row(name, *numbers)
    return table


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description="Measure growth.")
    parser.add_argument("--quotes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--at", action="append", required=True, help="URL with {quotes}; may be repeated")
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    console = Console(width=110)
    for quotes in asked.quotes:
        for template in asked.at:
            url = template.format(quotes=quotes)
            prepare(url, quotes)
            found = grown(url, quotes)
            console.print(shown(template, quotes, found))
            keep(asked.results, rows(url, quotes, found), version_of(url))


if __name__ == "__main__":
    main()
