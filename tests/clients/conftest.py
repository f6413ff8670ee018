"""Both clients, generated and built, and example programs that use them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from openapi import npm_tools
from openapi.clients.build import generate
from tests.conftest import skip_test
from tests.databases import locked

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def clients(shared_folder):
    """A folder with both clients and ``app``, programs that use the TypeScript client; all workers share it."""
    if reason := npm_tools.missing_reason():
        skip_test(f"because {reason}.")
    folder = shared_folder / "clients"
    with locked(shared_folder / "clients.lock"):
        if not folder.exists():
            generate(folder)
            compile_app(folder)
    return folder


def compile_app(folder):
    """Compile programs that use the TypeScript client, which is linked into their ``node_modules``."""
    app = folder / "app"
    (app / "node_modules" / "@subtext").mkdir(parents=True)
    (app / "node_modules" / "@subtext" / "client").symlink_to(folder / "typescript")
    (app / "node_modules" / "@types").symlink_to(npm_tools.MODULES / "@types")
    (app / "package.json").write_text('{"type": "module"}')
    for name in ("drive.ts", "write.ts", "refused.ts", "http.ts", "tsconfig.json"):
        (app / name).write_bytes((HERE / name).read_bytes())
    compiled = npm_tools.run("tsc", "--project", app)
    assert compiled.returncode == 0, compiled.stdout


@pytest.fixture(scope="session")
def python_path(clients):
    """The folder to import the Python client from."""
    return clients / "python" / "src"


def python_program(clients, url, name="drive.py"):
    return [sys.executable, HERE / name, url], {"PYTHONPATH": str(clients / "python" / "src")}


def typescript_program(clients, url, name="drive.js"):
    return ["node", clients / "app" / "compiled" / name, url], {}


@pytest.fixture(scope="session", params=[python_program, typescript_program], ids=["python", "typescript"])
def output(request, clients, server):
    """The parsed output of an example program, run against a server."""
    command, environment = request.param(clients, server.url)
    result = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)
