"""The processes of a server, its start-up message and its signals."""

import os

import pytest
from granian.constants import Interfaces

from api.core.config import Settings
from subtext_cli.server import MAX_DEFAULT_WORKERS, Server, describe_server, process_counts

pytestmark = pytest.mark.any_database

SQLITE, POSTGRESQL = "sqlite:////tmp/x", "postgresql://x@127.0.0.1/x"


def counts_for(url=SQLITE, **settings):
    return process_counts(Settings(database_url=url, **settings))


@pytest.fixture
def set_cores(monkeypatch):
    return lambda number: monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(number)))


class TestProcesses:
    @pytest.mark.parametrize(("core_count", "workers"), [(1, 1), (4, 4), (64, MAX_DEFAULT_WORKERS)])
    def test_there_is_a_worker_per_core_up_to_a_limit(self, set_cores, core_count, workers):
        set_cores(core_count)
        assert counts_for().workers == workers

    def test_the_setting_overrides_the_number_of_cores(self):
        assert counts_for(workers=40).workers == 40

    def test_the_number_of_threads_depends_on_the_database(self):
        assert (counts_for(SQLITE).threads, counts_for(POSTGRESQL).threads) == (1, 4)

    def test_there_is_one_worker_for_rate_limits_in_memory(self, set_cores):
        set_cores(4)
        assert counts_for(rate_limits=("9/hour",)).workers == 1
        assert counts_for(rate_limits=("9/hour",), rate_limit_storage="redis://127.0.0.1:6379").workers == 4


class TestDescription:
    def test_it_lists_workers_and_limits(self):
        assert describe_server(Settings(workers=3)) == [
            "3 workers, 1 thread each, replaced above 512 MB; 8 MB response cache per worker",
            "Up to 4,096 concurrent requests per worker; header timeout 5 s; graceful shutdown 30 s",
        ]

    def test_it_says_that_the_cache_is_off(self):
        line = describe_server(Settings(workers=1, cache_bytes=0, database_url=POSTGRESQL))[0]
        assert line == "1 worker, 4 threads each, replaced above 512 MB; response cache off"

    def test_it_warns_if_each_worker_counts_separately(self):
        assert (
            "SUBTEXT_RATE_LIMIT_STORAGE" in describe_server(Settings(workers=2, rate_limits=("9/hour",)))[2]
        )


class TestSignals:
    """A stop signal takes effect whatever the main thread is doing."""

    @pytest.fixture
    def server(self):
        return Server("wsgi:app", interface=Interfaces.WSGI)

    def test_a_stop_signal_is_not_cleared_when_a_worker_ends(self, server):
        server.signal_handler_interrupt()
        server.main_loop_interrupt.clear()
        assert server.main_loop_interrupt.wait(10)

    def test_another_signal_is_cleared(self, server):
        server.signal_handler_reload()
        assert server.main_loop_interrupt.wait(10)
        server.main_loop_interrupt.clear()
        assert not server.main_loop_interrupt.is_set()
