"""The in-memory storage of rate limits."""

import sys
import threading

import pytest
from limits import parse
from limits.strategies import SlidingWindowCounterRateLimiter

from api.http.rate_limits.bounded_storage import MAX_WINDOWS, BoundedMemoryStorage

LIMIT = parse("10/hour")


@pytest.fixture
def limiter():
    return SlidingWindowCounterRateLimiter(BoundedMemoryStorage())


class TestFlood:
    """More clients than the storage has room for."""

    def test_the_number_of_clients_is_limited(self, limiter):
        for number in range(MAX_WINDOWS + 5_000):
            assert limiter.hit(LIMIT, f"client-{number}")
        assert len(limiter.storage.windows) == MAX_WINDOWS

    def test_an_active_client_is_not_evicted(self, limiter):
        accepted = 0
        for number in range(MAX_WINDOWS + 5_000):
            limiter.hit(LIMIT, f"client-{number}")
            if number % 1_000 == 0:
                accepted += limiter.hit(LIMIT, "busy")
        assert accepted == 10


class TestThreads:
    def test_no_count_is_lost_between_threads(self, limiter):
        results = []

        def hit():
            results.extend(limiter.hit(LIMIT, str(number)) for number in range(300) for _ in range(5))

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=hit) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
        assert sum(results) == 300 * 10
