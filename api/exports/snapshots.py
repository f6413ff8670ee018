"""Snapshots: exports in NDJSON that the service offers for download, in a folder of their own.

The folder of a snapshot is named after its state, ``<epoch>-<generation>``, and never changes. A snapshot
from before a purge may have words that were removed for ever: it is gone at once, whether or not its folder
is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.exports.folder import INDEX, lock, names_of, new_folder
from models import ContentGeneration, Revision

#: The number of snapshots that are kept.
KEPT = 2
NAME_PATTERN = re.compile(r"([0-9a-f]{16})-([1-9][0-9]{0,9})", re.ASCII)
#: The name of the file that the maker of snapshots locks.
LOCK = ".lock"


class Snapshot(NamedTuple):
    """A snapshot by its state."""

    epoch: str
    generation: int

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """Return the snapshot with a name; None if no snapshot can have it."""
        match = NAME_PATTERN.fullmatch(name)
        return cls(match[1], int(match[2])) if match else None

    def __str__(self) -> str:
        return f"{self.epoch}-{self.generation}"

    def is_current(self, session: Session) -> bool:
        """Whether the snapshot is of the present history, and nothing was purged since it was made."""
        row = session.execute(select(ContentGeneration.epoch, ContentGeneration.number)).one_or_none()
        if row is None or row.epoch != self.epoch or row.number < self.generation:
            return False
        # Every purge makes a revision, so those up to the snapshot need not be read.
        purged = exists().where(
            Revision.generation > self.generation, Revision.record["purged"].as_boolean().is_(True)
        )
        return not session.scalar(select(purged))


def find_snapshots(folder: Path) -> list[Snapshot]:
    """Return the snapshots in a folder, the newest first, whether they may be shown or not."""
    if not folder.is_dir():
        return []
    found = [
        (path.stat().st_mtime_ns, snapshot)
        for path in folder.iterdir()
        if (snapshot := Snapshot.parse(path.name)) and (path / INDEX).is_file()
    ]
    return [snapshot for _, snapshot in sorted(found, reverse=True)]


def file_of(folder: Path, snapshot: Snapshot, name: str) -> Path | None:
    """Return the path of a file that the index of a snapshot lists; None if it lists none of this name."""
    path = folder / str(snapshot)
    return path / name if name in names_of(path) else None


def make_snapshot(
    session: Session, base_url: str, folder: Path, step: Callable[[int], Any] = lambda _: None
) -> Snapshot | None:
    """Make a snapshot of the present state, and delete old ones.

    Return None if there is one already, if there was never any content, or if another process makes one.

    Raises:
        OSError: the folder cannot be written.
        ExportError: something else has the name of the snapshot.
    """
    # Servers load it only to make a snapshot.
    from api.exports import ndjson
    from api.exports.source import ExportSource

    folder.mkdir(parents=True, exist_ok=True)
    with lock(folder / LOCK) as is_locked:
        if not is_locked:
            return None
        _delete_unfinished(folder)
        source = ExportSource(session, base_url, step)
        epoch, generation = source.state.epoch, source.state.generation
        if epoch is None:
            return None
        snapshot = Snapshot(epoch, generation)
        if snapshot in find_snapshots(folder):
            return None
        with new_folder(folder / str(snapshot)) as new:
            ndjson.write(source, new)
            new.write_index(source.state, base_url)
        for old in find_snapshots(folder)[KEPT:]:
            shutil.rmtree(folder / str(old))
        return snapshot


def delete_outdated(session: Session, folder: Path) -> list[Snapshot]:
    """Delete the snapshots from before a purge or a restore; return them."""
    outdated = [each for each in find_snapshots(folder) if not each.is_current(session)]
    for snapshot in outdated:
        shutil.rmtree(folder / str(snapshot), ignore_errors=True)
    return outdated


def _delete_unfinished(folder: Path) -> None:
    """Delete what makers left behind that were killed."""
    for path in folder.glob(".*.tmp"):
        shutil.rmtree(path, ignore_errors=True)
