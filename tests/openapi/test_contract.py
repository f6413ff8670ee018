"""Contract tests: Schemathesis generates requests from the OpenAPI document and checks the responses."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from api.openapi_spec.components import operations
from models.database import Database
from models.scopes import all_scopes
from openapi import PATH
from tests.api_keys import add_key
from tests.openapi.hooks import describe_values
from tests.serving import serving

pytestmark = pytest.mark.schemathesis

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
#: The operations are split into this many tests, which run in parallel where there are cores.
PARTS = 3
#: Generated requests for each operation, and their seed: each day has another. A failure names its seed.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES") or "100"
SEED = os.environ.get("SCHEMATHESIS_SEED") or f"{dt.datetime.now(dt.UTC):%Y%m%d}"
DOCUMENT = describe_values(json.loads(PATH.read_bytes()))
quick = schemathesis.openapi.from_dict(DOCUMENT)
# The other phases send hundreds of requests for each operation, and only run on PostgreSQL.
quick.config.phases.update(phases=["examples", "fuzzing"])

hypothesis_settings = settings(
    max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


#: Patterns of the ids of operations, and the arguments for the first that an id matches. Without a key, a draft is not
#: told from an unknown id.
GROUPS = {"Draft|Release": ("--exclude-checks", "ignored_auth"), "": ()}


def group_of(name):
    """Return the pattern of the group of an operation."""
    return next(pattern for pattern in GROUPS if re.search(pattern, name))


@quick.parametrize()
@hypothesis_settings
def test_every_check_passes_on_sqlite(case, server):
    case.call_and_validate(base_url=server.url)


@pytest.fixture(scope="module")
def writable(engine, tmp_path_factory):
    """A running server whose database the requests of a test may change, and the arguments that give its key."""
    log = tmp_path_factory.mktemp("written") / "log"
    with (
        engine.fresh("pack") as url,
        serving(log, SUBTEXT_DATABASE_URL=url, SUBTEXT_RATE_LIMIT="off") as server,
    ):
        database = Database(url)
        headers = add_key(database, *all_scopes())
        database.close()
        yield server, [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]


def run(url, *arguments):
    """Run Schemathesis from its command line and assert that every check passes; return its output."""
    command = [SCHEMATHESIS, "--no-color", "run", f"{url}/v1/openapi.json", "--checks", "all"]
    generation = ["--max-examples", EXAMPLES, "--seed", SEED]
    result = subprocess.run(
        [*command, *generation, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def include_arguments(names):
    """Return the arguments that restrict a run to these operations."""
    return [word for name in names for word in ("--include-operation-id", name)]


def operation_ids(part):
    """Return the ids of the operations of one of the :data:`PARTS`."""
    return [operation["operationId"] for operation in operations(DOCUMENT)][part::PARTS]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_check_passes_on_random_requests(postgresql_server, part):
    selected = operation_ids(part)
    output = run(postgresql_server.url, "--phases", "examples,fuzzing", *include_arguments(selected))
    assert f"Tested: {len(selected)}" in output
    assert all(f"✅ {phase}" in output for phase in ("Examples", "Fuzzing"))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_every_check_passes_on_edge_cases(postgresql_server, part):
    selected = operation_ids(part)
    output = run(postgresql_server.url, "--phases", "coverage", *include_arguments(selected))
    assert f"Tested: {len(selected)}" in output
    assert "✅ Coverage" in output


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_every_check_passes_with_a_key(writable, part):
    server, key = writable
    for pattern, arguments in GROUPS.items():
        selected = [name for name in operation_ids(part) if pattern == group_of(name)]
        phases = ("--phases", "examples,coverage,fuzzing")
        output = run(server.url, *phases, *key, *arguments, *include_arguments(selected))
        assert f"Tested: {len(selected)}" in output


def test_every_check_passes_on_linked_requests(postgresql_server):
    output = run(postgresql_server.url, "--phases", "stateful")
    assert "✅ Stateful" in output
