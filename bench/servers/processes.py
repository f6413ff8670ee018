"""A server's processes: what they have used so far, as Linux counts it."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(process: int) -> list[int]:
    """Return the process and all below it."""
    found = [process]
    for one in found:
        for children in PROC.glob(f"{one}/task/*/children"):
            found += map(int, _read(children).split())
    return found


def cpu_seconds(process: int) -> float:
    """Return the user and system time of the process and all below it."""
    # The name of a program, in parentheses, may hold anything.
    fields = [_read(PROC / str(one) / "stat").rpartition(")")[2].split() for one in tree(process)]
    return sum(int(field[11]) + int(field[12]) for field in fields if field) / TICKS


def resident_bytes(process: int) -> list[int]:
    """Return what is resident of each of the processes, the largest first."""
    lines = [line for one in tree(process) for line in _read(PROC / str(one) / "smaps_rollup").splitlines()]
    return sorted((int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:")), reverse=True)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        # It ended in the meantime.
        return ""
