"""``python -m openapi.lint``: lint the document with Redocly and Spectral. Warnings fail, too."""

from __future__ import annotations

import sys
from pathlib import Path

from openapi import PATH, npm_tools

LINTERS = (
    ("redocly", "lint", "--config", npm_tools.FOLDER / "redocly.yaml"),
    ("spectral", "lint", "--ruleset", npm_tools.FOLDER / "spectral.yaml", "--fail-severity", "hint"),
)


def main(document: Path = PATH) -> None:
    """Run both linters. If one reports anything, print it and exit with 1."""
    npm_tools.skip_without_tools("Redocly and Spectral")
    failed = [ran for ran in (npm_tools.run(*linter, document) for linter in LINTERS) if ran.returncode]
    for ran in failed:
        print(ran.stdout, ran.stderr, sep="\n", file=sys.stderr)
    if failed:
        sys.exit(1)
    print("Redocly and Spectral found no problems.")


if __name__ == "__main__":
    main()
