"""Requests made up from the document: the running service keeps what the document promises."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from openapi import PATH
from openapi.document_order import operations
from tests.openapi.hooks import without

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
#: The operations are tried in so many parts, side by side where there are cores.
PARTS = 3
#: How many requests are made up for an operation, and what from: each day has others. What fails says its seed.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES") or "100"
SEED = os.environ.get("SCHEMATHESIS_SEED") or f"{dt.datetime.now(dt.UTC):%Y%m%d}"
#: Over how many days the edges of operations are spread.
DAYS = int(os.environ.get("SCHEMATHESIS_DAYS") or 1)
DOCUMENT = without(json.loads(PATH.read_bytes()), "cursor", "fields")
quick = schemathesis.openapi.from_dict(DOCUMENT)
# The other phases send hundreds of requests an operation: `make test-slow` does so.
quick.config.phases.update(phases=["examples", "fuzzing"])

few = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@quick.parametrize()
@few
def test_every_check_of_schemathesis_passes(case, served):
    case.call_and_validate(base_url=served.url)


def run(address, *arguments):
    """Run schemathesis as a stranger would, and return what it prints; a failure of any check fails here."""
    command = [SCHEMATHESIS, "--no-color", "run", f"{address}/v1/openapi.json", "--checks", "all"]
    chance = ["--max-examples", EXAMPLES, "--seed", SEED]
    ran = subprocess.run(
        [*command, *chance, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def on(names):
    """Return what tells schemathesis to try these operations alone."""
    return [word for name in names for word in ("--include-operation-id", name)]


def at_the_edges(day, days):
    """Return the names of operations whose edges are tried on one of so many days."""
    # Sorted, those that are alike have different days: what a day tries is of every kind.
    return sorted(operation["operationId"] for operation in operations(DOCUMENT))[day % days :: days]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_check_passes_on_what_is_made_up_by_chance(served_by_postgresql, part):
    chosen = [operation["operationId"] for operation in operations(DOCUMENT)][part::PARTS]
    printed = run(served_by_postgresql.url, "--phases", "examples,fuzzing", *on(chosen))
    assert f"Tested: {len(chosen)}" in printed
    assert all(f"✅ {phase}" in printed for phase in ("Examples", "Fuzzing"))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_check_passes_at_the_edges(served_by_postgresql, part):
    chosen = at_the_edges(int(SEED), DAYS)[part::PARTS]
    printed = run(served_by_postgresql.url, "--phases", "coverage", *on(chosen))
    assert f"Tested: {len(chosen)}" in printed
    assert "✅ Coverage" in printed


def test_each_operation_has_its_day():
    tried = Counter(name for day in range(20261128, 20261132) for name in at_the_edges(day, 4))
    assert tried == dict.fromkeys((operation["operationId"] for operation in operations(DOCUMENT)), 1)
    assert len(at_the_edges(20261128, 1)) == len(operations(DOCUMENT))


@pytest.mark.slow
def test_every_check_passes_along_the_links(served_by_postgresql):
    printed = run(served_by_postgresql.url, "--phases", "stateful")
    assert "✅ Stateful" in printed
