"""The deadline of a request: what is left of it, in which threads."""

import time
from threading import Thread

from models.deadline import deadline, remaining


class TestRemaining:
    def test_time_is_unlimited_without_a_deadline(self):
        assert remaining() is None

    def test_it_counts_down_to_the_deadline_and_below(self):
        with deadline(time.monotonic() + 60):
            assert 59 < remaining() <= 60
        with deadline(time.monotonic() - 1):
            assert remaining() <= -1

    def test_an_inner_deadline_ends_with_its_block(self):
        with deadline(time.monotonic() + 60):
            with deadline(time.monotonic() + 1):
                assert remaining() <= 1
            assert remaining() > 59
        assert remaining() is None

    def test_other_threads_have_their_own(self):
        seen = []
        with deadline(time.monotonic() + 60):
            thread = Thread(target=lambda: seen.append(remaining()))
            thread.start()
            thread.join()
        assert seen == [None]
