"""Mutation testing: plant each fault in a copy of the working tree and run the tests that should catch it.

    python -m tests.planted_faults [--only NAME ...] [--json FILE] [--all-tests]

Pytest does not collect this package, and ``make test`` does not run it. Set ``SUBTEXT_TEST_DATABASE_URL`` and
``SUBTEXT_TEST_REDIS_URL`` first: some faults can only be seen on PostgreSQL, and cause an error without it.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.planted_faults.faults import FAULTS, Fault
from tests.tree_copy import PYTHON, copy_tree

ROOT = Path(__file__).resolve().parent.parent.parent
PYTEST = ("pytest", "-q", "--tb=no", "-pno:cacheprovider", "-pno:xdist")
#: The kind, file and rest of a test id in pytest's summary.
FAILURE = re.compile(r"^(FAILED|ERROR) ([^\s:]+)(\S*)", re.MULTILINE)
#: How long the tests of one fault may take.
TIMEOUT_SECONDS = 1_200
#: Without PYTHONPATH: it might name the original packages.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


class PytestRun(NamedTuple):
    """A run of pytest: its exit status, and the kind, file and rest of the id of each test that did not pass."""

    status: int
    failures: list[tuple[str, str, str]]


def run_pytest(copy: Path, *options: str, timeout: int | None = None) -> PytestRun:
    """Run pytest in the copy, for at most ``timeout`` seconds."""
    command = [str(copy / PYTHON), "-m", *PYTEST, *options]
    process = subprocess.run(
        command, cwd=copy, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, timeout=timeout, check=False
    )
    return PytestRun(process.returncode, FAILURE.findall(process.stdout))


def try_fault(copy: Path, fault: Fault, targets: list[str]) -> tuple[str, str]:
    """Plant a fault and run its tests; return ``caught``, ``SURVIVED`` or ``error``, and an explanation."""
    path, backup = copy / fault.path, copy / f"{fault.path}.original"
    original = path.read_text("utf-8")
    if original.count(fault.before) != 1:
        return "error", f"the text to replace occurs {original.count(fault.before)} times"
    path.rename(backup)
    path.write_text(original.replace(fault.before, fault.after), "utf-8")
    try:
        run = run_pytest(copy, "-x", "--database", fault.database, *targets, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return "error", f"the tests took longer than {TIMEOUT_SECONDS} seconds"
    finally:
        # With its old modification time, so that Python does not reuse the compiled fault.
        backup.replace(path)
    if run.status == 0:
        return "SURVIVED", " ".join(targets)
    failed = [f"{file}{rest}" for kind, file, rest in run.failures if kind == "FAILED"]
    if run.status != 1 or not failed:
        return "error", f"pytest ended with {run.status}, without a test that failed: {run.failures}"
    test = failed[0].partition("[")[0]
    if run_pytest(copy, "--database", fault.database, test).status != 0:
        return "error", f"{test} fails without the fault too"
    return "caught", f"by {failed[0]}"


def main() -> None:
    """Try the faults, print a line for each and a total; exit with 1 unless all are caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted_faults")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="try only these faults")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results to this file")
    parser.add_argument("--all-tests", action="store_true", help="run the whole suite for each fault")
    args = parser.parse_args()
    faults = [fault for fault in FAULTS if not args.only or fault.name in args.only]
    targets = {fault: ["tests"] if args.all_tests else fault.tests.split() for fault in faults}
    results = []
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_tree(Path(folder).resolve())
        for fault in faults:
            started = time.monotonic()
            verdict, detail = try_fault(copy, fault, targets[fault])
            seconds = round(time.monotonic() - started)
            print(f"{fault.name}: {verdict} {detail} ({seconds} s)", flush=True)
            results.append(fault._asdict() | {"verdict": verdict, "detail": detail, "seconds": seconds})
    counts = Counter(result["verdict"] for result in results)
    print(f"{len(faults)} faults:", *(f"{number} {verdict}" for verdict, number in counts.items()))
    if args.json:
        args.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
    sys.exit(counts["caught"] != len(faults))


if __name__ == "__main__":
    main()
