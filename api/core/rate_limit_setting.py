"""The syntax of rate limits: ``600/minute`` or ``50/10 seconds``."""

from __future__ import annotations

import re
from typing import NamedTuple

PATTERN = re.compile(
    r"(?P<amount>[1-9][0-9]{0,8})/(?:(?P<multiple>[1-9][0-9]{0,3}) ?)?(?P<unit>second|minute|hour|day)s?"
)
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class RateLimit(NamedTuple):
    """At most ``amount`` requests in a sliding window of ``seconds``."""

    amount: int
    seconds: int


def parse_rate_limit(text: str) -> RateLimit:
    """Return a rate limit.

    Raises:
        ValueError: it has another syntax.
    """
    match = PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return RateLimit(int(match["amount"]), int(match["multiple"] or 1) * SECONDS[match["unit"]])
