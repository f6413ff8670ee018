"""FastMCP imports the document, and an agent can call each operation as a tool."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.openapi_spec.components import has_public_get, operations
from openapi import PATH
from tests.conftest import skip_test

pytestmark = [pytest.mark.nightly, pytest.mark.any_database]

PROGRAM = Path(__file__).parent / "programs" / "mcp_tools.py"
DOCUMENT = json.loads(PATH.read_bytes())
OPERATION_IDS = sorted(each["operationId"] for each in operations(DOCUMENT))
#: Those that an agent without an API key can call.
PUBLIC = sorted(item["get"]["operationId"] for item in DOCUMENT["paths"].values() if has_public_get(item))


def run(document, url, folder):
    """Return what the program prints about the tools of a document, called at a URL."""
    path = folder / "document.json"
    path.write_text(json.dumps(document), "utf-8")
    # FastMCP keeps its state in the home folder.
    environment = {"HOME": str(folder), "FASTMCP_CHECK_FOR_UPDATES": "off"}
    command = [sys.executable, PROGRAM, path, url]
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout)


@pytest.fixture(scope="module", autouse=True)
def fastmcp():
    if importlib.util.find_spec("fastmcp") is None:
        skip_test("because requirements-generators.txt is not installed (make test-slow installs it).")


def test_each_operation_is_a_tool_whose_output_is_valid(server, tmp_path):
    results = run(DOCUMENT, server.url, tmp_path)
    assert results["errors"] == []
    assert results["tools"] == OPERATION_IDS
    assert sorted(results["complete"]) == PUBLIC
    assert {"listQuotes", "getQuote", "randomQuotes", "getDailyQuote"} <= set(results["sparse"])


def test_output_that_the_document_does_not_describe_is_an_error(server, tmp_path):
    document = json.loads(PATH.read_bytes())
    document["components"]["schemas"]["AnyQuoteList"]["anyOf"].pop()
    errors = run(document, server.url, tmp_path)["errors"]
    names = {name for name, arguments, _ in errors if "fields" in arguments}
    assert names == {name for name in PUBLIC if name.endswith("Quotes")}
    assert len(names) == len(errors)
