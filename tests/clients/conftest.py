"""Both clients, made once from the committed document, and the programs of their users."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from openapi import npm_tools
from openapi.clients import generate
from tests.conftest import not_run

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def clients(tmp_path_factory):
    """A folder with ``python``, ``typescript`` and ``app``, which uses the latter; all workers share it."""
    if reason := npm_tools.missing():
        not_run(f"because {reason}.")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "clients.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "clients").exists():
            generate(shared / "clients")
            compile_app(shared / "clients")
    return shared / "clients"


def compile_app(folder):
    """Compile the program of a user who has installed the TypeScript client, as npm does it: by a link."""
    app = folder / "app"
    (app / "node_modules").mkdir(parents=True)
    (app / "node_modules" / "subtext-client").symlink_to(folder / "typescript")
    (app / "node_modules" / "@types").symlink_to(npm_tools.MODULES / "@types")
    (app / "package.json").write_text('{"type": "module"}')
    for name in ("drive.ts", "refused.ts", "tsconfig.json"):
        (app / name).write_bytes((HERE / name).read_bytes())
    compiled = npm_tools.run("tsc", "--project", app)
    assert compiled.returncode == 0, compiled.stdout


def driven_python(clients, address):
    return [sys.executable, HERE / "drive.py", address], {"PYTHONPATH": str(clients / "python")}


def driven_typescript(clients, address):
    return ["node", clients / "app" / "compiled" / "drive.js", address], {}


@pytest.fixture(scope="session", params=[driven_python, driven_typescript], ids=["python", "typescript"])
def told(request, clients, served):
    """What the program of a user read from a running server."""
    command, own = request.param(clients, served.url)
    ran = subprocess.run(
        command, env=os.environ | own, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
