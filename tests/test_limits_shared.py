"""Rate limits over several servers, which count together in Redis, and over one when Redis goes."""

import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.conftest import PATIENT, not_run
from tests.redis_servers import REDIS, REDIS_SERVER, fresh_redis, own_redis
from tests.serving import serving

# Each starts one server or two.
pytestmark = pytest.mark.slow


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def environment(database, storage, limit):
    return {
        "SUBTEXT_DATABASE_URL": database,
        "SUBTEXT_STATEMENT_SECONDS": str(PATIENT),
        "SUBTEXT_RATE_LIMIT": limit,
        "SUBTEXT_RATE_LIMIT_STORAGE": storage,
    }


class TestTwoServers:
    @pytest.fixture
    def urls(self, sqlite_engine, tmp_path):
        if not REDIS:
            not_run("because SUBTEXT_TEST_REDIS_URL names no Redis server.")
        with ExitStack() as stack:
            given = environment(
                stack.enter_context(sqlite_engine.fresh("pack")),
                stack.enter_context(fresh_redis()),
                "40/hour",
            )
            yield [
                stack.enter_context(serving(tmp_path / name, **given)).url + "/v1/films/her-2013"
                for name in ("one", "other")
            ]

    def test_they_let_through_exactly_as_many_as_the_limit_says(self, urls):
        with ThreadPoolExecutor(8) as senders:
            statuses = Counter(senders.map(status, urls * 60))
        assert statuses == {200: 40, 429: 80}


class TestWithoutRedis:
    @pytest.fixture
    def redis_server(self):
        if not REDIS_SERVER:
            not_run("because redis-server is not installed.")
        with own_redis() as server:
            yield server

    @pytest.fixture
    def server(self, redis_server, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh("pack") as database,
            # Without Redis each worker counts for itself.
            serving(
                tmp_path / "log",
                SUBTEXT_WORKERS="1",
                **environment(database, redis_server.url, "5/hour"),
            ) as server,
        ):
            yield server

    def statuses(self, server, count):
        return [status(f"{server.url}/v1/films/her-2013") for _ in range(count)]

    def recovers(self, server, redis_server):
        for _ in redis_server.wait_for_counts():
            assert self.statuses(server, 1)[0] in (200, 429)
        return "Rate limit storage recovered" in server.printed

    def test_when_it_dies_limits_go_on_and_when_it_is_back_it_counts_again(self, redis_server, server):
        assert self.statuses(server, 2) == [200] * 2
        redis_server.kill()
        assert self.statuses(server, 12) == [200] * 5 + [429] * 7
        assert "Rate limit storage unreachable" in server.printed
        redis_server.start()
        assert self.recovers(server, redis_server)

    def test_when_it_answers_no_more_limits_go_on(self, redis_server, server):
        assert self.statuses(server, 2) == [200] * 2
        redis_server.freeze()
        assert self.statuses(server, 12) == [200] * 5 + [429] * 7
        redis_server.thaw()

    def test_it_need_not_be_there_at_the_start(self, redis_server, sqlite_engine, tmp_path):
        redis_server.kill()
        with (
            sqlite_engine.fresh("pack") as database,
            # Without Redis each worker counts for itself.
            serving(
                tmp_path / "log",
                SUBTEXT_WORKERS="1",
                **environment(database, redis_server.url, "5/hour"),
            ) as server,
        ):
            assert self.statuses(server, 7) == [200] * 5 + [429] * 2
