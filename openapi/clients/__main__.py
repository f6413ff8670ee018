"""The command: ``python -m openapi.clients FOLDER``."""

import sys
from pathlib import Path

from openapi import npm_tools
from openapi.clients.build import build

if __name__ == "__main__":
    if reason := npm_tools.missing_reason():
        sys.exit(f"Cannot generate the TypeScript client: {reason}.")
    for path in build(Path(sys.argv[1])):
        print(path)
