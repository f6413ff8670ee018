"""The queue of requests: turns of clients, bounds in number and time."""

import time
from threading import Thread

import pytest

from subtext_cli.request_queue import RequestQueue, WaitingRequest


def request(client, name="", arrived_at=None):
    return WaitingRequest(
        client, time.monotonic() if arrived_at is None else arrived_at, None, {"name": name}
    )


def put_all(queue, names):
    """Add requests whose client is the first letter of their name; return the names of the rejected ones."""
    rejected = [queue.put(request(name[0], name)) for name in names.split()]
    return " ".join(request.environ["name"] for request in rejected if request)


def names(requests):
    return " ".join(request.environ["name"] for request in requests)


class TestTurns:
    def test_requests_of_one_client_stay_in_order(self):
        queue = RequestQueue(9, 60)
        put_all(queue, "a1 a2 a3")
        assert names(queue.get() for _ in range(3)) == "a1 a2 a3"

    def test_clients_take_turns(self):
        queue = RequestQueue(9, 60)
        put_all(queue, "a1 a2 a3 b1 b2 c1")
        assert names(queue.get() for _ in range(6)) == "a1 b1 c1 a2 b2 a3"
        assert len(queue) == 0

    def test_a_thread_waits_for_a_request(self):
        queue, received = RequestQueue(9, 60), []
        thread = Thread(target=lambda: received.append(queue.get()))
        thread.start()
        put_all(queue, "a1")
        thread.join()
        assert names(received) == "a1"


class TestFullQueue:
    @pytest.mark.parametrize(
        ("before", "added", "rejected"),
        [
            ("a1 a2 a3", "a4", "a4"),
            ("a1 a2 a3", "b1", "a3"),
            ("a1 a2 b1", "c1", "a2"),
            ("a1 b1 c1", "d1", "d1"),
            ("a1 a2 b1", "b2", "b2"),
        ],
    )
    def test_the_last_request_of_the_client_with_the_most_is_rejected(self, before, added, rejected):
        queue = RequestQueue(3, 60)
        assert not put_all(queue, before)
        assert put_all(queue, added) == rejected
        assert len(queue) == 3
        assert rejected not in names(queue.get() for _ in range(3)).split()


class TestExpiry:
    def test_requests_that_waited_too_long_are_taken_out(self):
        queue, now = RequestQueue(9, 2), time.monotonic()
        for client, name, seconds in (("a", "a1", 3), ("b", "b1", 1), ("a", "a2", 2), ("a", "a3", 0)):
            queue.put(request(client, name, now - seconds))
        assert names(queue.take_expired()) == "a1 a2"
        assert names(queue.get() for _ in range(2)) in ("a3 b1", "b1 a3")

    def test_threads_do_not_get_what_has_expired(self):
        queue = RequestQueue(9, 0)
        put_all(queue, "a1 b1")
        assert len(queue.take_expired()) == 2
        assert not queue.is_used.is_set()
        put_all(queue, "c1")
        assert queue.is_used.is_set()
        assert names([queue.get()]) == "c1"
