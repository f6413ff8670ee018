"""Waiting for what another thread or process does."""

import time

#: Seconds within which it has happened, on a busy machine too.
LONG = 30


def until(condition, seconds=LONG):
    """Wait until ``condition()`` is true; return its last value."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return value
