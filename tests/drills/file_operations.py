"""A recording of the file operations of a program, and what a disk has if the power fails at any point of it.

``strace`` records. What was written to a file before its last ``fsync`` is durable. Of what was written later,
nothing may have reached the disk, or all of it, or any sectors.
"""

import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,openat"
#: Longer than any buffer that is written.
MAX_STRING = 10_000_000
SECTOR = 512
PATTERNS = {
    "write": re.compile(r'pwrite64\(\d+<(?P<file>[^>]+)>, "(?P<data>[^"]*)", \d+, (?P<at>\d+)\) = \d+'),
    "print": re.compile(r'write\(1<[^>]*>, "(?P<data>[^"]*)", \d+\) = \d+'),
    "sync": re.compile(r"f(?:data)?sync\(\d+<(?P<file>[^>]+)>\) = 0"),
    "truncate": re.compile(r"ftruncate\(\d+<(?P<file>[^>]+)>, (?P<at>\d+)\) = 0"),
    "unlink": re.compile(r'unlink\("(?P<data>[^"]*)"\) = 0'),
    "create": re.compile(r"openat\(.*O_CREAT.* = \d+<(?P<file>[^>]+)>"),
}


@dataclass(frozen=True)
class Operation:
    """One operation: its kind (a key of ``PATTERNS``), the name of the file, data and offset."""

    kind: str
    file: str = ""
    data: bytes = b""
    at: int = 0


def record(command: list[str], log: Path, folder: Path, **options) -> list[Operation]:
    """Run a program, and return its operations on files in a folder and what it prints."""
    strace = ["strace", "-f", "-y", "-xx", "-s", str(MAX_STRING), "-e", f"trace={CALLS}", "-o", str(log)]
    ran = subprocess.run([*strace, *command], capture_output=True, text=True, check=False, **options)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return list(_parse(log, folder))


def _parse(log: Path, folder: Path) -> Iterator[Operation]:
    with log.open(encoding="ascii") as lines:
        for line in lines:
            for kind, pattern in PATTERNS.items():
                # After the process id.
                match = pattern.match(line.partition(" ")[2].lstrip())
                if match:
                    groups = match.groupdict()
                    data = bytes.fromhex(groups.get("data", "").replace("\\x", ""))
                    file = Path(
                        _text(groups["file"]) if "file" in groups else data.decode("utf-8", "replace")
                    )
                    if kind == "print":
                        yield Operation(kind, data=data)
                    elif file.is_relative_to(folder):
                        name = "" if file == folder else file.name
                        yield Operation(kind, name, data, int(groups.get("at", "0")))
                elif str(folder) in line and "unfinished" in line:
                    raise AssertionError(f"two threads write at once: {line[:200]}")


def _text(path: str) -> str:
    """Return a path that strace may have written as hexadecimal numbers."""
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


@dataclass
class Disk:
    """The files of a folder while operations are done, and what of them is durable."""

    files: dict[str, bytearray] = field(default_factory=dict)
    durable: dict[str, bytes] = field(default_factory=dict)
    #: Files with an entry in the folder that is not durable.
    unlinked: set[str] = field(default_factory=set)
    pending: dict[str, list[Operation]] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "Disk":
        content = {path.name: path.read_bytes() for path in folder.iterdir()}
        return cls({name: bytearray(data) for name, data in content.items()}, content)

    def do(self, operation: Operation) -> None:
        name = operation.file
        if operation.kind == "create" and name not in self.files:
            self.files[name] = bytearray()
            self.unlinked.add(name)
        elif operation.kind == "unlink":
            # Durable at once or later: neither harms a log that is not needed.
            self.files.pop(name, None)
            self.durable.pop(name, None)
            self.pending.pop(name, None)
        elif operation.kind == "sync" and not name:
            self.unlinked.clear()
        elif operation.kind == "sync":
            self.durable[name] = bytes(self.files[name])
            self.pending.pop(name, None)
        elif operation.kind in ("write", "truncate"):
            _apply(self.files[name], operation)
            self.pending.setdefault(name, []).append(operation)

    def none(self) -> dict[str, bytes]:
        """Return what is left if nothing reached the disk that need not."""
        return {name: data for name, data in self.durable.items() if name not in self.unlinked}

    def all(self) -> dict[str, bytes]:
        """Return what is left if everything reached the disk."""
        return {name: bytes(data) for name, data in self.files.items()}

    def torn(self, chance: random.Random) -> dict[str, bytes]:
        """Return what is left if some sectors reached the disk: in any order, but each one as a whole."""
        left = {}
        for name, data in self.files.items():
            content = bytearray(self.durable.get(name, b""))
            for operation in self.pending.get(name, ()):
                for part in _sectors(operation):
                    if chance.random() < 0.5:
                        _apply(content, part)
            left[name] = bytes(content) if self.pending.get(name) else bytes(data)
        return left


def _sectors(operation: Operation) -> Iterator[Operation]:
    if operation.kind == "truncate":
        yield operation
        return
    start, end = operation.at, operation.at + len(operation.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        part = operation.data[start - operation.at : stop - operation.at]
        yield Operation("write", operation.file, part, start)
        start = stop


def _apply(content: bytearray, operation: Operation) -> None:
    if operation.kind == "truncate":
        del content[operation.at :]
        content.extend(bytes(operation.at - len(content)))
        return
    content.extend(bytes(max(0, operation.at - len(content))))
    content[operation.at : operation.at + len(operation.data)] = operation.data
