"""The benefit of each mechanism, measured against the simple alternative on existing catalogues.

    python -m bench.machinery --at sqlite:////tmp/catalogue-100000.sqlite3 [--at postgresql://…]

Both alternatives run in turn and their medians are compared. Statements are timed in the database: CPU
time on SQLite, wall time on PostgreSQL. Requests are timed by the CPU time of this process.
``bench.catalogue`` generates the catalogues. The simple query of a list may use every index of its tables; it
is written with EXISTS and with IN, and must return the ids of the API's own page.
"""

# SQL is built from table names, and from ids of the catalogue.
# ruff: noqa: S608

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.query import resource_reader
from bench.comparison import WARM_UP_RUNS, alternate, percentile, recorded_statements, runner, timed
from bench.databases import opened_app
from bench.operations import SEARCHES, word_in
from bench.sample_ids import SampleIds, sample_ids

VISIBLE = " AND ".join(
    ("f.id = q.film_id", *(f"{table}.status = 'published' AND {table}.deleted_at IS NULL" for table in "qf"))
)
#: A theme and its subthemes, by the link table.
THEMES = (
    "SELECT id FROM themes WHERE slug = '{theme}' UNION SELECT t.id FROM themes t"
    " JOIN themes b ON b.id = t.broader_id WHERE b.slug = '{theme}'"
)
EXISTS = f"EXISTS (SELECT 1 FROM quote_themes l WHERE l.quote_id = q.id AND l.theme_id IN ({THEMES}))"
IN = f"q.id IN (SELECT l.quote_id FROM quote_themes l WHERE l.theme_id IN ({THEMES}))"
UNFLAGGED = "NOT EXISTS (SELECT 1 FROM advisory_links a WHERE a.quote_id = q.id)"
#: On SQLite, films are the outer table of the join; otherwise it would sort all rows.
DEFAULT_ORDER, BY_DATE = "f.slug, q.position, q.slug", "q.created_at DESC, q.slug"
#: Lists by name: the query of the API, and the theme, the conditions and the order of the simple query.
LISTS = {
    "list": ("", "", "", DEFAULT_ORDER),
    "without flagged": ("max_severity=0", "", UNFLAGGED, DEFAULT_ORDER),
    "kind": ("kind=fragment", "", "q.kind = 'fragment'", DEFAULT_ORDER),
    "theme, broad": ("theme={broad}", "{broad}", "", DEFAULT_ORDER),
    "theme, rare": ("theme={rare}", "{rare}", "", DEFAULT_ORDER),
    "theme with subthemes": ("theme={narrower}", "{narrower}", "", DEFAULT_ORDER),
    "theme and kind": ("theme={broad}&kind=aphorism", "{broad}", "q.kind = 'aphorism'", DEFAULT_ORDER),
    "theme, broad, by date": ("theme={broad}&sort=-created_at", "{broad}", "", BY_DATE),
    "theme, rare, by date": ("theme={rare}&sort=-created_at", "{rare}", "", BY_DATE),
    "rare language": ("language=pt", "", "q.language = 'pt'", DEFAULT_ORDER),
    "common language": ("language=en", "", "q.language = 'en'", DEFAULT_ORDER),
}
RANDOM = (
    f"SELECT q.slug FROM quotes q CROSS JOIN films f WHERE {VISIBLE} AND {UNFLAGGED}"
    f" AND q.random_key >= {2**62} ORDER BY q.random_key LIMIT 1"
)
MAX_SECONDS, MIN_ROUNDS, MAX_ROUNDS = 1.5, 5, 41
#: The milliseconds of an operation by alternative, ours first.
Times = dict[str, float]


def _compare(runs: Mapping[str, Callable[[], Any]], clock: Callable[[], float]) -> Times:
    timed_runs = {name: timed(run, clock) for name, run in runs.items()}
    results = alternate(timed_runs, MAX_ROUNDS, min_rounds=MIN_ROUNDS, max_seconds=MAX_SECONDS * len(runs))
    return {name: percentile(times[WARM_UP_RUNS:]) for name, times in results.items()}


def _clock(engine: Engine) -> Callable[[], float]:
    # PostgreSQL works in another process, so only wall time includes it.
    return time.process_time if engine.dialect.name == "sqlite" else time.perf_counter


def _simple_queries(theme: str, condition: str, order: str) -> Iterator[tuple[str, str]]:
    source = "films f CROSS JOIN quotes q" if order == DEFAULT_ORDER else "quotes q CROSS JOIN films f"
    for name, by_theme in (("EXISTS", EXISTS), ("IN", IN)) if theme else (("plain", ""),):
        where = " AND ".join(filter(None, (VISIBLE, by_theme.format(theme=theme), condition)))
        yield name, f"SELECT q.slug FROM {source} WHERE {where} ORDER BY {order} LIMIT 21"


def _compare_lists(engine: Engine, client: Any, ids: SampleIds) -> dict[str, Times]:
    results = {}
    with engine.connect() as connection:
        for name, (query, theme, condition, order) in LISTS.items():
            url = f"/v1/quotes?limit=20&fields=id&{query}".format(**vars(ids))
            with recorded_statements(engine) as statements:
                page = [item["id"] for item in client.get(url).get_json()["data"]]
            runs = {"ours": runner(connection, statements)}
            for alternative, sql in _simple_queries(theme.format(**vars(ids)), condition, order):
                if [row[0] for row in connection.execute(text(sql))][:20] != page:
                    raise SystemExit(f"{name}: {alternative} returns other ids than GET {url}.")
                runs[alternative] = runner(connection, [(sql, ())])
            results[name] = _compare(runs, _clock(engine))
        with recorded_statements(engine) as statements:
            client.get("/v1/quotes/random?seed=a&fields=id")
        runs = {"ours": runner(connection, statements), "random_key": runner(connection, [(RANDOM, ())])}
        results["random"] = _compare(runs, _clock(engine))
    return results


@contextmanager
def _statements_uncached() -> Iterator[None]:
    # The cache of compiled statements in SQLAlchemy remains active.
    functions = {name: one for name, one in vars(resource_reader).items() if hasattr(one, "cache_info")}
    cached = {name: one for name, one in functions.items() if one.__module__ == resource_reader.__name__}
    vars(resource_reader).update({name: one.__wrapped__ for name, one in cached.items()})
    try:
        yield
    finally:
        vars(resource_reader).update(cached)


def _request(app: Flask, environ: dict[str, Any]) -> None:
    _, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    if status != "200 OK":
        raise SystemExit(f"GET {environ['PATH_INFO']}: {status}")


def _compare_requests(url: str, ids: SampleIds) -> dict[str, Times]:
    paths = {"page": f"/v1/quotes?theme={ids.broad}&limit=20", "item": f"/v1/quotes/{ids.quote}"}
    results = {}
    with (
        opened_app(url, statement_seconds=60, cache_bytes=0) as uncached,
        opened_app(url, statement_seconds=60) as cached,
    ):

        def build_anew(environ: dict[str, Any]) -> None:
            with _statements_uncached():
                _request(uncached, environ)

        for name, path in paths.items():
            environ = EnvironBuilder(path).get_environ()
            runs: dict[str, Callable[[], Any]] = {"ours": partial(_request, uncached, environ)}
            runs["built anew"] = partial(build_anew, environ)
            runs["response cache"] = partial(_request, cached, environ)
            results[name] = _compare(runs, time.process_time)
    return results


def _native_hits(connection: Connection, word: str) -> list[int]:
    if connection.dialect.name == "sqlite":
        source, query = "rowid FROM search_index WHERE search_index MATCH :query", f'stem:"{word}"'
        order = "bm25(search_index), rowid"
    else:
        source, query = "id FROM search_documents WHERE terms @@ CAST(:query AS tsquery)", f"'~{word}'"
        order = "ts_rank_cd(terms, CAST(:query AS tsquery)) DESC, id"
    statement = text(f"SELECT {source} ORDER BY {order} LIMIT 10")
    return list(connection.scalars(statement, {"query": query}))


def _compare_searches(engine: Engine, client: Any) -> dict[str, Times]:
    results: dict[str, Times] = {}
    with engine.connect() as connection, Session(connection) as session:
        for name, documents in {**SEARCHES, "search, most common word": None}.items():
            word = word_in(session, documents)
            search = partial(client.get, f"/v1/search?q={word}&limit=10")
            runs = {"ours": search, "native": partial(_native_hits, connection, word)}
            results[name] = _compare(runs, _clock(engine))
    return results


def measure(url: str) -> dict[str, Times]:
    """Return the times of every operation in one catalogue."""
    with opened_app(url, statement_seconds=600, cache_bytes=0) as app:
        database, client = app.extensions["database"], app.test_client()
        with database.read_session() as session:
            ids = sample_ids(session)
        results = _compare_lists(database.engine, client, ids) | _compare_requests(url, ids)
        return results | _compare_searches(database.engine, client)


def main() -> None:
    """Measure the catalogues; print the milliseconds of each alternative, and its ratio to ours."""
    parser = argparse.ArgumentParser(prog="python -m bench.machinery", description="What machinery buys.")
    parser.add_argument("--at", action="append", required=True, help="URL of a catalogue; may be repeated")
    for url in parser.parse_args().at:
        print(url)
        for name, times in measure(url).items():
            columns = [
                f"{alternative} {ms:.3f} ({ms / times['ours']:.2g}×)" for alternative, ms in times.items()
            ]
            print(f"  {name:24}", ", ".join(columns))


if __name__ == "__main__":
    main()
