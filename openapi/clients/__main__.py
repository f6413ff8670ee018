"""The command: ``python -m openapi.clients FOLDER``."""

import sys
from pathlib import Path

from openapi import npm_tools
from openapi.clients import generate

if __name__ == "__main__":
    if reason := npm_tools.missing():
        sys.exit(f"The TypeScript client cannot be made: {reason}.")
    generate(Path(sys.argv[1]))
    print(f"{sys.argv[1]}/python and {sys.argv[1]}/typescript are made from openapi/v1.json.")
