"""Generate clients from the committed document: ``make clients``, or ``python -m openapi.clients FOLDER``.

The generated code is not edited. If it is awkward, change the document.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

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
    options = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")
    _require_success(npm_tools.run("openapi-typescript", PATH, *options, "--output", folder / "schema.d.ts"))


def _require_success(ran: subprocess.CompletedProcess[str]) -> None:
    if ran.returncode:
        raise SystemExit(f"{Path(str(ran.args[0])).name} failed:\n{ran.stdout}\n{ran.stderr}")
