"""docs/security.md: each risk names tests that exist."""

import ast
import re

import pytest

from tests.databases import ROOT

DOCUMENT = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = re.findall(r"^\| (API\d+) .*$", DOCUMENT, re.MULTILINE)
#: What could send a request to another server.
HTTP_CLIENTS = {"requests", "httpx", "urllib3", "aiohttp", "http.client", "urllib.request", "pycurl"}


def names_of(path):
    """Return the names of the tests in a file, as pytest writes them."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (
                f"{node.name}::{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)
            )


def test_every_risk_has_at_least_two_tests_that_exist():
    assert [f"API{number}" for number in range(1, 11)] == ROWS
    missing = []
    for row in re.findall(r"^\| API\d+ .*$", DOCUMENT, re.MULTILINE):
        ids = re.findall(r"`(tests/[^`]+)`", row)
        assert len(ids) >= 2, row
        for test in ids:
            file, _, name = test.partition("::")
            path = ROOT / file
            if not path.is_file() or (name and name not in names_of(path)):
                missing.append(test)
    assert missing == []


#: What `subtext mirror` reads another service with; `lint-imports` keeps it out of `api/` and `models/`.
MIRROR = ROOT / "seeds" / "replication" / "remote_service.py"


@pytest.mark.parametrize("package", ["api", "models", "seeds"])
def test_the_service_has_no_http_client(package):
    for path in set((ROOT / package).rglob("*.py")) - {MIRROR}:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            assert not HTTP_CLIENTS.intersection(names), path
