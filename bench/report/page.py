"""The page of all results, made of nothing but them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.report import tables
from bench.report.dots import dots
from bench.report.growing import growing
from bench.report.reached import figures, why

Results = Mapping[str, Any]
OURS = ("Subtext", "1 worker", "2 workers")
INTRODUCTION = """# Benchmarks

How Subtext compares, as `make bench` measures it: it starts every server itself, asks them the same in
turns, and compares what they did within each round. CPU is the user and system time of all processes of a
server for each answer, memory what is resident of them; ratios are the median of all rounds, with the
lowest and the highest. Before anything is measured the answers are compared: the same ids and texts, in the
same order. Nothing here fails a build.
"""
FIGURES = """## Figures to reach

What was set out to be reached, before it was built.
"""
LAYERS = """## Where the time goes

Shares of the time of one request, without a server, by Python's own profiler. It makes dearer what consists
of many calls: these are indications.
"""
GROWTH = """## Cost of growth

The time that the statements of an operation take in the database, in catalogues of different sizes, as
`python -m bench.growth` measures it. The dotted line is how it was expected to grow, from the first point
on.
"""
NO_GROWTH = "Not measured yet: `python -m bench.growth` writes `bench/results/growth.json`.\n"
MACHINERY = """## What the machinery buys

Some modules exist only for speed or for exactness. The table shows what each buys against the plain way, in
catalogues of 1,000, 100,000 and 1,000,000 quotes. A figure is *plain ÷ ours*: 20× means that the plain way
takes 20 times as long, 0.5× that it takes half as long. Before `·` stands SQLite, after it PostgreSQL; in the
rows of the statement cache and the response cache `/` separates the databases, `·` the requests. Three
figures are the lowest, the median and the highest of all requests; `–` was not measured.

Both ways alternated on the same database, and medians are compared: CPU time of the statements on SQLite,
wall time on PostgreSQL, CPU time of the process for whole requests. The machine was busy, so read the ratios,
not the milliseconds. The plain way of a list uses composite indexes, one `ORDER BY`, and filters as `EXISTS`
or `IN`, with the join order that SQLite needs; it returned the same items. The decisions are in
[ADR 0019](adr/0019-machinery-must-show-what-it-buys.md). To measure the main rows again:

    python -m bench.catalogue --quotes 100000 --database sqlite:////tmp/catalogue-100000.sqlite3
    python -m bench.machinery --at sqlite:////tmp/catalogue-100000.sqlite3
"""
AGAIN = """## Measuring again

`make bench` takes less than ten minutes, `make bench-full` an hour and more; both write this page, its plots
and `bench/results/servers.json`. What is not there is left out and named: json-server without npm,
PostgreSQL where `SUBTEXT_TEST_DATABASE_URL` names no server. Without wrk Python makes the load, and hides
how much the fastest could do. Servers stand in `bench/servers/`, what they are asked in
`bench/compare/groups.py`.
"""
ENDED = " {server} ended in the midst of it at first, and all were measured anew."
CAUTION = (
    "> **This is no measurement.** {reason} The figures show that the benchmark runs, and nothing more; "
    "`make bench` on a quiet machine replaces them."
)


def write(results: Results, page: Path) -> None:
    """Write the page, and its plots into the folder of its name beside it."""
    plots = page.with_suffix("")
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    for group in results["groups"]:
        shown = [(case["name"], case["cpu_us"], case["name"].startswith(OURS)) for case in group["cases"]]
        (plots / f"{group['key']}.svg").write_text(dots(f"{group['title']}: CPU an answer", shown), "utf-8")
    if rows := _growth(results):
        (plots / "growth.svg").write_text(growing("Database time by number of quotes", rows), "utf-8")
    page.write_text(markdown(results, plots.name), "utf-8")


def markdown(results: Results, plots: str) -> str:
    """Return the page; ``plots`` is the folder that its plots are in."""
    parts = [INTRODUCTION, *_caution(results), _conditions(results)]
    parts += [FIGURES, figures(results), why(results)]
    parts += [_group(group, plots) for group in results["groups"]]
    parts += [_startup(results), *_layers(results), GROWTH, *_grown(results, plots)]
    parts += [*_machinery(results), AGAIN]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _caution(results: Results) -> list[str]:
    machine, reasons = results["machine"], []
    if results["kind"] == "smoke":
        reasons.append(f"It is a trial of {results['rounds']} × {results['seconds']:g} s.")
    if machine["load_before"] > machine["cores"] / 2:
        reasons.append(f"The machine was busy (load {machine['load_before']} on {machine['cores']} cores).")
    return [CAUTION.format(reason=" ".join(reasons))] if reasons else []


def _conditions(results: Results) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    cores = f"{machine['cores']} cores, {machine['memory_gb']} GB, {machine['kernel']}"
    rounds = f"{results['rounds']} × {results['seconds']:g} s for each case, in turns"
    connections = f"{results['connections']} connections that stay open"
    made_up = f"{results['quotes']:,} quotes, made up by `python -m bench.catalogue`"
    rows = [
        ("date", results["measured_on"]),
        ("machine", f"{machine['processor']}, {cores}"),
        ("load before", f"{machine['load_before']}"),
        ("versions", versions),
        ("catalogue", f"{made_up}; {results['hits']:,} of them about the theme"),
        ("effort", f"{rounds}, {connections}; load by {results['generator']}"),
        *(("left out", f"{name}: {reason}") for name, reason in results["left_out"].items()),
    ]
    return tables.table(("", ""), rows, words=2)


def _group(group: Mapping[str, Any], plots: str) -> str:
    image = f"![CPU an answer]({plots}/{group['key']}.svg)"
    about = group["about"] + "".join(ENDED.format(server=name) for name in group.get("lost", ()))
    parts = [f"## {group['title']}", about, image, tables.cases(group), tables.comparisons(group)]
    return "\n\n".join(parts)


def _startup(results: Results) -> str:
    found = results.get("startup")
    if not found:
        return ""
    told = (
        ("import of the application, CPU", f"{found['import_seconds']:.2f} s"),
        ("memory of a worker, ready", f"{found['ready_mb']:.0f} MB"),
        ("… after requests of every kind", f"{found['used_mb']:.0f} MB"),
        ("… after pages, cards and feeds too", f"{found['pages_mb']:.0f} MB"),
    )
    about = "As `python -m bench.startup` measures it: one worker, on SQLite, with the first pack."
    return "\n\n".join(["## A start", about, tables.table(("", "median"), told)])


def _layers(results: Results) -> list[str]:
    found: Mapping[str, Mapping[str, float]] = results.get("layers", {})
    titles = {"page": "The page, nothing cached", "cached": "The page, cached"}
    shown = [
        tables.table((titles[key], "share"), [(name, f"{share:.0%}") for name, share in shares.items()])
        for key, shares in found.items()
    ]
    return [LAYERS, *shown] if shown else []


def _growth(results: Results) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = results.get("growth", {}).get("results", [])
    return rows


def _grown(results: Results, plots: str) -> list[str]:
    rows = _growth(results)
    if not rows:
        return [NO_GROWTH]
    measured = results["growth"]
    versions = ", ".join(f"{name} {number}" for name, number in measured.get("versions", {}).items())
    parts = [f"Measured on {measured['measured_on']} with {versions}.", f"![Growth]({plots}/growth.svg)"]
    for database, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        if any(row["database"] == database for row in rows):
            parts += [f"### {name}", tables.growth(rows, database)]
    return parts


def _machinery(results: Results) -> list[str]:
    measured = results.get("machinery")
    if not measured:
        return []
    head = "machinery", "lines", "plain way", "1,000", "100,000", "1,000,000", "verdict"
    rows = [list(row.values()) for row in measured["rows"]]
    findings = [f"**{name}.** {text}" for name, text in measured["findings"].items()]
    when = f"Measured on {measured['measured_on']}: {measured['machine']}."
    return [MACHINERY, when, tables.table(head, rows, words=7), *measured["notes"], *findings]
