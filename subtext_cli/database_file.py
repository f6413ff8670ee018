"""The file of an SQLite database: whether it can be created and written, and what to do if not."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from shlex import quote

from api.core.config import DEFAULT_DATABASE_URL, Settings


def user_name() -> str:
    """Return the name of the user whose rights this process has, or its number if it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def file_problem(name: str, settings: Settings) -> str | None:
    """Return why SQLite cannot create or write the database file, and what to do; None if it can.

    The folder of the default database is created. Any other must exist: a new folder would hide a typing
    error in its path, or a volume that is not mounted.
    """
    file = Path(name)
    try:
        if settings.database_url == DEFAULT_DATABASE_URL:
            file.parent.mkdir(exist_ok=True)
        folder_mode = file.parent.stat().st_mode
        mode = file.stat().st_mode if file.exists() else stat.S_IFREG
    except OSError as error:
        return _path_problem(error, file)
    if not stat.S_ISDIR(folder_mode):
        return _path_problem(NotADirectoryError(), file)
    if stat.S_ISDIR(mode):
        return f"{file} is a folder. Name a file in SUBTEXT_DATABASE_URL: sqlite:///{file}/subtext.sqlite3"
    if not stat.S_ISREG(mode):
        return f"{file} is not a regular file. Name another in SUBTEXT_DATABASE_URL."
    return _write_problem(file)


def read_problem(name: str, _settings: Settings) -> str | None:
    """Return why SQLite cannot read a file that it cannot write, and what to do; None if it can."""
    file, log = Path(name), Path(f"{name}-wal")
    if not file.is_file():
        return f"{file} is not a regular file. Name another in SUBTEXT_DATABASE_URL."
    for path in (file, log):
        if path.exists() and not os.access(path, os.R_OK, effective_ids=True):
            return no_rights(path, "read")
    if log.exists() and log.stat().st_size and not Path(f"{name}-shm").exists():
        return (
            f"{file} cannot be written, and the changes in {log} are not merged into it. "
            "Merge them where it can be written: subtext backup FOLDER."
        )
    return None


def _path_problem(error: OSError, file: Path) -> str:
    match error:
        case FileNotFoundError():
            return (
                f"The folder {file.parent} does not exist. Create it (mkdir -p {quote(str(file.parent))}), "
                "or correct SUBTEXT_DATABASE_URL."
            )
        case NotADirectoryError():
            return f"{file.parent} is not a folder. Correct the path in SUBTEXT_DATABASE_URL."
        case PermissionError():
            return no_rights(file.parent, "open")
    return f"{file} cannot be opened: {error.strerror}. Correct the path in SUBTEXT_DATABASE_URL."


def _write_problem(file: Path) -> str | None:
    # SQLite creates its log and index beside the file. Those of another user are often left behind.
    for path in (file.parent, file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        mode = os.W_OK | (os.X_OK if path == file.parent else os.R_OK)
        if path.exists() and not os.access(path, mode, effective_ids=True):
            if os.statvfs(path).f_flag & os.ST_RDONLY:
                return (
                    f"{path} is on a read-only file system. Name a file on another in SUBTEXT_DATABASE_URL."
                )
            return no_rights(path, "write to")
    return None


def no_rights(path: Path | str, verb: str) -> str:
    """Return that the user may not do something with a file or folder, and what to do."""
    return (
        f"The user {user_name()} has no right to {verb} {path}. "
        f"Give it the right (chown {user_name()} {quote(str(path))}), "
        "or name another file in SUBTEXT_DATABASE_URL."
    )
