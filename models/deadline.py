"""The deadline of the request that the current thread works on.

The server sets it when a request begins to run, counted from the request's arrival, so the time that the
request waited for a thread is used up already. The database layer limits its own waiting by it. Where no
deadline is set, as on the command line and in the development server, time is unlimited.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline(at: float) -> Iterator[None]:
    """Set the deadline inside the block, in seconds of the monotonic clock."""
    token = _deadline.set(at)
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float | None:
    """Return the seconds left, negative once the deadline has passed; None if there is no deadline."""
    at = _deadline.get()
    return None if at is None else at - time.monotonic()
