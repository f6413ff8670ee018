"""Compare Subtext with a bare server and with others, and write the page of all results.

python -m bench [--full] [--page-only]
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import orjson
from rich.console import Console

from api.core.config import ROOT
from bench.report.page import write
from bench.server_comparison import EFFORTS, compare

RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
QUOTES = 5_000


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Compare Subtext with other servers."
    )
    parser.add_argument("--kind", choices=EFFORTS, default="small", help="how much is measured")
    parser.add_argument("--quotes", type=int, default=QUOTES, help="how many quotes the catalogue has")
    parser.add_argument("--only", nargs="+", help="keys of groups")
    parser.add_argument("--results", type=Path, default=RESULTS / "servers.json")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--page-only", action="store_true", help="write the page of what was measured before")
    asked = parser.parse_args()
    # Whoever ends this must not leave servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console()
    if not asked.page_only:
        results = compare(asked.kind, asked.quotes, console, only=asked.only)
        asked.results.parent.mkdir(parents=True, exist_ok=True)
        asked.results.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")
    results = orjson.loads(asked.results.read_bytes())
    for name in ("growth", "machinery"):
        file = RESULTS / f"{name}.json"
        if file.exists():
            results[name] = orjson.loads(file.read_bytes())
    write(results, asked.page)
    console.print(f"Written: {asked.results} and {asked.page}")


if __name__ == "__main__":
    main()
