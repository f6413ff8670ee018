"""Exports: the time and the memory of exports of catalogues of several sizes.

    python -m bench.exports --quotes 100000 1000000 --at sqlite:////tmp/catalogue-{quotes}.sqlite3

``--at`` may be repeated, for SQLite and PostgreSQL. A missing catalogue is generated, with its database. Each
export runs in a process of its own, as the command does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from subtext_cli.export import FORMATS

KILOBYTE = 1024


class Measurement(NamedTuple):
    """An export: its entries and seconds, the seconds of CPU time, and the largest memory in megabytes."""

    entries: int
    seconds: float
    cpu_seconds: float
    megabytes: float

    def __str__(self) -> str:
        rate = self.entries / self.seconds
        return (
            f"{self.entries:,} entries in {self.seconds:.1f} s ({rate:,.0f}/s), "
            f"{self.cpu_seconds:.1f} s of CPU time, {self.megabytes:.0f} MB"
        )


def measure(url: str, format_name: str) -> Measurement:
    """Export a database into a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "export"
        program = "from subtext_cli.entry import main; main()"
        command = [sys.executable, "-c", program, "export", "--format", format_name, str(target)]
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command, env=os.environ | {"SUBTEXT_DATABASE_URL": url}, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(process.returncode)
        index: dict[str, Any] = orjson.loads((target / "index.json").read_bytes())
        entries = sum(file["count"] for file in index["files"])
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Measurement(entries, seconds, cpu_seconds, usage.ru_maxrss / KILOBYTE)


def main() -> None:
    """Measure the exports of the catalogues that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.exports", description="Measure exports.")
    parser.add_argument("--quotes", type=int, nargs="+", default=[100_000])
    parser.add_argument("--at", action="append", required=True, help="URL with {quotes}; may be repeated")
    parser.add_argument("--format", nargs="+", choices=list(FORMATS), default=list(FORMATS))
    args = parser.parse_args()
    for quotes in args.quotes:
        for template in args.at:
            url = template.format(quotes=quotes)
            # In a process of its own: a new process begins with the largest memory of the one that starts it.
            code = f"from bench.growth import prepare; prepare({url!r}, {quotes})"
            subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 (our own code)
            for format_name in args.format:
                print(
                    f"{quotes:,} quotes, {format_name}, {url.partition(':')[0]}: {measure(url, format_name)}"
                )


if __name__ == "__main__":
    main()
