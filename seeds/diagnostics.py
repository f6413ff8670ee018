"""A fault in a pack: where it is, which rule it breaks, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Level(StrEnum):
    """How much a fault matters: an error keeps a pack from being loaded, a notice is a place to look."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One broken rule at one place."""

    file: Path
    line: int
    entry: str
    rule: str
    message: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        """Return the fault as one line that editors and terminals can jump to."""
        return _printable(f"{self.file}:{self.line}: {self.level} [{self.rule}] {self.entry}: {self.message}")

    def as_annotation(self) -> str:
        """Return the fault as a GitHub workflow command, which shows it beside the line."""
        place = f"file={_property(str(self.file))},line={self.line},title={_property(self.rule)}"
        return f"::{self.level} {place}::{_data(_printable(f'{self.entry}: {self.message}'))}"


def _printable(said: str) -> str:
    """Return a line in which nothing that a pack says can break the line or steer the terminal."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in said)


def _data(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a workflow command."""
    return _data(_printable(text)).replace(":", "%3A").replace(",", "%2C")


def named(key: Any, most: int = 80) -> str:
    """Return a key of a pack as a fault names it: whatever it is, and short."""
    try:
        text = str(key)
    except ValueError:
        # Python does not write out a number of thousands of digits.
        return "(a number)"
    return text if len(text) <= most else text[:most] + "…"
