"""Failover through Patroni under load: what readers and an editor notice (RELIABILITY, R5).

Readers request pages all the time, and an editor changes a film and a theme in each commit, to the same number.
So every response shows which commit it is of, and that it is of one commit alone.
"""

import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from models import Film, Revision, Theme
from models.database import Database
from models.errors import Unavailable
from models.revision import change_set
from tests.patroni_cluster import running_patroni
from tests.serving import serving
from tests.waiting import until

pytestmark = pytest.mark.drill

FILM = "her-2013"
#: One response has the film and the theme; the last one is never cached.
PATHS = (
    f"/v1/films/{FILM}?fields=runtime_minutes",
    "/v1/quotes?include=film,themes&theme=avoidance&limit=1",
    "/v1/themes/avoidance",
    "/v1/quotes/random?include=film&max_severity=3",
)
#: How long everything runs before a fault and after the recovery, in seconds.
STEADY_SECONDS = 4
#: The longest that writes may be away, in seconds (R5).
WRITE_GAPS = {"crash": 30, "server": 10, "switchover": 5}
MAX_LATENCY = 3.5
#: The time in which a commit reaches readers while the primary responds: see MAX_STALENESS_SECONDS.
MAX_STALENESS = 3.5


class Editor(threading.Thread):
    """Commits one number after another; ``acknowledged`` has the times at which commits returned."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.database = Database(url, statement_seconds=1)
        self.stopped = threading.Event()
        # What the pack says.
        self.attempted = 126
        self.acknowledged: dict[int, float] = {}
        self.errors: list[str] = []

    def run(self) -> None:
        for number in itertools.count(1000):
            if self.stopped.wait(0.05):
                return
            self.attempted = number
            try:
                self._commit(number)
            except (DBAPIError, Unavailable) as error:
                self.errors.append(f"{type(error).__name__}: {str(error)[:100]}")
            else:
                self.acknowledged[number] = time.monotonic()

    def _commit(self, number: int) -> None:
        with self.database.write_session() as session, change_set(session, "editor"):
            session.scalars(select(Film).where(Film.slug == FILM)).one().runtime_minutes = number
            session.scalars(
                select(Theme).where(Theme.slug == "avoidance")
            ).one().definition = f"Number {number}"

    def gap(self) -> float:
        """Return the longest time between two acknowledged commits, in seconds."""
        times = sorted(self.acknowledged.values())
        return max(later - earlier for earlier, later in itertools.pairwise(times))

    def lost(self) -> set[int]:
        """Return the acknowledged numbers that no revision has."""
        with self.database.read_session() as session:
            records = session.scalars(select(Revision.record).where(Revision.type_name == "film"))
            stored = {record["runtime_minutes"] for record in records}
        return self.acknowledged.keys() - stored


@dataclass
class Reader(threading.Thread):
    """Requests the paths in turn and checks each response at once."""

    url: str
    editor: Editor
    statuses: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    stale: int = 0
    #: Whether the primary responds: only then is the age of responses bounded.
    is_bounded: bool = True

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        for path in itertools.cycle(PATHS):
            if self.stopped.wait(0.01):
                return
            started = time.monotonic()
            known = max(
                (n for n, at in tuple(self.editor.acknowledged.items()) if at < started - MAX_STALENESS),
                default=0,
            )
            status, headers, body = get(self.url + path)
            self.latencies.append(time.monotonic() - started)
            self.statuses[status] += 1
            self._check(path, status, headers, body, known)

    def _check(self, path, status, headers, body, known):
        if status != 200:
            is_designed = status == 503 and "Retry-After" in headers and body.get("code")
            if not is_designed:
                self.faults.append(f"{path}: {status} {body}")
            return
        seen = numbers(body)
        self.stale += "Age" in headers
        if len(seen) > 1 or any(number > self.editor.attempted for number in seen):
            self.faults.append(f"{path}: not the content of one commit: {seen}")
        if self.is_bounded and "Age" not in headers and seen and 1000 <= max(seen) < known:
            self.faults.append(f"{path}: {seen} though {known} was committed long before")


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)
    except OSError as error:
        return 0, {}, {"error": str(error)}


def numbers(body):
    """Return the different numbers of the editor in a response; without a commit, that of the pack."""
    found = set()

    def visit(value):
        if isinstance(value, dict):
            if "runtime_minutes" in value:
                found.add(value["runtime_minutes"])
            if value.get("id") == "avoidance" and "definition" in value:
                text = value["definition"]
                # The pack's theme belongs to the pack's film.
                found.add(int(text.removeprefix("Number ")) if text.startswith("Number ") else 126)
            for each in value.values():
                visit(each)
        elif isinstance(value, list):
            for each in value:
                visit(each)

    visit(body)
    return found


class Drill:
    """A server, readers and an editor on a Patroni cluster."""

    def __init__(self, cluster, url, log) -> None:
        self.cluster, self.url, self.log = cluster, url, log

    def run(self, fault) -> None:
        """Make a fault under load, wait until commits are acknowledged again, and measure."""
        with serving(self.log, SUBTEXT_DATABASE_URL=self.url, SUBTEXT_RATE_LIMIT="off") as server:
            self.editor = Editor(self.url)
            self.readers = [Reader(server.url, self.editor) for _ in range(3)]
            threads = [self.editor, *self.readers]
            for thread in threads:
                thread.start()
            try:
                time.sleep(STEADY_SECONDS)
                for reader in self.readers:
                    reader.is_bounded = False
                before = len(self.editor.acknowledged)
                self.fault_at = time.monotonic()
                fault()
                # Some may still return before the fault shows.
                assert until(
                    lambda: self._commits_since(2) or len(self.editor.acknowledged) > before + 100, 60
                )
                time.sleep(MAX_STALENESS)
                for reader in self.readers:
                    reader.is_bounded = True
                time.sleep(STEADY_SECONDS)
            finally:
                for thread in threads:
                    thread.stopped.set()
                for thread in threads:
                    thread.join()
        self.output = self.log.read_text()

    def _commits_since(self, seconds):
        return any(at > self.fault_at + seconds for at in tuple(self.editor.acknowledged.values()))

    def report(self, name):
        statuses = sum((reader.statuses for reader in self.readers), Counter())
        latencies = sorted(itertools.chain.from_iterable(reader.latencies for reader in self.readers))
        result = {
            "drill": name,
            "write gap s": round(self.editor.gap(), 1),
            "acknowledged": len(self.editor.acknowledged),
            "failed commits": len(self.editor.errors),
            "lost": len(self.editor.lost()),
            "responses": dict(statuses),
            "stale": sum(reader.stale for reader in self.readers),
            "p99 ms": round(latencies[int(len(latencies) * 0.99)] * 1000),
            "max ms": round(latencies[-1] * 1000),
        }
        print("\n" + json.dumps(result))
        return result


@contextmanager
def drill(tmp_path, *, via, synchronous):
    with running_patroni() as cluster:
        if not synchronous:
            cluster.configure(synchronous_mode=False)
        made = Drill(cluster, cluster.url(via=via), tmp_path / "log")
        yield made
        with closing(made.editor.database):
            pass


@pytest.mark.parametrize("synchronous", [True, False], ids=["synchronous", "asynchronous"])
@pytest.mark.parametrize("fault", WRITE_GAPS)
@pytest.mark.parametrize("via", ["hosts", "haproxy"])
class TestFailover:
    def test_readers_and_an_editor(self, tmp_path, via, fault, synchronous):
        with drill(tmp_path, via=via, synchronous=synchronous) as made:
            faults = {
                "crash": lambda: made.cluster.primary().kill(),
                "server": lambda: made.cluster.primary().kill_server(),
                "switchover": made.cluster.switch_over,
            }
            made.run(faults[fault])
            result = made.report(f"{fault}, via {via}, {'' if synchronous else 'a'}synchronous")
        problems = [problem for reader in made.readers for problem in reader.faults]
        assert problems == []
        assert set(result["responses"]) <= {200, 503}
        assert result["responses"][200] > 0.99 * sum(result["responses"].values())
        assert result["write gap s"] <= WRITE_GAPS[fault]
        assert result["max ms"] <= MAX_LATENCY * 1000
        assert not synchronous or result["lost"] == 0
        assert "Traceback" not in made.output
