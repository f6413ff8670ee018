"""Power failures at every point of writing to an SQLite file: every acknowledged write is durable (R1).

A writer's file operations are recorded. For every prefix of the recording, the files are built as a disk may
have them after a power failure, and opened.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest

from models.database import Database
from models.sqlite_file import DatabaseFile
from tests.drills.file_operations import Disk, record
from tests.drills.stored_content import faults_of
from tests.serving import ROOT

pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(not shutil.which("strace"), reason="because strace is not installed."),
]

COMMITS = 30
FILE = "content"
#: What the writer prints. The access log goes the same way.
ACKNOWLEDGED = b"acknowledged"


@pytest.fixture
def recording(sqlite_engine, tmp_path):
    """A function that returns the first state of the disk, and the operations of a writer."""

    def run(synchronous, commits=COMMITS):
        folder = tmp_path / synchronous
        folder.mkdir()
        with sqlite_engine.fresh("empty") as url:
            shutil.copy(url.removeprefix("sqlite:///"), folder / FILE)
        disk = Disk.of(folder)
        command = [sys.executable, "-m", "tests.drills.recorded_writer", f"sqlite:///{folder / FILE}"]
        log = tmp_path / f"{synchronous}.strace"
        return disk, record([*command, synchronous, str(commits)], log, folder, cwd=ROOT)

    return run


class Replay:
    """Power failures during a recording; ``lost`` and ``damaged`` count the states that are not as they must be."""

    def __init__(self, disk, folder):
        self.disk, self.folder, self.chance = disk, folder, random.Random(1)
        self.acknowledged = 0
        self.states, self.lost, self.damaged = Counter(), Counter(), Counter()
        self._seen = None

    def run(self, operations, *, is_complete=True):
        """Fail after each operation; or only after acknowledgements, and only with what is durable left."""
        for operation in operations:
            self.disk.do(operation)
            is_acknowledgement = operation.data.startswith(ACKNOWLEDGED)
            self.acknowledged += is_acknowledgement
            if is_acknowledgement or operation.kind == "sync":
                self.fail("none", self.disk.none(), is_thorough=True)
            if is_complete and operation.kind in ("write", "truncate"):
                self.fail("all", self.disk.all())
                self.fail("torn", self.disk.torn(self.chance))

    def fail(self, kind, files, *, is_thorough=False):
        """Build files, and open them as the service does."""
        for path in self.folder.iterdir():
            path.unlink()
        for name, content in files.items():
            # The index of the log is never read after a power failure.
            if not name.endswith("-shm"):
                (self.folder / name).write_bytes(content)
        path = self.folder / FILE
        with closing(DatabaseFile(str(path), may_create=False).connect()) as connection:
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
            themes = {row[0] for row in connection.execute("SELECT slug FROM themes")}
        self.states[kind] += 1
        self.damaged[kind] += state != "ok"
        self.lost[kind] += not {f"theme-{number}" for number in range(self.acknowledged)} <= themes
        if is_thorough:
            with closing(Database(f"sqlite:///{path}")) as database, database.read_session() as session:
                self.damaged[kind] += bool(faults_of(session))


@pytest.fixture
def folder():
    """A folder in memory: thousands of states are built."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as name:
        yield Path(name)


def syncs_by_commit(operations):
    counts, current = [], 0
    for operation in operations:
        current += operation.kind == "sync"
        if operation.data.startswith(ACKNOWLEDGED):
            counts.append(current)
            current = 0
    # The first ones are of the file's creation.
    return counts[1:]


def test_every_acknowledged_write_is_durable(recording, folder):
    disk, operations = recording("FULL")
    replay = Replay(disk, folder)
    replay.run(operations)
    syncs = syncs_by_commit(operations)
    print(
        f"\n{replay.acknowledged} commits, {len(operations)} operations, fsyncs per commit: median {median(syncs)},"
        f" most {max(syncs)}, {sum(syncs)} in all; states {dict(replay.states)},"
        f" lost {replay.lost.total()}, damaged {replay.damaged.total()}"
    )
    assert replay.acknowledged == COMMITS
    assert (replay.lost.total(), replay.damaged.total()) == (0, 0)
    assert min(syncs) >= 1
    # Checkpoints are among them.
    assert max(syncs) > median(syncs)


def test_fewer_syncs_would_lose_acknowledged_writes(recording, folder):
    """The checks can fail: with ``synchronous=NORMAL``, a commit is not durable before the next checkpoint."""
    disk, operations = recording("NORMAL", 10)
    replay = Replay(disk, folder)
    replay.run(operations, is_complete=False)
    print(f"\nNORMAL: {replay.lost['none']} of {replay.states['none']} states lack acknowledged writes")
    assert replay.lost["none"] > 5
    assert replay.damaged.total() == 0
