"""The in-memory storage of rate limits."""

import sys
import threading

import pytest

from api.http.rate_limits.bounded_storage import MAX_WINDOWS, BoundedMemoryStorage


@pytest.fixture
def storage():
    return BoundedMemoryStorage()


def hit(storage, client):
    """Count a request of a client that may send ten in an hour."""
    return storage.acquire_sliding_window_entry(client, 10, 3600)


class TestLimit:
    def test_a_rejected_request_does_not_delay_the_next_one(self, storage):
        assert [hit(storage, "client") for _ in range(12)] == [True] * 10 + [False] * 2
        previous, _, current, _ = storage.get_sliding_window("client", 3600)
        assert (previous, current) == (0, 10)


class TestFlood:
    """More clients than the storage has room for."""

    def test_the_number_of_clients_is_limited(self, storage):
        for number in range(MAX_WINDOWS + 5_000):
            assert hit(storage, f"client-{number}")
        assert len(storage.windows) == MAX_WINDOWS

    def test_an_active_client_is_not_evicted(self, storage):
        accepted = 0
        for number in range(MAX_WINDOWS + 5_000):
            hit(storage, f"client-{number}")
            if number % 1_000 == 0:
                accepted += hit(storage, "busy")
        assert accepted == 10


class TestThreads:
    def test_no_count_is_lost_between_threads(self, storage):
        results = []

        def run():
            results.extend(hit(storage, str(number)) for number in range(300) for _ in range(5))

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
        assert sum(results) == 300 * 10
