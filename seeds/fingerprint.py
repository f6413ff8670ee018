"""The fingerprint of a pack: while it is the same, loading the pack into the same content changes nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from api.core.config import ROOT

#: The code that reads, checks and stores packs.
CODE = ("api", "models", "seeds")


def fingerprint(pack: Path) -> str:
    """Return the SHA-256 (hexadecimal) of the names and contents of a pack's files, and of the code."""
    digest = hashlib.sha256()
    files = (file for pattern in ("*", "films/*/*") for file in pack.glob(pattern) if file.is_file())
    code = (file for folder in CODE for file in (ROOT / folder).rglob("*.py"))
    for part in (*_parts(pack, files), *_parts(ROOT, code)):
        # The length separates a part from the next.
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()


def _parts(root: Path, files: Iterable[Path]) -> Iterator[bytes]:
    for file in sorted(files):
        yield os.fsencode(file.relative_to(root))
        try:
            yield file.read_bytes()
        except OSError:
            # Loading could not read it either.
            yield b""
