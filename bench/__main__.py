"""Compare Subtext with a bare server and with others, and write the page of all results.

python -m bench [--kind full] [--page-only]
"""

from __future__ import annotations

import argparse
import signal
import sys

import orjson

from api.core.config import ROOT
from bench.report import markdown
from bench.server_comparison import EFFORTS, compare_servers

SERVERS, PAGE = ROOT / "bench" / "results" / "servers.json", ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Run the benchmark in the arguments, and write the page of results."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Compare Subtext with others.")
    parser.add_argument("--kind", choices=EFFORTS, default="small", help="how much is measured")
    parser.add_argument("--quotes", type=int, default=5_000, help="number of quotes in the catalogue")
    parser.add_argument("--only", nargs="+", help="keys of groups")
    parser.add_argument("--page-only", action="store_true", help="write the page from earlier results")
    args = parser.parse_args()
    # A SIGTERM must not leave servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not args.page_only:
        results = compare_servers(args.kind, args.quotes, args.only)
        SERVERS.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")
    results = orjson.loads(SERVERS.read_bytes())
    for file in (SERVERS.with_stem(name) for name in ("growth", "machinery", "varied")):
        if file.exists():
            results[file.stem] = orjson.loads(file.read_bytes())
    PAGE.write_text(markdown(results), "utf-8")
    print(f"Written: {PAGE}")


if __name__ == "__main__":
    main()
