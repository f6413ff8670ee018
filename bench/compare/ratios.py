"""Ratios: one for each round, of two cases that were measured within it; their median, and their spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """What one case did in one round."""

    case: str
    round: int
    answers: int
    per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    errors: int


@dataclass(frozen=True)
class Ratio:
    """How many times as good: the median of all rounds, the worst and the best."""

    median: float
    low: float
    high: float


def cheaper(mine: Sample, other: Sample) -> float:
    """Return how many times the CPU of one case's answer the other's takes."""
    return other.cpu_us / mine.cpu_us


def faster(mine: Sample, other: Sample) -> float:
    """Return how many times as many answers one case gives in a second."""
    return mine.per_second / other.per_second


def ratio(samples: Sequence[Sample], mine: str, other: str, of: Callable[[Sample, Sample], float]) -> Ratio:
    """Return the ratio of two cases, which both were measured in every round."""
    by_round = {(sample.case, sample.round): sample for sample in samples}
    rounds = sorted({sample.round for sample in samples})
    values = [of(by_round[mine, number], by_round[other, number]) for number in rounds]
    return Ratio(*(round(value, 3) for value in (statistics.median(values), min(values), max(values))))


def compared(samples: Sequence[Sample], pairs: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the ratios of each pair, of CPU time and of answers per second; more is better of both."""
    return [
        {
            "case": mine,
            "reference": other,
            "cpu": asdict(ratio(samples, mine, other, cheaper)),
            "rate": asdict(ratio(samples, mine, other, faster)),
        }
        for mine, other in pairs
    ]


def summed_up(samples: Sequence[Sample], case: str) -> dict[str, Any]:
    """Return the medians of one case, and the errors of all rounds."""
    own = [sample for sample in samples if sample.case == case]
    medians = {
        name: round(statistics.median(getattr(sample, name) for sample in own), 3)
        for name in ("cpu_us", "per_second", "p50_ms", "p99_ms")
    }
    return medians | {"answers": sum(one.answers for one in own), "errors": sum(one.errors for one in own)}
