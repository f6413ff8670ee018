"""One-line messages for folders and files that cannot be read or written."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_line_errors(folder: Path, expected: type[Exception]) -> Iterator[None]:
    """End with one line if files in the folder cannot be read or written, or for an expected error."""
    try:
        yield
    except expected as error:
        raise SystemExit(f"subtext: {error}") from None
    except OSError as error:
        # Of a copy, the second name is its target.
        path = error.filename2 or error.filename or folder
        if error.errno == errno.ENOSPC:
            raise SystemExit(f"subtext: The disk with {path} is full.") from None
        raise SystemExit(f"subtext: {path}: {error.strerror}.") from None
