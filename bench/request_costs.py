"""Request costs: requests that cost far more than a plain page, although they are in the ordinary lane.

    python -m bench.request_costs --at sqlite:////tmp/catalogue-10000.sqlite3 [--at postgresql://…]

Every route is requested without the response cache: operations of the API with random parameters, with as
many values as they accept and with unknown ids; pages, cards, feeds and embeds for some ids. On PostgreSQL,
the CPU time is without that of the database.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.http.lanes import Lane, lane_of
from bench.comparison import percentile
from bench.databases import opened_app
from bench.request_mix import request_mix, sample_values
from bench.varied_requests import DOCUMENT, TIMEOUT

#: The page that others are compared with, and how many times its cost an ordinary request may have.
PLAIN_PAGE, MAX_RATIO = "/v1/quotes", 20
#: Query strings of routes that are not in the OpenAPI document.
QUERIES = {
    "/oembed": ("?url={base}/quotes/{quote}", "?url={base}/embed/quotes/random?theme={theme}"),
    "/search": ("?q={q}", "?q={q}%20{q}&type=quote"),
    "/embed": ("", "?quote={quote}", "?theme={theme}"),
    "/quotes/<slug:quote>": ("", "?format=bibtex", "?format=ris", "?format=csl", "?format=markdown"),
}
PLACEHOLDER = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


class Cost(NamedTuple):
    """What a request takes at first and again, in CPU milliseconds, and its status."""

    first: float
    again: float
    status: str


def _run(app: Flask, url: str) -> tuple[float, str]:
    environ = EnvironBuilder(url).get_environ()
    start = time.process_time()
    _, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return (time.process_time() - start) * 1000, status[:3]


def other_urls(app: Flask, values: dict[str, list[Any]], number: int) -> Iterator[str]:
    """Yield paths of the routes outside the API, each for ``number`` ids."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1") or "GET" not in (rule.methods or ()):
            continue
        for index in range(number if rule.arguments else 1):
            names = {name: known[index % len(known)] for name, known in values.items() if known}
            names |= {"slug": names["film" if "/films/" in rule.rule else "theme"], "code": "not-found"}
            names |= {"extension": "atom", "format_name": "json", "name": "quotes", "number": 1}
            if rule.arguments <= names.keys():
                path = PLACEHOLDER.sub(lambda match, names=names: str(names[match[1]]), rule.rule)  # type: ignore[misc]
                for query in QUERIES.get(rule.rule, ("",)):
                    yield path + query.format(base="http://127.0.0.1:8000", **names)


def unknown_ids(urls: list[str], values: dict[str, list[Any]]) -> Iterator[str]:
    """Yield requests whose path has an id that is near an existing one."""
    known = {str(one) for name, ids in values.items() if name.endswith("_id") for one in ids}
    for url in urls:
        path, _, query = url.partition("?")
        parts = path.split("/")
        if len(parts) > 3 and parts[3] in known:
            parts[3] = f"{parts[3][:-1]}x"
            yield "/".join(parts) + (f"?{query}" if query else "")


def costly_requests(url: str, number: int) -> tuple[float, list[tuple[str, Cost]]]:
    """Return the cost of the plain page, and the ordinary requests above ``MAX_RATIO`` with theirs."""
    document = orjson.loads(DOCUMENT.read_bytes())
    with opened_app(url, statement_seconds=TIMEOUT, cache_bytes=0) as app:
        with app.extensions["database"].read_session() as session:
            values = sample_values(session)
        mix = request_mix(document, values, number, 3, lambda _: None)
        longest = request_mix(document, values, number // 2, 4, lambda _: None, max_values=50)
        urls = [*mix, *longest, *unknown_ids(mix[: number // 2], values), *other_urls(app, values, 3)]
        # What a process does once is not a cost of requests: it imports modules, and compiles templates.
        for one in (
            *request_mix(document, values, number // 3, 5, lambda _: None),
            *other_urls(app, values, 1),
        ):
            _run(app, one)
        plain = percentile([_run(app, PLAIN_PAGE)[0] for _ in range(30)])
        found = []
        for one in urls:
            if lane_of(EnvironBuilder(one).get_environ()) is Lane.ORDINARY:
                first, status = _run(app, one)
                if first > MAX_RATIO * plain:
                    found.append((one, Cost(first, min(_run(app, one)[0] for _ in range(3)), status)))
    return plain, sorted(found, key=lambda pair: -pair[1].again)


def main() -> None:
    """Measure the catalogues, and print what is above the limit."""
    parser = argparse.ArgumentParser(prog="python -m bench.request_costs", description=__doc__)
    parser.add_argument("--at", action="append", required=True, help="URL of a catalogue; may be repeated")
    parser.add_argument("--requests", type=int, default=2_000, help="random requests of the API")
    options = parser.parse_args()
    for url in options.at:
        plain, found = costly_requests(url, options.requests)
        print(
            f"{url.partition(':')[0]}: {PLAIN_PAGE} takes {plain:.2f} ms of CPU.",
            "First and again, times that:",
        )
        for one, cost in found:
            print(f"{cost.first / plain:6.0f} {cost.again / plain:6.0f}  {cost.status}  {one[:300]}")


if __name__ == "__main__":
    main()
