"""Varied requests: what requests cost whose shape was not requested before, and how a worker's memory grows.

    python -m bench.varied_requests --at sqlite:////tmp/catalogue-5000.sqlite3 [--at postgresql://…]

A shape is a combination of filters, numbers of values, fields, includes, sort keys, facets and a cursor. The
results are in bench/results/varied.json. ``--at`` names catalogues of ``bench.growth``.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import make_url
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.core.config import ROOT
from bench.comparison import percentile
from bench.databases import opened_app
from bench.growth import OPTIONS
from bench.request_mix import quote_mix, request_mix, sample_values
from bench.servers import contenders
from bench.servers.server_process import RunningServer, resident_megabytes, running

RESULTS = ROOT / "bench" / "results" / "varied.json"
DOCUMENT = ROOT / "openapi" / "v1.json"
#: Requests whose first and second run are compared one by one, and requests in one alternating chunk.
COMPARED, CHUNK = 300, 100
#: The statement timeout in seconds: no request may fail, also on a busy machine.
TIMEOUT = 60
#: Memory is read after these numbers of requests.
READINGS = (0, 1_000, 3_000, 5_000, 7_000, 10_000, 13_000, 16_000, 20_000)


def _get(app: Flask, url: str) -> tuple[float, bytes]:
    """Return the CPU milliseconds of a request in this process, and its body."""
    environ = EnvironBuilder(url).get_environ()
    start = time.process_time()
    chunks, _, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return (time.process_time() - start) * 1000, b"".join(chunks)


def mixes(url: str, numbers: Sequence[int]) -> Iterator[list[str]]:
    """Yield a mix of every list and item, and a mix of quotes that flask-smorest serves, too."""
    document = orjson.loads(DOCUMENT.read_bytes())
    with opened_app(url, statement_seconds=TIMEOUT, cache_bytes=0) as app:
        with app.extensions["database"].read_session() as session:
            values = sample_values(session)

        def find_cursor(path: str) -> str | None:
            page = orjson.loads(_get(app, path)[1]).get("page") or {}
            cursor: str | None = page.get("next_cursor")
            return cursor

        yield request_mix(document, values, numbers[0], 1, find_cursor)
        yield quote_mix(values, numbers[1], 1)


def first_runs(url: str, mix: Sequence[str]) -> dict[str, float]:
    """Return the CPU times of the first and a second run of each request, in medians, and of their ratios."""
    with opened_app(url, statement_seconds=TIMEOUT, cache_bytes=0) as app:
        for path in mix[COMPARED:]:
            _get(app, path)
        pairs = [(_get(app, path)[0], _get(app, path)[0]) for path in mix[:COMPARED]]
    first, second = zip(*pairs, strict=True)
    ratio = percentile([one / other for one, other in pairs])
    return {"first_ms": percentile(first), "second_ms": percentile(second), "median_ratio": ratio}


def _send(server: RunningServer, paths: Sequence[str]) -> float:
    """Send requests one after the other; return the CPU milliseconds of the server for each."""
    before = server.cpu_seconds
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
        for path in paths:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            if response.status >= 500:
                raise SystemExit(f"{path}: {response.status}")
    return (server.cpu_seconds - before) * 1000 / len(paths)


def two_passes(url: str, mix: Sequence[str]) -> dict[str, float]:
    """Return the CPU milliseconds per request of a whole mix, at first and again."""
    with running(contenders.subtext(url, cache=0, seconds=TIMEOUT)) as server:
        first, second = _send(server, mix), _send(server, mix)
    return {"first_ms": round(first, 2), "second_ms": round(second, 2), "ratio": round(first / second, 2)}


def against_smorest(url: str, mix: Sequence[str]) -> dict[str, float]:
    """Return the CPU milliseconds per new request, and times as cheap as flask-smorest, chunk by chunk."""
    with (
        running(contenders.subtext(url, cache=0, seconds=TIMEOUT)) as ours,
        running(contenders.smorest(url)) as other,
    ):
        pairs = [
            (_send(ours, mix[start : start + CHUNK]), _send(other, mix[start : start + CHUNK]))
            for start in range(0, len(mix), CHUNK)
        ]
    subtext, smorest = zip(*pairs, strict=True)
    ratio = percentile([other / one for one, other in pairs])
    return {"subtext_ms": percentile(subtext), "smorest_ms": percentile(smorest), "times_as_cheap": ratio}


def memory_curve(url: str, mix: Sequence[str]) -> list[dict[str, float]]:
    """Return the memory of a worker with default settings, when ready and after each of ``READINGS``."""
    with running(contenders.subtext(url, seconds=TIMEOUT)) as server:
        worker = server.processes[1]
        curve = []
        for start, end in itertools.pairwise((*READINGS, len(mix))):
            if start > len(mix):
                break
            kinds = {"rss_mb": "Rss", "pss_mb": "Pss"}
            figures = {name: round(resident_megabytes(worker, kind), 1) for name, kind in kinds.items()}
            curve.append({"requests": start} | figures)
            if paths := mix[start:end]:
                _send(server, paths)
    return curve


def measure(url: str, requests: int, memory_requests: int) -> dict[str, Any]:
    """Return all results of a catalogue."""
    mix, quotes = mixes(url, (max(requests, memory_requests), requests // 4))
    results: dict[str, Any] = {"database": make_url(url).get_backend_name(), "requests": requests}
    results["first_runs"] = first_runs(url, mix[:requests])
    results["two_passes"] = two_passes(url, mix[:requests])
    results["smorest"] = against_smorest(url, quotes)
    results["memory"] = memory_curve(url, mix[:memory_requests])
    return results


def main() -> None:
    """Measure the catalogues, print the results and write them."""
    parser = argparse.ArgumentParser(prog="python -m bench.varied_requests", description=__doc__)
    parser.add_argument("--at", action="append", required=True, help="URL of a catalogue; may be repeated")
    parser.add_argument("--requests", type=int, default=1_500, help="requests in the mix")
    parser.add_argument("--memory-requests", type=int, default=20_000, help="requests of the memory curve")
    options = parser.parse_args()
    results = [measure(url, options.requests, options.memory_requests) for url in options.at]
    RESULTS.write_bytes(orjson.dumps(results, option=OPTIONS))
    print(RESULTS.read_text("utf-8"))


if __name__ == "__main__":
    main()
