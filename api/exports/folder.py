"""The folder of an export: written beside its final place, flushed to the disk, then renamed.

So a folder with the name of an export is always complete: after an interruption, on a full disk and after a
power failure, too.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from api.core.version import VERSION

if TYPE_CHECKING:
    from api.exports.source import ContentState

#: The index of a folder: what it has, as of which state.
INDEX = "index.json"
#: The format of folders. The number changes when older versions could not read one.
FORMAT = "subtext-export/1"
OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
#: A level at which compression keeps up with the database (ADR 44), and the window size that means the gzip
#: format without a time and a file name: equal content has equal bytes.
GZIP_LEVEL, GZIP_WINDOW = 3, 31

#: Bytes that are compressed and hashed at once.
BUFFER_BYTES = 256 * 1024


class ExportError(Exception):
    """An export cannot be made; ``str()`` says why and what to do."""


class _DigestedFile:
    """A file that counts its bytes and hashes them while it is written."""

    def __init__(self, path: Path) -> None:
        self.name, self.bytes, self._sha256 = path.name, 0, hashlib.sha256()
        self._stream = path.open("xb")

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        self._sha256.update(data)
        self.bytes += len(data)

    def close(self) -> None:
        with self._stream:
            self._stream.flush()
            os.fsync(self._stream.fileno())

    def describe(self) -> dict[str, Any]:
        return {"name": self.name, "bytes": self.bytes, "sha256": self._sha256.hexdigest()}


class ExportFile:
    """A file of an export, with a compressed copy beside it unless the format is compressed already."""

    def __init__(self, path: Path, *, compress: bool) -> None:
        self._plain = _DigestedFile(path)
        self._gzip = _DigestedFile(path.with_name(f"{path.name}.gz")) if compress else None
        self._compressor = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW)
        self._buffer = bytearray()
        # Compression releases Python's lock, so that it and the reading of rows use a core each.
        self._thread = ThreadPoolExecutor(1)
        self._unwritten: Future[None] | None = None
        self.count = 0

    def write(self, data: bytes, count: int) -> None:
        """Write bytes that have this number of entries."""
        self._buffer += data
        self.count += count
        if len(self._buffer) >= BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._wait()
        self._unwritten = self._thread.submit(self._write, bytes(self._buffer))
        self._buffer.clear()

    def _wait(self) -> None:
        """Wait until what was handed to the thread is written, and raise its error."""
        if self._unwritten:
            self._unwritten.result()

    def _write(self, data: bytes) -> None:
        self._plain.write(data)
        if self._gzip:
            self._gzip.write(self._compressor.compress(data))

    def close(self) -> None:
        """Flush the file to the disk."""
        with ExitStack() as stack:
            for file in filter(None, (self._plain, self._gzip)):
                stack.callback(file.close)
            stack.callback(self._thread.shutdown)
            self._flush()
            self._wait()
            if self._gzip:
                self._gzip.write(self._compressor.flush())

    def describe(self) -> dict[str, Any]:
        """Return what the index says of the file: name, count, bytes and SHA-256."""
        plain = self._plain.describe()
        compressed = {"gzip": self._gzip.describe()} if self._gzip else {}
        return {"name": plain.pop("name"), "count": self.count} | plain | compressed


@dataclass
class ExportFolder:
    """A folder that is being written. ``files`` is what the index says of those that are complete."""

    path: Path
    files: list[dict[str, Any]]

    @contextmanager
    def create(
        self, name: str, content: str, *, type_name: str | None = None, compress: bool = True
    ) -> Iterator[ExportFile]:
        """Yield a new file, which is in the index if the block succeeds.

        ``content`` says what it has, ``type_name`` of which resource type.
        """
        file = ExportFile(self.path / name, compress=compress)
        try:
            yield file
        finally:
            file.close()
        about = file.describe()
        self.files.append({"name": about.pop("name"), "content": content, "type": type_name} | about)

    def add(self, name: str, content: str, *, count: int) -> None:
        """Flush a file that was written otherwise to the disk, and add it to the index."""
        path = self.path / name
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        about = {"name": name, "content": content, "type": None, "count": count}
        self.files.append(about | {"bytes": path.stat().st_size, "sha256": sha256})

    def write_index(self, state: ContentState, base_url: str) -> None:
        """Write the index: the last file of an export."""
        index = {
            "type": "export",
            "format": FORMAT,
            "release": VERSION,
            "base_url": base_url,
            "epoch": state.epoch,
            "generation": state.generation,
            "cursor": state.cursor,
            "changed_at": state.changed_at,
            "files": self.files,
        }
        file = _DigestedFile(self.path / INDEX)
        file.write(orjson.dumps(index, option=OPTIONS))
        file.close()


@contextmanager
def new_folder(target: Path) -> Iterator[ExportFolder]:
    """Yield a new folder that replaces ``target`` if the block succeeds. Nothing is left if it does not.

    Raises:
        ExportError: there is something else than an export at ``target``.
    """
    target = target.resolve()
    _require_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
    try:
        yield ExportFolder(temporary, [])
        # As mkdir() creates folders; mkdtemp() lets only the owner in.
        temporary.chmod(0o777 & ~_umask())
        sync_folder(temporary)
        _require_replaceable(target)
        _swap_in(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _require_replaceable(target: Path) -> None:
    """Refuse a folder that has anything but an earlier export."""
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir():
        raise ExportError(f"{target} is no folder. Name a new folder, or one that is empty.")
    others = {path.name for path in target.iterdir()} - names_of(target)
    if others:
        raise ExportError(
            f"{target} has other things than an export, such as {min(others)}. "
            "Name a new folder, or one that is empty."
        )


def names_of(folder: Path) -> set[str]:
    """Return the names of the files that the index in a folder lists, its own included; none without one."""
    try:
        index = orjson.loads((folder / INDEX).read_bytes())
        if index["type"] != "export":
            return set()
        files = [file for each in index["files"] for file in (each, each.get("gzip")) if file]
        return {INDEX, *(str(file["name"]) for file in files)}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return set()


def _swap_in(new: Path, target: Path) -> None:
    """Rename a folder to ``target``. What is there is kept until then, and deleted afterwards."""
    try:
        # If there is an empty folder, this replaces it.
        new.rename(target)
    except OSError:
        if not (target / INDEX).is_file():
            raise
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old.tmp", dir=target.parent))
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old)
    sync_folder(target.parent)


@contextmanager
def lock(path: Path) -> Iterator[bool]:
    """Lock a folder or a file, which is created, unless another process has. Yield whether it is locked.

    The lock ends with the block, and with the process, however it ends.
    """
    # Locks of NFS need a file that is open for writing.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
