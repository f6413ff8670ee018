"""When to repeat a request. That is safe: a write has an ``Idempotency-Key``, and all others are GET."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

#: Too many requests; a gateway that has no server at the moment; a server that is overloaded.
RETRIED_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Retry:
    """How often and how long to repeat a request that failed for reasons that pass.

    Attributes:
        attempts: How often to repeat it; 0 never does.
        max_wait: The most seconds to wait in all. If the service asks for more, its error is raised at once.
        backoff: The first wait in seconds where the service does not say how long; it doubles each time.
    """

    attempts: int = 3
    max_wait: float = 60.0
    backoff: float = 0.5

    def wait(self, attempt: int, waited: float, retry_after: float | None) -> float | None:
        """Return the seconds to wait before the next attempt; None if there is none.

        Args:
            attempt: How many attempts there were.
            waited: The seconds waited so far.
            retry_after: What the service asks for.
        """
        if attempt > self.attempts:
            return None
        wait = retry_after
        if wait is None:
            # Clients that failed together should not return together.
            wait = self.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1)  # noqa: S311
        return wait if waited + wait <= self.max_wait else None


def parse_retry_after(value: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header (RFC 9110, section 10.2.3): a number, or a date."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
