"""What reading in SQL is worth: a page written there, against the same page through ORM and ``Schema.dump``.

    python -m bench.projection

SQLite, and PostgreSQL where SUBTEXT_TEST_DATABASE_URL names a server. Both ways serve the same requests in a
single process, in alternating batches, through the same routing, parsing and headers; their answers are
compared byte for byte before anything is measured. Times are medians for one request. CPU time is that of
this process; PostgreSQL's own is not in it, so the ratio of wall times stands beside it.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from rich.console import Console
from rich.table import Table

from api.app import create_app
from api.core.config import Settings
from bench.databases import postgresql, sqlite
from bench.orm import through_orm

#: What is asked for, by the name it has in the table.
REQUESTS = {
    "20 quotes": ("/v1/quotes", "limit=20"),
    "20 quotes by theme": ("/v1/quotes", "theme=loneliness,avoidance,perfection-versus-reality&limit=20"),
    "20 quotes, including scene and speaker": ("/v1/quotes", "limit=20&include=scene,speaker"),
    "20 claims": ("/v1/commentary", "limit=20"),
    "100 scenes": ("/v1/scenes", "limit=100"),
    "one quote": ("/v1/quotes/her-2013-a-wife-without-the-challenges", ""),
}
ROUNDS, BATCH = 15, 12


def ask(app: Flask, path: str, query: str) -> bytes:
    """Return the body of the answer to GET ``path``, asked as a server asks."""
    environment = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    said: list[str] = []

    def start(status: str, *_: Any) -> Callable[[bytes], object]:
        said.append(status)
        return lambda _: None

    answer = app.wsgi_app(environment, start)
    body = b"".join(answer)
    if said != ["200 OK"]:
        raise SystemExit(f"GET {path}?{query}: {said} {body[:300]!r}")
    return body


def timed(ask_once: Callable[[], Any]) -> tuple[float, float]:
    """Return the CPU and the wall time of one of a batch of requests, in microseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(BATCH):
        ask_once()
    return (time.process_time() - cpu) / BATCH * 1e6, (time.perf_counter() - wall) / BATCH * 1e6


def measured(app: Flask, path: str, query: str) -> tuple[list[float], list[float]]:
    """Return the median CPU and wall time in SQL and through the ORM, taken in turns."""
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: ask(app, path, query)))
        with through_orm():
            theirs.append(timed(lambda: ask(app, path, query)))
    medians = [[statistics.median(column) for column in zip(*taken, strict=True)] for taken in (ours, theirs)]
    return medians[0], medians[1]


def table(name: str, url: str) -> Table:
    """Return the measurements over one database."""
    shown = Table("GET", "bytes", "ORM µs", "SQL µs", "CPU ratio", "wall ratio", title=name)
    app = create_app(Settings(database_url=url, statement_seconds=60))
    for label, (path, query) in REQUESTS.items():
        body = ask(app, path, query)
        with through_orm():
            if ask(app, path, query) != body:
                raise SystemExit(f"GET {path}?{query}: the two answers differ.")
        (cpu, wall), (orm_cpu, orm_wall) = measured(app, path, query)
        times = f"{orm_cpu:,.0f}", f"{cpu:,.0f}", f"{orm_cpu / cpu:.1f}×", f"{orm_wall / wall:.1f}×"
        shown.add_row(label, f"{len(body):,}", *times)
    app.extensions["database"].close()
    return shown


def main() -> None:
    """Measure and print."""
    console = Console()
    with sqlite() as url:
        console.print(table("SQLite", url))
    server = os.environ.get("SUBTEXT_TEST_DATABASE_URL")
    if server is None:
        console.print("PostgreSQL was not measured: SUBTEXT_TEST_DATABASE_URL names no server.")
    else:
        with postgresql(server) as url:
            console.print(table("PostgreSQL", url))


if __name__ == "__main__":
    main()
