"""The SQLite driver: the one copy of SQLite that a process may open database files with (ADR 0032).

Use ``sqlite``, which has the interface of the standard library's ``sqlite3``, and never that module itself:
two copies of SQLite in one process drop each other's file locks. Its errors are ``sqlite.Error``, which need
not be those of the standard library.
"""

from __future__ import annotations

import importlib
import sqlite3 as standard  # noqa: TID251 (the one place that chooses)
from types import ModuleType

Version = tuple[int, ...]

#: The first release of SQLite without the WAL-reset bug, which can corrupt a database in WAL mode if several
#: connections write and checkpoint at the same moment (https://sqlite.org/wal.html#walresetbug).
FIRST_FIXED: Version = (3, 51, 3)
#: Releases of older branches that have the fix, too.
BACKPORTS: tuple[Version, ...] = ((3, 50, 7), (3, 44, 6))
#: A driver that brings its own SQLite. It is not available for all platforms.
ALTERNATIVE = "pysqlite3"


def has_wal_reset_fix(version: Version) -> bool:
    """Whether this release of SQLite does not have the WAL-reset bug."""
    return version >= FIRST_FIXED or any(
        version >= backport and version[:2] == backport[:2] for backport in BACKPORTS
    )


def choose_driver() -> ModuleType:
    """Return the standard driver if its SQLite has the fix, else one that has it, else the standard one."""
    if not has_wal_reset_fix(standard.sqlite_version_info):
        try:
            alternative = importlib.import_module(ALTERNATIVE)
        except ImportError:
            return standard
        if has_wal_reset_fix(alternative.sqlite_version_info):
            return alternative
    return standard


sqlite = choose_driver()
#: The release of SQLite, such as ``3.53.4``.
SQLITE_VERSION: str = sqlite.sqlite_version


def version_warning() -> str | None:
    """Return what an operator should know about this release of SQLite; None if it has no known bug."""
    if has_wal_reset_fix(sqlite.sqlite_version_info):
        return None
    return (
        f"SQLite {SQLITE_VERSION} can corrupt a database that several processes write to (WAL-reset bug). "
        f"Use SQLite {'.'.join(map(str, FIRST_FIXED))} or newer; the self-hosting guide says how."
    )
