"""The command: ``python -m openapi.clients FOLDER``."""

import sys
from pathlib import Path

from openapi import npm_tools
from openapi.clients import generate

if __name__ == "__main__":
    if reason := npm_tools.missing_reason():
        sys.exit(f"Cannot generate the TypeScript client: {reason}.")
    generate(Path(sys.argv[1]))
    print(f"Generated {sys.argv[1]}/python and {sys.argv[1]}/typescript from openapi/v1.json.")
