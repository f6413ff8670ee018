"""A fault in a pack: where it is, which rule it breaks, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """Whether a fault keeps a pack from being loaded."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Fault:
    """One broken rule at one place."""

    file: Path
    line: int
    entry: str
    rule: str
    message: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        """Return the fault as one line that editors and terminals can jump to."""
        return f"{self.file}:{self.line}: {self.level} [{self.rule}] {self.entry}: {self.message}"
