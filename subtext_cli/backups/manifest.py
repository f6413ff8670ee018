"""The files of a backup: the data, and a manifest beside it that says what the data must be."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from api.exports.folder import sync_folder
from subtext_cli.backups.inventory import Inventory

#: Tells manifests from other JSON files. The number changes when older versions could not read a manifest.
FORMAT = "subtext-backup/1"
#: The suffix of manifests. A backup without one is not finished.
SUFFIX = ".manifest.json"
#: The suffixes of the data, by the name of the database.
DATA_SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".dump"}
OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


class BackupError(Exception):
    """A backup cannot be made or restored; ``str()`` says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What is known of a backup. ``file`` is the name of its data, ``sha256`` and ``size`` are theirs."""

    database: str
    version: str
    created_at: str
    file: str
    size: int
    sha256: str
    content: Inventory
    format: str = FORMAT


def file_name(database: str, created_at: dt.datetime) -> str:
    """Return the name of the data of a backup, which begins with the time, so that names sort by it."""
    return f"subtext-{created_at:%Y%m%dT%H%M%S.%f}Z{DATA_SUFFIXES[database]}"


def manifest_path(data: Path) -> Path:
    """Return the path of the manifest of a backup."""
    return data.with_name(f"{data.name}{SUFFIX}")


def read_manifest(data: Path) -> Manifest:
    """Return the manifest of a backup.

    Raises:
        BackupError: the data or the manifest is missing, or is something else.
    """
    path = manifest_path(data)
    if not data.is_file():
        raise BackupError(f"There is no file {data}.")
    if not path.is_file():
        raise BackupError(
            f"{data} has no manifest {path.name}: it is no finished backup of `subtext backup`."
        )
    try:
        body = orjson.loads(path.read_bytes())
        if body["format"] != FORMAT:
            raise BackupError(f"{path} has the format “{body['format']}”, which this version cannot read.")
        return Manifest(**body | {"content": Inventory(**body["content"])})
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BackupError(f"{path} is damaged or is not a manifest of `subtext backup`.") from None


def require_intact(data: Path, manifest: Manifest) -> None:
    """Compare the data with the manifest.

    Raises:
        BackupError: they differ.
    """
    if data.stat().st_size != manifest.size or sha256_of(data) != manifest.sha256:
        raise BackupError(f"{data} is damaged: its SHA-256 is not that of its manifest. Use another backup.")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    """Write a file that exists either whole or not at all, also after a power failure."""
    with temporary_name(path) as temporary:
        temporary.write_bytes(content)
        publish(temporary, path)


@contextmanager
def temporary_name(path: Path) -> Iterator[Path]:
    """Yield a hidden name beside ``path``. The file is removed at the end, if it still has that name."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
    finally:
        # SQLite may leave its own files beside it if the disk is full.
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{temporary}{suffix}").unlink(missing_ok=True)


def publish(temporary: Path, path: Path) -> None:
    """Flush a file to the disk and give it its name."""
    with temporary.open("rb") as stream:
        os.fsync(stream.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


def save_manifest(data: Path, manifest: Manifest) -> None:
    """Write the manifest, which finishes the backup."""
    write_durably(manifest_path(data), orjson.dumps(asdict(manifest), option=OPTIONS))


def finished_backups(folder: Path) -> list[Path]:
    """Return the data files of all finished backups in a folder, the oldest first."""
    pattern = re.compile(rf"subtext-[0-9T.]+Z({'|'.join(map(re.escape, DATA_SUFFIXES.values()))})")
    manifests = (path.with_name(path.name.removesuffix(SUFFIX)) for path in folder.glob(f"subtext-*{SUFFIX}"))
    return sorted(data for data in manifests if pattern.fullmatch(data.name))


def delete_oldest(folder: Path, keep: int, database: str) -> list[Path]:
    """Delete the oldest finished backups of this kind of database but ``keep``; return which."""
    of_kind = [data for data in finished_backups(folder) if data.suffix == DATA_SUFFIXES[database]]
    deleted = of_kind[: max(0, len(of_kind) - keep)]
    for data in deleted:
        # In this order: without its manifest, a backup does not count as one.
        manifest_path(data).unlink()
        data.unlink(missing_ok=True)
    return deleted
