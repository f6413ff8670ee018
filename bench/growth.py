"""Growth: measure the database time of every operation in catalogues of several sizes.

    python -m bench.growth --quotes 1000 10000 100000 --at sqlite:////tmp/catalogue-{quotes}.sqlite3

``--at`` may be repeated, for SQLite and PostgreSQL. A missing catalogue is generated, with its database.
The results are in bench/results/growth.json; those of other sizes stay.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from pathlib import Path
from typing import Any

import orjson

from api.core.config import ROOT
from bench.catalogue import generate
from bench.comparison import WARM_UP_RUNS, alternate, percentile, recorded_statements, runner, timed
from bench.databases import create_if_missing, opened_app
from bench.environment import versions
from bench.operations import operations
from bench.sample_ids import sample_ids
from models import migrations
from models.database import Database

RESULTS = ROOT / "bench" / "results" / "growth.json"
MIN_RUNS, MAX_RUNS, MAX_SECONDS = 5, 200, 1.0
OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
Rows = list[dict[str, Any]]


def prepare(url: str, quotes: int) -> None:
    """Generate the catalogue, or upgrade an existing one to the newest migration."""
    create_if_missing(url)
    database = Database(url)
    exists = migrations.current(database.engine) is not None
    if exists:
        migrations.upgrade(database.engine)
    database.close()
    if not exists:
        generate(url, quotes)


def measure(url: str, quotes: int) -> Rows:
    """Return the results of each operation in the catalogue, without those that the API refuses."""
    # Responses from the cache run no statements.
    with opened_app(url, statement_seconds=600, cache_bytes=0) as app:
        database: Database = app.extensions["database"]
        client, rows = app.test_client(), []
        with database.read_session() as session:
            urls = operations(client, session, sample_ids(session))
        for name, path in urls.items():
            with recorded_statements(database.engine) as statements:
                response = client.get(path)
            if response.status_code < 400:
                with database.engine.connect() as connection:
                    run = {name: timed(runner(connection, statements), time.perf_counter)}
                    times = alternate(run, MAX_RUNS, min_rounds=MIN_RUNS, max_seconds=MAX_SECONDS)[name]
                p50, p99 = (percentile(times[WARM_UP_RUNS:], part) for part in (0.5, 0.99))
                print(f"{quotes:,} quotes, {name}: {p50} ms, {p99} ms")
                row = {"operation": name, "database": database.engine.dialect.name, "quotes": quotes}
                rows.append(row | {"statements": len(statements), "p50_ms": p50, "p99_ms": p99})
    return rows


def save(path: Path, rows: Rows, new_versions: dict[str, str]) -> None:
    """Write the results; earlier ones stay for other databases and sizes."""
    old = orjson.loads(path.read_bytes()) if path.exists() else {"results": [], "versions": {}}
    replaced = {(row["database"], row["quotes"]) for row in rows}
    others = [row for row in old["results"] if (row["database"], row["quotes"]) not in replaced]
    results = {"measured_on": dt.date.today().isoformat(), "versions": old["versions"] | new_versions}
    path.write_bytes(orjson.dumps(results | {"results": others + rows}, option=OPTIONS))


def main() -> None:
    """Measure the catalogues that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description="Measure growth.")
    parser.add_argument("--quotes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--at", action="append", required=True, help="URL with {quotes}; may be repeated")
    parser.add_argument("--results", type=Path, default=RESULTS)
    args = parser.parse_args()
    for quotes in args.quotes:
        for url in [template.format(quotes=quotes) for template in args.at]:
            prepare(url, quotes)
            postgresql = None if url.startswith("sqlite") else url
            save(args.results, measure(url, quotes), versions(postgresql))


if __name__ == "__main__":
    main()
