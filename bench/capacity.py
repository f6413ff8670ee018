"""What a machine of some cores serves: the table of docs/operations.md.

    python -m bench.capacity [--seconds 4] [--postgresql URL]

`subtext serve` runs with 1 and 2 workers on each database, and wrk repeats one request. A cached
response comes from the response cache; without it (``SUBTEXT_CACHE_MB=0``) every request reads the database.
CPU time is that of the server's processes alone, so it also holds where wrk takes a part of the machine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from api.core.config import ROOT
from bench.databases import fill, temporary_database
from bench.load_generator import Request, load
from bench.servers.server_process import Server, resident_megabytes, responds, running

WORKERS = (1, 2)
CONNECTIONS = 16
ITEM, PAGE = "/v1/quotes/her-2013-a-wife-without-the-challenges", "/v1/quotes?include=film,scene,themes"
SEARCH, HTML = "/v1/search?q=loneliness", "/quotes/her-2013-a-wife-without-the-challenges"
#: What is requested, by name, and the size of the response cache in MB.
REQUESTS = {
    "cached page of 20": (PAGE, 32),
    "item": (ITEM, 0),
    "page of 20": (PAGE, 0),
    "search": (SEARCH, 0),
    "web page": (HTML, 0),
}


class Row(NamedTuple):
    """One line of the table."""

    database: str
    workers: int
    request: str
    per_second: float
    cpu_milliseconds: float
    p99_milliseconds: float
    #: Of one worker, after the requests.
    worker_megabytes: float
    errors: float

    def __str__(self) -> str:
        return (
            f"| {self.database} | {self.workers} | {self.request} | {self.per_second:,.0f} "
            f"| {self.cpu_milliseconds:.3f} | {self.p99_milliseconds:.1f} | {self.worker_megabytes:.0f} |"
        )


HEADER = """\
| database | workers | request | per second | CPU ms per request | p99 ms | MB per worker |
|---|---|---|---|---|---|---|"""


@contextmanager
def databases(postgresql: str | None) -> Iterator[dict[str, str]]:
    """Yield the URLs of filled databases by name."""
    with TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{folder}/capacity.sqlite3"}
        fill(urls["SQLite"])
        if postgresql is None:
            yield urls
            return
        with temporary_database(postgresql) as url:
            fill(url)
            yield urls | {"PostgreSQL": url}


def measure(database: str, url: str, workers: int, seconds: float) -> Iterator[Row]:
    """Yield the rows of one database and one number of workers."""
    command = [str(ROOT / ".venv" / "bin" / "subtext"), "serve"]
    for name, (path, cache) in REQUESTS.items():
        settings = {
            "SUBTEXT_DATABASE_URL": url,
            "SUBTEXT_WORKERS": str(workers),
            "SUBTEXT_CACHE_MB": str(cache),
            "SUBTEXT_RATE_LIMIT": "off",
        }
        with running(Server(name, lambda _port: command, "/livez", settings), Path(ROOT)) as server:
            send = partial(load, server.port, Request(path), connections=CONNECTIONS)
            responds(server.port, path)
            send(seconds=1)
            before = server.cpu_seconds
            result = send(seconds=seconds)
            cpu = (server.cpu_seconds - before) / result["responses"] * 1000
            size = max(resident_megabytes(process) for process in server.processes[1:])
            rate = result["responses"] / result["seconds"]
            yield Row(database, workers, name, rate, cpu, result["p99_ms"], size, result["errors"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement; default 4")
    parser.add_argument("--postgresql", help="URL of a server on which a database may be created")
    options = parser.parse_args()
    print(HEADER)
    with databases(options.postgresql) as urls:
        for database, url in urls.items():
            for workers in WORKERS:
                for row in measure(database, url, workers, options.seconds):
                    print(row, f" {row.errors:.0f} errors" if row.errors else "", sep="", flush=True)


if __name__ == "__main__":
    main()
