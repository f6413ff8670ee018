"""Server comparison: start all servers of a group, compare their responses, and measure them in rounds."""

from __future__ import annotations

import datetime as dt
import os
import pickle
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson

from api.core.config import ROOT
from bench import scenarios, startup
from bench.catalogue import generate
from bench.comparison import alternate, percentile, ratios
from bench.databases import temporary_database
from bench.environment import machine, versions
from bench.load_generator import LoadFailed, load
from bench.sample_ids import PageIds, page_ids
from bench.scenarios import Case, Group, read_items
from bench.servers import contenders
from bench.servers.server_process import NotStarted, RunningServer, fetch, running

#: The figures of a case in one round, by name.
Sample = dict[str, float]
FIGURES = ("cpu_us", "per_second", "p50_ms", "p99_ms", "responses", "errors")


class DifferentResponses(Exception):
    """Two cases return different items; ``str()`` names the first difference."""


class ServerLost(Exception):
    """A server stopped responding; the arguments are its name and its state."""


class Effort(NamedTuple):
    """How much is measured: rounds, seconds for each case in each round, connections."""

    rounds: int
    seconds: float
    connections: int = 8


EFFORTS = {"smoke": Effort(1, 1), "small": Effort(7, 1), "full": Effort(15, 5)}


def compare_servers(kind: str, quotes: int, group_keys: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure all groups, or only some; return the results."""
    effort, postgresql = EFFORTS[kind], os.environ.get("SUBTEXT_TEST_DATABASE_URL")
    left_out = {name: reason for name in contenders.OPTIONAL if (reason := contenders.missing(name))}
    if postgresql is None:
        left_out["PostgreSQL"] = "SUBTEXT_TEST_DATABASE_URL names no server"
    results: dict[str, Any] = {"kind": kind, "measured_on": dt.date.today().isoformat(), "machine": machine()}
    with TemporaryDirectory() as folder, ExitStack() as stack:
        urls = [f"sqlite:///{folder}/catalogue.sqlite3"]
        urls += [stack.enter_context(temporary_database(postgresql))] if postgresql else []
        for url in urls:
            generate(url, quotes)
        ids = [page_ids(url) for url in urls]
        results |= {"quotes": quotes, **effort._asdict(), "hits": ids[0].hits}
        results["versions"] = versions(urls[1] if postgresql else None)
        groups = [group.without(left_out) for group in build_groups(ids, Path(folder))]
        selected = [group for group in groups if group_keys is None or group.key in group_keys]
        results["groups"] = [
            result for group in selected if (result := compare_or_leave_out(group, effort, left_out))
        ]
    if group_keys is None:
        results["startup"] = startup.measure([ROOT], 2 * effort.rounds, max(1, effort.rounds // 3))[str(ROOT)]
    return results | {"left_out": left_out}


def build_groups(ids: list[PageIds], folder: Path) -> list[Group]:
    """Return the groups, on SQLite and perhaps PostgreSQL; record the responses that they need."""
    recorded, documents = folder / "recorded.pickle", folder / "documents.json"
    with running(contenders.subtext(ids[0].url)) as subtext:
        headers = record_page(subtext.port, scenarios.page_request(ids[0]).path, recorded)
        record_quotes(subtext.port, documents)
    groups = [scenarios.cached_group(ids[0], recorded, headers), scenarios.page_group(ids[0], documents)]
    groups += [scenarios.item_group(ids[0], documents), scenarios.workers_group(ids[0])]
    return groups + [scenarios.postgresql_group(other, recorded) for other in ids[1:]]


def compare_or_leave_out(group: Group, effort: Effort, left_out: dict[str, str]) -> dict[str, Any] | None:
    """Return the results of a group; add servers that fail to ``left_out``, and go on without them."""
    print(f"{group.title}: {len(group.cases)} cases, {effort.rounds} rounds", flush=True)
    try:
        return compare_group(group, effort)
    except ServerLost as lost:
        server, state = lost.args
        left_out[f"{server} ({group.title})"] = " ".join(state.split())
        rest = group.without([server])
        return compare_or_leave_out(rest, effort, left_out) if rest.pairs else None
    except (NotStarted, DifferentResponses) as error:
        left_out[group.title] = " ".join(str(error).split())
        return None


def compare_group(group: Group, effort: Effort) -> dict[str, Any]:
    """Start the servers of a group, compare their responses, measure them, and return the results."""
    with ExitStack() as stack:
        servers = {case.server.name: case.server for case in group.cases}
        started = {name: stack.enter_context(running(server)) for name, server in servers.items()}
        at = {case.name: started[case.server.name] for case in group.cases}
        bodies = {case.name: fetch(at[case.name].port, *case.request)[2] for case in group.cases}
        counts = compare_items(group, bodies)
        alternatives = {case.name: partial(_sample, case, at[case.name], effort) for case in group.cases}
        # The first round compiles, caches and connects.
        samples = {name: results[1:] for name, results in alternate(alternatives, effort.rounds + 1).items()}
        memory = {name: round(server.resident_megabytes, 1) for name, server in at.items()}
    columns = {name: {key: [one[key] for one in rows] for key in FIGURES} for name, rows in samples.items()}
    results: dict[str, Any] = {"key": group.key, "title": group.title, "about": group.about}
    results |= {"cases": [], "comparisons": []}
    for case in group.cases:
        row: dict[str, Any] = {"name": case.name, "server": case.server.name, "path": case.request.path[:300]}
        row |= {"headers": dict(case.request.headers), "bytes": len(bodies[case.name])}
        row |= {"items": counts.get(case.name), "memory_mb": memory[case.name]}
        row |= {key: percentile(values) for key, values in columns[case.name].items()}
        results["cases"].append(row | {"errors": sum(columns[case.name]["errors"])})
    for name, other in group.pairs:
        cpu = ratios(columns[other]["cpu_us"], columns[name]["cpu_us"])
        rate = ratios(columns[name]["per_second"], columns[other]["per_second"])
        results["comparisons"].append({"case": name, "reference": other, "cpu": cpu, "rate": rate})
    return results


def _sample(case: Case, server: RunningServer, effort: Effort) -> Sample:
    before = server.cpu_seconds
    try:
        sample = load(server.port, case.request, effort.seconds, effort.connections)
    except LoadFailed as error:
        raise ServerLost(case.server.name, f"{error} {server.state}") from error
    # One response and one tick are the least that can be measured.
    responses, cpu = max(sample["responses"], 1), max(server.cpu_seconds - before, 0.01)
    return sample | {"cpu_us": cpu / responses * 1e6, "per_second": responses / sample["seconds"]}


def compare_items(group: Group, bodies: Mapping[str, bytes]) -> dict[str, int]:
    """Return the number of items of each case; raise ``DifferentResponses`` if those of a pair differ."""
    items = {case.name: read_items(bodies[case.name]) for case in group.cases if case.has_items}
    for name, other in group.pairs:
        if name in items and other in items:
            pairs = list(zip_longest(items[name], items[other], fillvalue=("nothing", None)))
            for number, (one, another) in enumerate(pairs or [(("nothing", ""), ("nothing", None))], 1):
                if one != another:
                    message = f"Item {number} is {one[0]} in {name}, and {another[0]} in {other}."
                    raise DifferentResponses(message)
        elif name not in items and bodies[name] != bodies[other]:
            raise DifferentResponses(f"{name} and {other} return different bytes.")
    return {name: len(found) for name, found in items.items()}


def record_page(port: int, path: str, file: Path) -> dict[str, dict[str, str]]:
    """Record a page as plain JSON, compressed, and as 304; return the request headers of each."""
    etag = next(value for name, value in fetch(port, path, {})[1] if name.lower() == "etag")
    headers: dict[str, dict[str, str]] = {"plain": {}, "unmodified": {"If-None-Match": etag}}
    headers |= {coding: {"Accept-Encoding": coding} for coding in ("gzip", "br")}
    responses = {f"/{name}": fetch(port, path, sent) for name, sent in headers.items()}
    file.write_bytes(pickle.dumps(responses))
    return headers


def record_quotes(port: int, file: Path) -> None:
    """Write all quotes as the database of json-server, in their order."""
    quotes: list[dict[str, Any]] = []
    path: str | None = "/v1/quotes?limit=100"
    while path:
        page = orjson.loads(fetch(port, path, {})[2])
        # json-server filters by keys of the item itself, not by those of nested objects.
        quotes += [
            quote | {"theme_ids": [theme["id"] for theme in quote["themes"]]} for quote in page["data"]
        ]
        path = page["page"]["next"] and page["page"]["next"].removeprefix(contenders.BASE_URL)
    file.write_bytes(orjson.dumps({"quotes": quotes}))
