"""Generate both clients and build their packages: ``make clients``.

The generated code is not edited. If it is awkward, change the document or the templates.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from openapi import PATH
from openapi.clients import python_package, typescript_package
from openapi.clients.operations import read_document

HERE = Path(__file__).parent
BUILD_PYTHON = "import backend, sys; to = sys.argv[1]; backend.build_sdist(to); backend.build_wheel(to)"


def build(folder: Path) -> list[Path]:
    """Write both packages to a folder and build them; return a wheel, an sdist and a tarball in ``dist``."""
    generate(folder)
    dist = folder / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    _run([sys.executable, "-c", BUILD_PYTHON, dist.absolute()], folder / "python")
    npm = shutil.which("npm") or "npm"
    _run([npm, "pack", "--silent", "--pack-destination", dist.absolute()], folder / "typescript")
    return sorted(dist.iterdir())


def generate(folder: Path) -> None:
    """Write the packages to ``python/`` and ``typescript/`` in a folder, replacing existing ones."""
    document = read_document(PATH)
    for name in ("python", "typescript"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(
            HERE / name,
            folder / name,
            ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist"),
        )
    python_package.write_generated(document, folder / "python" / "src" / "subtext_client")
    typescript_package.write_generated(document, folder / "typescript")


def _run(command: list[str | Path], folder: Path) -> None:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{ran.stdout}\n{ran.stderr}")
