"""Clients made from the committed document: ``python -m openapi.clients FOLDER``, or ``make clients``.

Nothing is changed after a generator has run: where what comes out is awkward, the document changes.
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
    """Write ``python/`` and ``typescript/`` into a folder, in place of what was there."""
    write_python(folder / "python")
    write_typescript(folder / "typescript")


def write_python(folder: Path) -> None:
    """Write the package ``subtext_client``; the generator finds ruff beside itself, and formats with it."""
    command: list[str | Path] = [GENERATOR, "generate", "--path", PATH, "--config", HERE / "python.yaml"]
    command += ["--meta", "setup", "--output-path", folder, "--overwrite", "--fail-on-warning"]
    beside = os.environ | {"PATH": f"{GENERATOR.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    folder.parent.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(command, env=beside, capture_output=True, text=True, check=False)  # noqa: S603
    _expect(ran)


def write_typescript(folder: Path) -> None:
    """Write the package ``subtext-client``: the types of the document, and what calls with them.

    It leads to the modules that it needs, so that it can be tried where it lies.
    """
    shutil.copytree(HERE / "typescript", folder, dirs_exist_ok=True)
    if not (folder / "node_modules").is_symlink():
        (folder / "node_modules").symlink_to(npm_tools.MODULES)
    named = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")
    _expect(npm_tools.run("openapi-typescript", PATH, *named, "--output", folder / "schema.d.ts"))


def _expect(ran: subprocess.CompletedProcess[str]) -> None:
    if ran.returncode:
        raise SystemExit(f"{Path(str(ran.args[0])).name} failed:\n{ran.stdout}\n{ran.stderr}")
