"""PostgreSQL restarts, hangs or fails over while editors write: each write is stored, or decided by its key.

Editors repeat what was refused with 503, with the same key, as a client does (RELIABILITY, R4 and R5).
"""

import itertools
import json
import time
from collections import Counter
from contextlib import closing, contextmanager

import pytest

from models.database import Database
from tests.api.writing.conftest import add_key
from tests.drills.editors import Editor, decide, read_again
from tests.drills.stored_content import faults_of
from tests.patroni_cluster import running_patroni
from tests.postgresql_clusters import running_cluster
from tests.serving import serving
from tests.waiting import until

pytestmark = pytest.mark.drill

EDITORS = 4
STEADY_SECONDS, OUTAGE_SECONDS = 3, 6
#: The longest that a response takes, in seconds: 3 s, and what a busy machine adds.
MAX_SECONDS = 3.5
#: How soon writes succeed once the database is back, in seconds.
MAX_RECOVERY_SECONDS = 2.0


class Drill:
    """Editors of a server, and what is stored in the end."""

    def __init__(self, url, database_url):
        self.url, self.database = url, Database(database_url)
        # The server has prepared the database.
        self.token = add_key(self.database)
        self.editors = [
            Editor(url, self.token, f"editor-{number}", repeats=True, pause=0.01) for number in range(EDITORS)
        ]
        self.figures, self.lost = Counter(), []

    def faults(self):
        return [fault for editor in self.editors for fault in editor.faults]

    def acknowledged_since(self, moment):
        """Whether every editor has had a success after a moment of the monotonic clock."""
        return all(
            any(at > moment and reply and reply.status < 400 for at, reply in tuple(editor.outcomes))
            for editor in self.editors
        )

    def check(self):
        """Stop the editors, decide what is unknown, and return what is wrong."""
        for editor in self.editors:
            editor.stopped.set()
        for editor in self.editors:
            editor.join()
        faults = self.faults()
        acknowledged = [write for editor in self.editors for write in editor.writes]
        with self.database.read_session() as session:
            stored = faults_of(session, acknowledged)
        self.lost = [fault for fault in stored if fault.startswith("lost")]
        faults += [fault for fault in stored if fault not in self.lost]
        unknown = [editor.unknown for editor in self.editors if editor.unknown]
        faults += decide(self.url, self.token, unknown, self.figures)
        replies = [reply for editor in self.editors for _, reply in editor.outcomes]
        statuses = Counter(str(reply.status) if reply else "none" for reply in replies)
        # What was first refused and then replayed was committed after all.
        late = sum(write.reply.is_replay for write in acknowledged)
        self.figures.update(acknowledged=len(acknowledged), refused_but_stored=late, lost=len(self.lost))
        self.figures |= {f"status {status}": count for status, count in statuses.items()}
        self.slowest = max(reply.seconds for reply in replies if reply)
        if not self.lost:
            faults += read_again(self.url, self.token, acknowledged, self.figures)
        return faults

    def gap(self):
        """Return the longest time without a success of any editor, in seconds."""
        times = sorted(
            at for editor in self.editors for at, reply in editor.outcomes if reply and reply.status < 400
        )
        return max(later - earlier for earlier, later in itertools.pairwise(times))


@contextmanager
def editing(log, database_url):
    settings = {"SUBTEXT_DATABASE_URL": database_url, "SUBTEXT_RATE_LIMIT": "off", "SUBTEXT_WORKERS": "2"}
    with serving(log, **settings) as server:
        drill = Drill(server.url, database_url)
        with closing(drill.database):
            for editor in drill.editors:
                editor.start()
            try:
                assert until(lambda: drill.acknowledged_since(0))
                time.sleep(STEADY_SECONDS)
                yield drill
            finally:
                for editor in drill.editors:
                    editor.stopped.set()


def run(name, log, database_url, fault, *, may_lose=False, recovery=MAX_RECOVERY_SECONDS):
    """Make a fault under writes, and check what they were told and what is stored."""
    with editing(log, database_url) as drill:
        fault()
        back_at = time.monotonic()
        recovered = until(lambda: drill.acknowledged_since(back_at) or any(drill.faults()), 60)
        seconds = time.monotonic() - back_at
        time.sleep(STEADY_SECONDS)
        faults = drill.check()
    print(
        f"\n{name}: {json.dumps(drill.figures)}, slowest {drill.slowest:.1f} s, writes away {drill.gap():.1f} s"
    )
    # Without synchronous replication, editors meet what was lost.
    assert may_lose or faults == [], faults[:5]
    assert may_lose or not drill.lost, drill.lost[:5]
    assert recovered
    assert seconds <= recovery
    assert [error for editor in drill.editors for error in editor.errors] == []
    assert drill.figures["status none"] == drill.figures["status 500"] == 0
    assert drill.slowest <= MAX_SECONDS
    assert "Traceback" not in log.read_text("utf-8")


class TestCluster:
    @pytest.fixture
    def cluster(self):
        with running_cluster() as cluster:
            yield cluster

    @pytest.mark.parametrize("mode", ["fast", "immediate", "kill"])
    def test_a_restart(self, cluster, tmp_path, mode):
        def restart():
            cluster.kill() if mode == "kill" else cluster.stop(mode)
            time.sleep(1)
            cluster.start()

        run(f"restart, {mode}", tmp_path / "log", cluster.create_database("content"), restart)

    def test_a_server_that_hangs(self, cluster, tmp_path):
        def hang():
            cluster.freeze()
            time.sleep(OUTAGE_SECONDS)
            cluster.thaw()

        run("hanging", tmp_path / "log", cluster.create_database("content"), hang)

    def test_terminated_backends(self, cluster, tmp_path):
        def terminate():
            for _ in range(10):
                cluster.terminate_backends("content")
                time.sleep(0.3)

        run("terminated backends", tmp_path / "log", cluster.create_database("content"), terminate)


class TestFailover:
    """With synchronous replication, as ``deploy/patroni`` has it, and without."""

    @pytest.mark.parametrize("is_synchronous", [True, False], ids=["synchronous", "asynchronous"])
    @pytest.mark.parametrize(("fault", "recovery"), [("crash", 30), ("server", 10), ("switchover", 5)])
    def test_through_patroni(self, tmp_path, fault, recovery, is_synchronous):
        with running_patroni() as cluster:
            if not is_synchronous:
                cluster.configure(synchronous_mode=False)
            faults = {
                "crash": lambda: cluster.primary().kill(),
                "server": lambda: cluster.primary().kill_server(),
                "switchover": cluster.switch_over,
            }
            name = f"{fault}, {'' if is_synchronous else 'a'}synchronous"
            url = cluster.url(via="hosts")
            run(name, tmp_path / "log", url, faults[fault], may_lose=not is_synchronous, recovery=recovery)
