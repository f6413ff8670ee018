"""``python -m bench.capacity``, which docs/operations.md tells operators to run on their machine."""

import shutil
import subprocess
import sys

import pytest

from bench.capacity import HEADER, REQUESTS, WORKERS
from tests.serving import ROOT

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


@pytest.mark.nightly
def test_it_prints_a_line_for_each_request_and_number_of_workers():
    command = [sys.executable, "-m", "bench.capacity", "--seconds", "0.5"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    head, rows = printed[: len(HEADER)], printed[len(HEADER) :].strip().splitlines()
    assert head == HEADER
    assert [tuple(row.split(" | "))[1:3] for row in rows] == [
        (str(workers), name) for workers in WORKERS for name in REQUESTS
    ]
    assert not [row for row in rows if "errors" in row]
