"""The tools that node runs on the document: those of ``package.json``, installed by make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
#: No tool reports that it ran, or asks for a newer version of itself.
SILENT = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_SUPPRESS_NOTIFICATIONS": "true",
}


def missing() -> str | None:
    """Say what is not there to run the tools with, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (MODULES / ".bin" / "redocly").exists():
        return "its tools are not installed (make lint does it, with npm)"
    return None


def run(tool: str | Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool in the repository's root; what it prints and its exit status are the caller's to judge."""
    command = [str(MODULES / ".bin" / tool), *map(str, arguments)]
    environment = os.environ | SILENT
    return subprocess.run(  # noqa: S603  (our tools, our arguments)
        command, env=environment, cwd=FOLDER.parent, capture_output=True, text=True, check=False
    )


def leave_out(check: str) -> None:
    """End a command that needs the tools where they are missing: in one line, as a failure in CI."""
    if reason := missing():
        print(f"Not run: {check}, because {reason}.")
        sys.exit(1 if os.environ.get("CI") else 0)
