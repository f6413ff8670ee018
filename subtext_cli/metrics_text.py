"""Adds up the metrics of all workers, and writes them in Prometheus' text format.

prometheus_client can read its files, too, but parses the key of each number in each file each time: with 8
slots and 360 kinds of requests, a scrape takes 77 ms of CPU time instead of 9. Here, the places of the
numbers are stored.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
#: The bytes before the first entry of a file, and those of a number. An entry has the length of its key, the
#: key, padding, a number and a time.
HEADER_BYTES, NUMBER_BYTES = 8, 8
INTEGER = struct.Struct("=i")


@dataclass(eq=False)
class Series:
    """A time series of a metric; ``sample`` is the name of its numbers."""

    kind: str
    metric: str
    sample: str
    labels: dict[str, str]
    description: str

    @cached_property
    def bound(self) -> float | None:
        """The upper bound of a bucket; None for other numbers."""
        return float(self.labels["le"]) if "le" in self.labels else None

    @cached_property
    def sort_key(self) -> tuple[Any, ...]:
        """Orders series by metric; the buckets of a histogram stand together, by their bounds."""
        labels = sorted((name, value) for name, value in self.labels.items() if name != "le")
        return self.metric, labels, self.bound is None, self.bound or 0.0

    @cached_property
    def header(self) -> str:
        """The lines about the metric, without the last newline."""
        name = self.sample if self.kind == "counter" else self.metric
        return f"# HELP {name} {self.description.translate(ESCAPED)}\n# TYPE {name} {self.kind}"

    @cached_property
    def name(self) -> str:
        """The name of the numbers with their labels."""
        return _name(self.sample, self.labels)

    @cached_property
    def count_name(self) -> str:
        """The name of the number of observations in all buckets of a histogram."""
        labels = {name: value for name, value in self.labels.items() if name != "le"}
        return _name(f"{self.metric}_count", labels)


def _name(sample: str, labels: dict[str, str]) -> str:
    pairs = ",".join(f'{name}="{value.translate(ESCAPED)}"' for name, value in sorted(labels.items()))
    return f"{sample}{{{pairs}}}" if pairs else sample


Values = dict[Series, float]


class MetricsFolder:
    """The files of a folder that workers write their metrics to; see ``api/core/metrics.py``."""

    def __init__(self, folder: Path) -> None:
        """Read from ``folder``."""
        self._folder = folder
        self._series: dict[tuple[str, ...], Series] = {}
        # By file: up to where its keys are known, and the index of the number of each series.
        self._indexes: dict[Path, tuple[int, list[tuple[Series, int]]]] = {}

    def values(self) -> Values:
        """Return the number of each series, over all files."""
        values: Values = {}
        for file in self._folder.glob("*.db"):
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                # A worker has just ended, and another scrape has removed its gauges.
                continue
            kind, *modes, slot = file.stem.split("_")
            numbers = memoryview(content).cast("d")
            if not modes:
                for series, index in self._known_indexes(file, kind, content):
                    values[series] = values.get(series, 0.0) + numbers[index]
                continue
            [mode] = modes
            for key, index in _entries(content, HEADER_BYTES):
                series, number = self._open(kind, key, slot if mode == "liveall" else ""), numbers[index]
                known = values.get(series, 0.0)
                values[series] = max(known, number) if mode == "livemax" else known + number
        return values

    def _known_indexes(self, file: Path, kind: str, content: bytes) -> list[tuple[Series, int]]:
        """Return the series of a file of counters or of histograms, which only grows."""
        known, indexes = self._indexes.setdefault(file, (HEADER_BYTES, []))
        end = _end(content)
        if end > known:
            indexes += [(self._open(kind, key, ""), index) for key, index in _entries(content, known)]
            self._indexes[file] = end, indexes
        return indexes

    def _open(self, kind: str, key: str, slot: str) -> Series:
        series = self._series.get((kind, key, slot))
        if series is None:
            metric, sample, labels, description = json.loads(key)
            if slot:
                labels["pid"] = slot
            series = self._series[kind, key, slot] = Series(kind, metric, sample, labels, description)
        return series


def _end(content: bytes) -> int:
    """Return where the entries of a file end."""
    return int(INTEGER.unpack_from(content)[0]) if content else 0


def _entries(content: bytes, start: int) -> Iterator[tuple[str, int]]:
    """Yield the key of each entry from ``start`` on, and the index of its number."""
    end, position = _end(content), start
    while position < end:
        [length] = INTEGER.unpack_from(content, position)
        position += INTEGER.size
        key = content[position : position + length].decode()
        # At least one byte of padding.
        position = (position + length) // NUMBER_BYTES * NUMBER_BYTES + NUMBER_BYTES
        yield key, position // NUMBER_BYTES
        position += 2 * NUMBER_BYTES


def text_format(values: Values) -> str:
    """Return the numbers in the text format. Buckets, which count separately, become cumulative."""
    return "".join(f"{line}\n" for line in _lines(sorted(values, key=lambda series: series.sort_key), values))


def _lines(ordered: Iterable[Series], values: Values) -> Iterator[str]:
    metric, observations = "", 0.0
    for series in ordered:
        if series.metric != metric:
            metric = series.metric
            yield series.header
        number = values[series]
        if series.bound is not None:
            number = observations = observations + number
        yield f"{series.name} {number}"
        if series.bound == inf:
            yield f"{series.count_name} {observations}"
            observations = 0.0
