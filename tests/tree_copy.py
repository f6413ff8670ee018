"""A copy of the working tree, for tests that change it."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("api", "models", "openapi", "seeds", "subtext_cli", "tests")
EXCLUDED = (".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "var", "build")
NODE_MODULES = "openapi/node_modules"
PYTHON = ".venv/bin/python"


def copy_tree(folder: Path) -> Path:
    """Copy the working tree into ``folder``, with an environment whose commands import from the copy."""
    copy = Path(shutil.copytree(ROOT, folder / "copy", ignore=shutil.ignore_patterns(*EXCLUDED)))
    if (ROOT / NODE_MODULES).exists():
        (copy / NODE_MODULES).symlink_to((ROOT / NODE_MODULES).resolve())
    venv.create(copy / ".venv", symlinks=True)
    installed, packages = (
        next(prefix.glob("lib/*/site-packages")) for prefix in (Path(sys.prefix), copy / ".venv")
    )
    # Python ignores .pth files in folders that a .pth file adds, so the editable install has no effect.
    (packages / "copy.pth").write_text(f"{copy}\n{installed}\n")
    for script in (Path(sys.prefix) / "bin").iterdir():
        target = copy / ".venv" / "bin" / script.name
        if not target.exists():
            target.write_bytes(
                script.read_bytes().replace(f"#!{sys.prefix}/".encode(), f"#!{copy}/.venv/".encode())
            )
            target.chmod(0o755)
    code = f"import {', '.join(PACKAGES)}; print(*(m.__file__ for m in ({', '.join(PACKAGES)})))"
    # Some tests start `subtext` without environment variables, and its server with -P.
    output = subprocess.check_output([copy / PYTHON, "-P", "-c", code], cwd=folder, env={}, text=True)
    if not all(file.startswith(f"{copy}/") for file in output.split()):
        raise SystemExit(f"Processes would import from {output}")
    return copy
