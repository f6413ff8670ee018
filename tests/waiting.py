"""Waiting for another thread or process."""

import time

#: A timeout in seconds that is long enough for a busy machine.
TIMEOUT_SECONDS = 30


def until(condition, seconds=TIMEOUT_SECONDS):
    """Wait until ``condition()`` is true; return its last value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return value
