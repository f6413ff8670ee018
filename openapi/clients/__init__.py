"""Generate clients from the committed document: ``make clients``, or ``python -m openapi.clients FOLDER``.

The generated code is not edited. If it is awkward, change the document.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from api.openapi_spec.sparse_schemas import remove_sparse_schemas
from openapi import PATH, npm_tools

HERE = Path(__file__).parent
GENERATOR = Path(sys.executable).with_name("openapi-python-client")


def generate(folder: Path) -> None:
    """Write the clients to ``python/`` and ``typescript/`` in a folder, replacing existing ones."""
    write_python(folder / "python")
    write_typescript(folder / "typescript")


def write_python(folder: Path) -> None:
    """Write the package ``subtext_client``."""
    command: list[str | Path] = [GENERATOR, "generate", "--path", PATH, "--config", HERE / "python.yaml"]
    command += ["--meta", "setup", "--output-path", folder, "--overwrite", "--fail-on-warning"]
    # The generator formats its output with the ruff in the same environment.
    environment = os.environ | {"PATH": f"{GENERATOR.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    folder.parent.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    _require_success(ran)


def write_typescript(folder: Path) -> None:
    """Write the package ``subtext-client``: the types of the document, and functions that use them.

    A link to ``node_modules`` makes it usable where it is.
    """
    shutil.copytree(HERE / "typescript", folder, dirs_exist_ok=True)
    if not (folder / "node_modules").is_symlink():
        (folder / "node_modules").symlink_to(npm_tools.MODULES)
    document = json.loads(PATH.read_bytes())
    # A type that depends on `fields` would make every field optional for those who do not use it.
    remove_sparse_schemas(document)
    options = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary, "complete.json")
        path.write_text(json.dumps(document), "utf-8")
        output = folder / "schema.d.ts"
        _require_success(npm_tools.run("openapi-typescript", path, *options, "--output", output))


def _require_success(ran: subprocess.CompletedProcess[str]) -> None:
    if ran.returncode:
        raise SystemExit(f"{Path(str(ran.args[0])).name} failed:\n{ran.stdout}\n{ran.stderr}")
