"""Waiting for what comes by itself, in another thread or process."""

import time

#: By then it has come, on a busy machine too.
LONG = 30


def until(condition, seconds=LONG):
    """Wait for what must come, and say whether it came."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return found
