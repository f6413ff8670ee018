"""Run the Node tools in ``package.json``, which make installs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
#: Turns off telemetry and update notices.
SILENT = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_SUPPRESS_NOTIFICATIONS": "true",
}


def missing_reason() -> str | None:
    """Return why the tools cannot run; None if they can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    if not (MODULES / ".bin" / "redocly").exists():
        return "its tools are not installed (make lint installs them with npm)"
    return None


def run(tool: str | Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool in the repository's root. The caller checks its output and exit status."""
    command = [str(MODULES / ".bin" / tool), *map(str, arguments)]
    environment = os.environ | SILENT
    return subprocess.run(  # noqa: S603  (our tools, our arguments)
        command, env=environment, cwd=FOLDER.parent, capture_output=True, text=True, check=False
    )


def skip_without_tools(check: str) -> None:
    """End the command with a one-line message if the tools are missing; exit with 1 in CI, else with 0."""
    if reason := missing_reason():
        print(f"Skipped: {check}, because {reason}.")
        sys.exit(1 if os.environ.get("CI") else 0)
