"""Rounds: every case of a group in turn, again and again: what the machine does meanwhile hits all."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.compare.cases import Case, Group
from bench.compare.ratios import Sample, compared, summed_up
from bench.compare.recording import fetch
from bench.compare.sameness import same
from bench.load import NotTaken, load
from bench.servers.processes import cpu_seconds, resident_bytes
from bench.servers.server_process import Running, running

MEGABYTE = 1_000_000
#: Told of each step that is done.
Step = Callable[[], None]


class Lost(Exception):
    """A server gave no answers twice; ``server`` is its name, ``str()`` what it says of itself."""

    def __init__(self, server: str, why: str) -> None:
        super().__init__(why)
        self.server = server


@dataclass(frozen=True)
class Effort:
    """How much is measured: rounds, seconds for each case in each of them, connections."""

    rounds: int
    seconds: float
    connections: int = 8


def steps(group: Group, effort: Effort) -> int:
    """Return how many steps measuring has."""
    return len(group.cases) * (effort.rounds + 1)


def measured(group: Group, effort: Effort, step: Step = lambda: None) -> dict[str, Any]:
    """Start the group's servers, compare their answers, measure them, and return all that is to be told.

    Raises:
        Different: when two that are compared do not answer with the same items.
        NotStarted: when a server does not answer.
        Lost: when a server gave no answers, twice.
    """
    with ExitStack() as stack:
        servers = {case.server.name: case.server for case in group.cases}
        started = {name: stack.enter_context(running(server)) for name, server in servers.items()}
        at = {case.name: started[case.server.name] for case in group.cases}
        bodies = {case.name: fetch(at[case.name].port, case.request)[2] for case in group.cases}
        counts = same(group, bodies)
        for case in group.cases:
            # What is compiled, cached or connected once is so before anything is measured.
            _sampled(case, at[case.name], 0, Effort(1, min(1.0, effort.seconds), effort.connections))
            step()
        samples = _samples(group, at, effort, step)
        memory = {name: resident_bytes(one.process) for name, one in started.items()}
    cases = [
        {"name": case.name, "server": case.server.name, "asks": case.request.path[:300]}
        | {
            "headers": dict(case.request.headers),
            "bytes": len(bodies[case.name]),
            "items": counts.get(case.name),
        }
        | summed_up(samples, case.name)
        | {"memory_mb": round(sum(memory[case.server.name]) / MEGABYTE, 1)}
        for case in group.cases
    ]
    told = {"key": group.key, "title": group.title, "about": group.about, "cases": cases}
    return told | {"comparisons": compared(samples, group.pairs)}


def _samples(group: Group, at: dict[str, Running], effort: Effort, step: Step) -> list[Sample]:
    found: list[Sample] = []
    for number in range(effort.rounds):
        for case in group.cases:
            found.append(_sampled(case, at[case.name], number, effort))
            step()
    return found


def _sampled(case: Case, server: Running, number: int, effort: Effort) -> Sample:
    """Take a sample; where there was no load at all, which says nothing of the server, try once more."""
    try:
        return _sample(case, server, number, effort)
    except NotTaken:
        time.sleep(1)
    try:
        return _sample(case, server, number, effort)
    except NotTaken as error:
        raise Lost(case.server.name, f"{error} {server.state}") from error


def _sample(case: Case, server: Running, number: int, effort: Effort) -> Sample:
    before = cpu_seconds(server.process)
    taken = load(server.port, case.request, effort.seconds, effort.connections)
    used = cpu_seconds(server.process) - before
    # A server of whom nothing was heard has no ratio; one answer and a tick are the least there is.
    answers = max(taken.answers, 1)
    cpu = max(used, 0.01) / answers * 1e6
    rate = answers / taken.seconds
    return Sample(case.name, number, taken.answers, rate, cpu, taken.p50_ms, taken.p99_ms, taken.errors)
