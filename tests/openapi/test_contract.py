"""Requests made up from the document: the running service keeps what the document promises."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from openapi import PATH
from openapi.parts import operations
from tests.openapi.hooks import without

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
#: The operations are tried in so many parts, side by side where there are cores.
PARTS = 4
#: How many requests are made up for an operation, and what from: each day has others. What fails says its seed.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES") or "100"
SEED = os.environ.get("SCHEMATHESIS_SEED") or f"{dt.datetime.now(dt.UTC):%Y%m%d}"
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


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_check_passes_in_every_phase(served_by_postgresql, part):
    chosen = [operation["operationId"] for operation in operations(DOCUMENT)][part::PARTS]
    only = [word for name in chosen for word in ("--include-operation-id", name)]
    printed = run(served_by_postgresql.url, "--phases", "examples,coverage,fuzzing", *only)
    assert f"Tested: {len(chosen)}" in printed
    assert all(f"✅ {phase}" in printed for phase in ("Examples", "Coverage", "Fuzzing"))


@pytest.mark.slow
def test_every_check_passes_along_the_links(served_by_postgresql):
    printed = run(served_by_postgresql.url, "--phases", "stateful")
    assert "✅ Stateful" in printed
