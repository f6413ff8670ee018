"""One-line messages for folders and files that cannot be read or written."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: A hidden file or folder, which becomes the one that was named once it is complete.
TEMPORARY_NAME = re.compile(r"/\.(?:[^/]+\.tmp|incoming)(?:/|\Z)")


@contextmanager
def one_line_errors(folder: Path, expected: type[Exception]) -> Iterator[None]:
    """End with one line if files cannot be read or written, or for an expected error.

    ``folder`` is named if the error names no file, and not what is temporary in it.
    """
    try:
        yield
    except expected as error:
        raise SystemExit(f"subtext: {error}") from None
    except OSError as error:
        # Of a copy, the second name is its target.
        path = str(error.filename2 or error.filename or folder)
        if temporary := TEMPORARY_NAME.search(path):
            path = path[: temporary.start()]
        if error.errno == errno.ENOSPC:
            raise SystemExit(f"subtext: The disk with {path} is full.") from None
        raise SystemExit(f"subtext: {path}: {error.strerror}.") from None
