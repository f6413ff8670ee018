"""The whole comparison: catalogues, servers, rounds, and everything that is to be known of them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import databases
from bench import scenarios as g
from bench.catalogue import Sizes, make
from bench.compare.cases import Group
from bench.compare.recording import record_page, record_quotes
from bench.compare.rounds import Effort, Lost, measured, steps
from bench.compare.sameness import Different
from bench.compare.subjects import Subjects, subjects
from bench.environment import machine, versions
from bench.layers import functions, layers
from bench.load import generator
from bench.report.dots import microseconds
from bench.servers import contenders
from bench.servers.server_process import NotStarted, running
from bench.starting import started

EFFORTS = {"smoke": Effort(1, 1), "small": Effort(7, 1), "full": Effort(15, 5)}
OPTIONAL = ("FastAPI + ORM", "Datasette", "json-server")


def compare(kind: str, quotes: int, console: Console, *, only: Sequence[str] | None = None) -> dict[str, Any]:
    """Measure everything, or only some groups; return the results."""
    effort, server = EFFORTS[kind], os.environ.get("SUBTEXT_TEST_DATABASE_URL")
    left_out = {name: reason for name in OPTIONAL if (reason := contenders.missing(name))}
    if server is None:
        left_out["PostgreSQL"] = "SUBTEXT_TEST_DATABASE_URL names no server"
    known: dict[str, Any] = {"kind": kind, "measured_on": dt.date.today().isoformat(), "machine": machine()}
    known |= {"quotes": quotes, **asdict(effort), "generator": generator()}
    with TemporaryDirectory() as folder, ExitStack() as stack:
        of = _catalogue(f"sqlite:///{folder}/catalogue.sqlite3", quotes)
        of_server = _catalogue(stack.enter_context(databases.new(server)), quotes) if server else None
        groups = [group.without(left_out) for group in _groups(of, of_server, Path(folder))]
        wanted = [group for group in groups if only is None or group.key in only]
        found = [one for group in wanted if (one := measured_or_left_out(group, effort, console, left_out))]
        path = g.page_path(of)
        known |= {"layers": {"page": layers(of.url, path), "cached": functions(of.url, path)}}
        known |= {"hits": of.hits, "versions": versions(of_server.url if of_server else None)}
    if only is None:
        known["startup"] = started(2 * effort.rounds, max(1, effort.rounds // 3))
    for name, reason in left_out.items():
        console.print(f"Left out: {name}, because {reason}.", soft_wrap=True)
    return known | {"left_out": left_out, "groups": found}


def _catalogue(url: str, quotes: int) -> Subjects:
    make(url, Sizes(quotes))
    return subjects(url)


def _groups(of: Subjects, of_server: Subjects | None, folder: Path) -> list[Group]:
    """Return the groups; what is recorded for them is recorded first."""
    recorded, documents = folder / "recorded", folder / "documents.json"
    recorded.mkdir()
    with running(contenders.subtext(of.url)) as ours:
        headers = record_page(ours.port, g.page_path(of), recorded)
        record_quotes(ours.port, documents)
    on_files = [g.front(of, recorded, headers), g.workers(of)]
    on_files[1:1] = [made(of, documents) for made in (g.pages, g.pages_as_they_come, g.items)]
    return [*on_files, g.on_postgresql(of_server, recorded)] if of_server else on_files


def measured_or_left_out(
    group: Group,
    effort: Effort,
    console: Console,
    left_out: dict[str, str],
    lost_before: frozenset[str] = frozenset(),
) -> dict[str, Any] | None:
    """Return what was measured of a group; where that fails, note why, and go on with the others.

    Where a server is lost, the group is measured anew: at first with it, and then without.
    """
    try:
        with _progress(group.title, steps(group, effort), console) as step:
            found = measured(group, effort, step)
    except Lost as lost:
        why, known = " ".join(str(lost).split()), lost_before | {lost.server}
        if lost.server not in lost_before:
            console.print(
                f"{group.title}: measured anew, because {lost.server} was lost: {why}", soft_wrap=True
            )
            return measured_or_left_out(group, effort, console, left_out, known)
        left_out[f"{lost.server} ({group.title})"] = why
        rest = group.without({lost.server: why})
        return measured_or_left_out(rest, effort, console, left_out, known) if rest.pairs else None
    except (NotStarted, Different) as error:
        left_out[group.title] = " ".join(str(error).split())
        return None
    found |= {"lost": sorted(lost_before)}
    for case in found["cases"]:
        errors = f", {case['errors']} errors" if case["errors"] else ""
        told = f"{microseconds(case['cpu_us'])} of CPU, {case['per_second']:,.0f} a second{errors}"
        console.print(f"{group.title}: {case['name']}: {told}", soft_wrap=True)
    return found


@contextmanager
def _progress(title: str, total: int, console: Console) -> Iterator[Callable[[], None]]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)
