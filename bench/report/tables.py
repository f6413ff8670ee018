"""Tables in Markdown, and numbers in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.report.dots import microseconds


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """Return a table; so many columns are words, and those after them numbers."""
    lines = [head, ["---:" if column >= words else "---" for column in range(len(head))], *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |" for row in lines)


def times(value: float) -> str:
    """Return a ratio, as exactly as it is worth."""
    return f"{value:,.0f}×" if value >= 100 else f"{value:.1f}×" if value >= 10 else f"{value:.2f}×"


def cases(group: Mapping[str, Any]) -> str:
    """Return what each case of a group takes."""
    head = "", "CPU an answer", "answers a second", "p50 ms", "p99 ms", "memory MB", "bytes", "errors"
    rows = [
        (
            case["name"],
            microseconds(case["cpu_us"]),
            f"{case['per_second']:,.0f}",
            f"{case['p50_ms']:.2f}",
            f"{case['p99_ms']:.2f}",
            f"{case['memory_mb']:.0f}",
            f"{case['bytes']:,}",
            f"{case['errors']:,}",
        )
        for case in group["cases"]
    ]
    return table(head, rows)


def comparisons(group: Mapping[str, Any]) -> str:
    """Return the ratios of a group: the median of all rounds, and from the lowest to the highest."""
    head = (
        "",
        "against",
        "times as cheap (CPU)",
        "lowest–highest",
        "times as fast (answers/s)",
        "lowest–highest",
    )
    rows = [
        (pair["case"], pair["reference"], *_ratio(pair["cpu"]), *_ratio(pair["rate"]))
        for pair in group["comparisons"]
    ]
    return table(head, rows, words=2)


def _ratio(one: Mapping[str, float]) -> tuple[str, str]:
    return times(one["median"]), f"{times(one['low'])}–{times(one['high'])}"


def growth(rows: Sequence[Mapping[str, Any]], database: str) -> str:
    """Return the median and 99th percentile of each operation on one kind of database, at each size."""
    own = {(row["operation"], row["quotes"]): row for row in rows if row["database"] == database}
    sizes = sorted({size for _, size in own})
    head = "p50 / p99, ms", *(f"{size:,}" for size in sizes)
    names = dict.fromkeys(name for name, _ in own)
    return table(head, [(name, *(_time(own.get((name, size))) for size in sizes)) for name in names])


def _time(row: Mapping[str, Any] | None) -> str:
    return f"{row['p50_ms']:.3g} / {row['p99_ms']:.3g}" if row else "–"
