"""What a server was seen to do under load."""

from __future__ import annotations

from dataclasses import dataclass


class NotTaken(Exception):
    """There was no load, or it was not told; ``str()`` has what was said instead."""


@dataclass(frozen=True)
class Taken:
    """Answers in some seconds, how long clients waited for one, and how many were errors."""

    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int
