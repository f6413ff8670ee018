"""Rate limits of several servers that share Redis, and of one server when Redis is unavailable."""

import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.conftest import STATEMENT_SECONDS, skip_test
from tests.redis_servers import REDIS, REDIS_SERVER, fresh_redis, running_redis
from tests.serving import serving

# Each test starts one or two servers.
pytestmark = pytest.mark.nightly


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def environment(database, storage, limit):
    return {
        "SUBTEXT_DATABASE_URL": database,
        "SUBTEXT_STATEMENT_SECONDS": str(STATEMENT_SECONDS),
        # Cached responses do not count.
        "SUBTEXT_CACHE_MB": "0",
        "SUBTEXT_RATE_LIMIT": limit,
        "SUBTEXT_RATE_LIMIT_STORAGE": storage,
    }


class TestTwoServers:
    @pytest.fixture
    def urls(self, sqlite_engine, tmp_path):
        if not REDIS:
            skip_test("because SUBTEXT_TEST_REDIS_URL names no Redis server.")
        with ExitStack() as stack:
            settings = environment(
                stack.enter_context(sqlite_engine.fresh("pack")),
                stack.enter_context(fresh_redis()),
                "40/hour",
            )
            yield [
                stack.enter_context(serving(tmp_path / name, **settings)).url + "/v1/films/her-2013"
                for name in ("one", "other")
            ]

    def test_they_share_one_limit(self, urls):
        with ThreadPoolExecutor(8) as senders:
            statuses = Counter(senders.map(status, urls * 60))
        assert statuses == {200: 40, 429: 80}


class TestWithoutRedis:
    @pytest.fixture
    def redis_server(self):
        if not REDIS_SERVER:
            skip_test("because redis-server is not installed.")
        with running_redis() as server:
            yield server

    @pytest.fixture
    def server(self, redis_server, sqlite_engine, tmp_path):
        with (
            sqlite_engine.fresh("pack") as database,
            # While Redis is unavailable, each worker counts separately.
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
        return "Rate limit storage recovered" in server.output

    def test_limits_apply_without_redis_and_redis_is_used_again_after_a_restart(self, redis_server, server):
        assert self.statuses(server, 2) == [200] * 2
        redis_server.kill()
        assert self.statuses(server, 12) == [200] * 5 + [429] * 7
        assert "Rate limit storage unreachable" in server.output
        redis_server.start()
        assert self.recovers(server, redis_server)

    def test_limits_apply_while_redis_does_not_respond(self, redis_server, server):
        assert self.statuses(server, 2) == [200] * 2
        redis_server.freeze()
        assert self.statuses(server, 12) == [200] * 5 + [429] * 7
        redis_server.thaw()

    def test_the_server_starts_without_redis(self, redis_server, sqlite_engine, tmp_path):
        redis_server.kill()
        with (
            sqlite_engine.fresh("pack") as database,
            # While Redis is unavailable, each worker counts separately.
            serving(
                tmp_path / "log",
                SUBTEXT_WORKERS="1",
                **environment(database, redis_server.url, "5/hour"),
            ) as server,
        ):
            assert self.statuses(server, 7) == [200] * 5 + [429] * 2
