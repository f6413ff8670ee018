"""Many editors who write at the same time: each waits its turn, and none is told that the service is busy."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from models.database import Database
from tests.api.writing.conftest import add_key
from tests.drills.editors import Write, connect, theme
from tests.drills.probes import priority
from tests.serving import serving

pytestmark = pytest.mark.drill

EDITORS, WRITES, WORKERS = 16, 1_000, 2
#: The longest that one of them waits, in seconds.
MAX_SECONDS = 3.0


@pytest.fixture(autouse=True)
def priority_over_other_programs():
    with priority():
        yield


def write_all(url, token):
    """Send writes from several clients, each one after another; return the responses."""
    together = threading.Barrier(EDITORS)

    def write(editor):
        replies = []
        with closing(connect(url)) as connection:
            together.wait()
            for number in range(WRITES // EDITORS):
                slug = f"theme-{editor}-{number}"
                body = json.dumps(theme(slug, id=slug)).encode()
                replies.append(Write("POST", "/v1/themes", body, {}, slug).send(connection, token))
        return replies

    with ThreadPoolExecutor(EDITORS) as threads:
        return [reply for replies in threads.map(write, range(EDITORS)) for reply in replies]


def test_sixteen_editors_at_once(engine, tmp_path):
    with engine.fresh("empty") as url:
        with closing(Database(url)) as database:
            token = add_key(database)
        settings = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_RATE_LIMIT": "off", "SUBTEXT_WORKERS": str(WORKERS)}
        with serving(tmp_path / "log", **settings) as server:
            replies = write_all(server.url, token)
    times = sorted(reply.seconds * 1000 for reply in replies)
    p50, p99 = (times[int(len(times) * share)] for share in (0.5, 0.99))
    refused = [reply for reply in replies if reply.status != 201]
    print(
        f"\n{engine.name}: {len(replies)} writes, {len(refused)} refused, p50 {p50:.0f} ms, p99 {p99:.0f} ms,"
        f" slowest {times[-1]:.0f} ms"
    )
    assert [reply.body for reply in refused[:3]] == []
    assert times[-1] <= MAX_SECONDS * 1000
