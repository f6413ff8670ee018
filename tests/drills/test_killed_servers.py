"""Servers that are killed while editors write: no acknowledged write is lost, and its key decides any other.

Each round kills a server with all its workers at a random moment, and looks at what it left while the next one
starts. ``SUBTEXT_TEST_KILL_ROUNDS`` sets how many rounds there are on each database.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from models import Revision, Theme
from models.database import Database
from models.idempotency_record import IdempotencyRecord
from models.search.index_tables import SearchDocument
from tests.api.writing.conftest import add_key
from tests.cases import each
from tests.drills.editors import Editor, decide, read_again
from tests.drills.stored_content import faults_of, faults_of_file
from tests.serving import RunningServer, free_port, wait
from tests.waiting import until

pytestmark = pytest.mark.drill

ROUNDS = int(os.environ.get("SUBTEXT_TEST_KILL_ROUNDS", "50"))
#: The rounds with one database: checks of all that it has take longer with each.
ROUNDS_PER_DATABASE = 10
EDITORS, WORKERS = 6, 2
#: When a server is killed, in seconds after writing began.
EARLIEST_KILL, LATEST_KILL = 0.005, 0.3


class Server:
    """A server and its workers in a process group of their own: the processes that ``subtext serve`` becomes."""

    def __init__(self, url, log, port):
        settings = {
            "PORT": str(port),
            "SUBTEXT_DATABASE_URL": url,
            "SUBTEXT_RATE_LIMIT": "off",
            "SUBTEXT_WORKERS": str(WORKERS),
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SUBTEXT_")}
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "subtext_cli.server"],
                env=inherited | settings,
                cwd=log.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running = RunningServer(f"http://127.0.0.1:{port}", process, log)

    @property
    def url(self):
        return self.running.url

    def wait(self):
        wait(self.running)

    def kill(self):
        os.killpg(self.running.process.pid, signal.SIGKILL)
        self.running.process.wait()


@dataclass
class Drill:
    """Rounds of writing and killing on one database; ``writes`` are all that are decided."""

    url: str
    log: object
    writes: list = field(default_factory=list)
    figures: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)

    def __post_init__(self):
        self.database = Database(self.url)
        self.token = add_key(self.database)
        # Each server has the same: URLs in responses, and so their ETags, have it.
        self.port = free_port()
        self.server = Server(self.url, self.log, self.port)

    def run(self, name):
        """Let editors write, kill the server, check what is stored, and decide what is unknown."""
        self.server.wait()
        editors = [Editor(self.server.url, self.token, f"r{name}-{number}") for number in range(EDITORS)]
        for editor in editors:
            editor.start()
        # The first write of a worker takes longer than all others of the round.
        until(lambda: all(editor.outcomes for editor in editors))
        time.sleep(random.uniform(EARLIEST_KILL, LATEST_KILL))
        self.server.kill()
        for editor in editors:
            editor.join()
        self.server = Server(self.url, self.log, self.port)
        acknowledged = [write for editor in editors for write in editor.writes]
        self.writes += acknowledged
        self.faults += [fault for editor in editors for fault in editor.faults]
        self.check()
        self.server.wait()
        unknown = [editor.unknown for editor in editors if editor.unknown]
        self.faults += decide(self.server.url, self.token, unknown, self.figures)
        self.writes += unknown
        self.faults += read_again(self.server.url, self.token, acknowledged + unknown, self.figures)
        self.figures.update(rounds=1, acknowledged=len(acknowledged), unknown=len(unknown))

    def check(self):
        """Check what is stored: the content, and all writes of which the outcome is known."""
        if self.database.is_sqlite:
            self.faults += faults_of_file(self.database.url.database)
        with self.database.read_session() as session:
            self.faults += faults_of(session, self.writes)

    def finish(self):
        """Check at the end that nothing was executed twice: each write is one revision of each of its items."""
        self.check()
        expected = Counter(path.rpartition("/")[2] for write in self.writes for path in write.states())
        with self.database.read_session() as session:
            revisions = dict(session.execute(select(Theme.slug, Theme.revision)).all())
        self.faults += [
            f"{slug} has {revisions.get(slug)} revisions, not {count}"
            for slug, count in expected.items()
            if revisions.get(slug) != count
        ]

    def close(self):
        self.server.kill()
        self.database.close()


def run_rounds(engine, log, rounds):
    """Return the figures and faults of some rounds."""
    figures, faults = Counter(), []
    for first in range(0, rounds, ROUNDS_PER_DATABASE):
        with engine.fresh("empty") as url, closing(Drill(url, log)) as drill:
            for number in range(first, min(first + ROUNDS_PER_DATABASE, rounds)):
                drill.run(number)
            drill.finish()
            figures += drill.figures
            faults += drill.faults
    return figures, faults


def test_no_acknowledged_write_is_lost_and_none_is_torn(engine, tmp_path):
    started = time.monotonic()
    figures, faults = run_rounds(engine, tmp_path / "log", ROUNDS)
    seconds = time.monotonic() - started
    print(f"\n{engine.name}: {json.dumps(figures)}, {len(faults)} faults, {seconds:.0f} s")
    assert faults == []
    assert figures["acknowledged"] > figures["rounds"]
    assert figures["unknown"]


def delete_item(session, slug):
    session.execute(text("DELETE FROM theme_relations"))
    session.execute(text("DELETE FROM revisions WHERE CAST(record AS TEXT) LIKE :id"), {"id": f'%"{slug}"%'})
    session.connection().execute(delete(Theme.__table__).where(Theme.slug == slug))


def blank_generation(session, slug):
    session.connection().execute(update(Revision).values(generation=None))


def skip_a_revision(session, slug):
    session.connection().execute(update(Theme.__table__).where(Theme.slug == slug).values(revision=9))


def change_an_item(session, slug):
    session.connection().execute(update(Theme.__table__).where(Theme.slug == slug).values(definition="x"))


def delete_a_document(session, slug):
    session.connection().execute(delete(SearchDocument).where(SearchDocument.slug == slug))


def forget_the_key(session, slug):
    session.execute(delete(IdempotencyRecord))


@pytest.fixture(scope="module")
def written(engine, tmp_path_factory):
    """A database with the acknowledged writes of an editor."""
    log = tmp_path_factory.mktemp("written") / "log"
    with engine.fresh("empty") as url, closing(Drill(url, log)) as drill:
        drill.server.wait()
        editor = Editor(drill.server.url, drill.token, "planted")
        editor.start()
        assert until(lambda: len(editor.writes) > 3)
        editor.stopped.set()
        editor.join()
        drill.writes += editor.writes
        drill.check()
        assert drill.faults == []
        yield drill


@each(
    "fault, found",
    [
        (delete_item, "lost"),
        (forget_the_key, "lost: the response"),
        (blank_generation, "no generation"),
        (skip_a_revision, "is at revision 9"),
        (change_an_item, "is not what its revision"),
        (delete_a_document, "the document of theme"),
    ],
)
def test_the_checks_notice(written, fault, found):
    """Each fault is planted in a transaction that is rolled back."""
    with written.database.connect_writer() as connection, Session(connection) as session:
        fault(session, "planted-0-left")
        faults = faults_of(session, written.writes)
        session.rollback()
    assert any(found in one for one in faults), faults
