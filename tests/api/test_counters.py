"""Counting requests in memory."""

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
    """More clients than there is room for."""

    def test_no_more_are_remembered_than_there_is_room_for(self, limiter):
        for number in range(MAX_WINDOWS + 5_000):
            assert limiter.hit(LIMIT, f"client-{number}")
        assert len(limiter.storage.windows) == MAX_WINDOWS

    def test_who_keeps_asking_is_not_forgotten(self, limiter):
        granted = 0
        for number in range(MAX_WINDOWS + 5_000):
            limiter.hit(LIMIT, f"client-{number}")
            if number % 1_000 == 0:
                granted += limiter.hit(LIMIT, "busy")
        assert granted == 10


class TestThreads:
    def test_no_count_is_lost_between_them(self, limiter):
        granted = []

        def hit():
            granted.extend(limiter.hit(LIMIT, str(number)) for number in range(300) for _ in range(5))

        switching = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=hit) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(switching)
        assert sum(granted) == 300 * 10
