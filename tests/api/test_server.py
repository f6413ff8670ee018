"""What a server is made of, and what its operator is told of that."""

import os

import pytest
from granian.constants import Interfaces

from api.core.config import Settings
from subtext_cli.server import MAX_DEFAULT_WORKERS, Server, describe_server, process_counts

pytestmark = pytest.mark.any_database

SQLITE, POSTGRESQL = "sqlite:////tmp/x", "postgresql://x@127.0.0.1/x"


def of(url=SQLITE, **settings):
    return process_counts(Settings(database_url=url, **settings))


@pytest.fixture
def cores(monkeypatch):
    return lambda number: monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(number)))


class TestProcesses:
    @pytest.mark.parametrize(("machine", "workers"), [(1, 1), (4, 4), (64, MAX_DEFAULT_WORKERS)])
    def test_there_is_a_worker_for_each_core_but_not_for_ever(self, cores, machine, workers):
        cores(machine)
        assert of().workers == workers

    def test_there_are_as_many_as_are_asked_for(self):
        assert of(workers=40).workers == 40

    def test_threads_suit_the_database(self):
        assert (of(SQLITE).threads, of(POSTGRESQL).threads) == (1, 4)

    def test_there_is_one_where_each_would_count_for_itself(self, cores):
        cores(4)
        assert of(rate_limits=("9/hour",)).workers == 1
        assert of(rate_limits=("9/hour",), rate_limit_storage="redis://127.0.0.1:6379").workers == 4


class TestTold:
    def test_it_says_how_many_and_how_much(self):
        assert describe_server(Settings(workers=3)) == [
            "3 workers, 1 thread each, replaced above 512 MB; 32 MB response cache per worker",
            "Up to 4,096 concurrent requests per worker; header timeout 5 s; graceful shutdown 30 s",
        ]

    def test_it_says_that_nothing_is_kept(self):
        line = describe_server(Settings(workers=1, cache_bytes=0, database_url=POSTGRESQL))[0]
        assert line == "1 worker, 4 threads each, replaced above 512 MB; response cache off"

    def test_it_warns_of_limits_that_each_worker_counts(self):
        assert (
            "SUBTEXT_RATE_LIMIT_STORAGE" in describe_server(Settings(workers=2, rate_limits=("9/hour",)))[2]
        )


class TestSignals:
    """What tells the server to stop does so whatever its main thread is about."""

    @pytest.fixture
    def server(self):
        return Server("wsgi:app", interface=Interfaces.WSGI)

    def test_it_is_not_forgotten_for_a_worker_that_has_ended(self, server):
        server.signal_handler_interrupt()
        server.main_loop_interrupt.clear()
        assert server.main_loop_interrupt.wait(10)

    def test_another_signal_is_cleared(self, server):
        server.signal_handler_reload()
        assert server.main_loop_interrupt.wait(10)
        server.main_loop_interrupt.clear()
        assert not server.main_loop_interrupt.is_set()
