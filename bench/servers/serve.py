"""Serve any WSGI application by granian with the settings that Subtext has, and no others.

python -m bench.servers.serve bench.servers.bare:app
"""

from __future__ import annotations

import sys

from api.core.config import Settings
from subtext_cli.server import run


def main() -> None:
    """Serve until told to stop."""
    run(Settings.from_environment(), sys.argv[1])


if __name__ == "__main__":
    main()
