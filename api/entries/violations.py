"""Violations: the errors, warnings and notices that the rules find in entries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.entries.entry import Entry


class Level(StrEnum):
    """The severity of a violation. Errors prevent a change; ``subtext check --strict`` fails on warnings."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True)
class Violation:
    """A violation of a rule by an entry; ``path`` are the keys and indexes of the value in its body."""

    entry: Entry
    rule: str
    message: str
    path: tuple[Any, ...] = ()
    level: Level = Level.ERROR

    @property
    def pointer(self) -> str:
        """The path as a JSON pointer (RFC 6901), such as ``/citations/0/source``; empty for the body."""
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in self.path)
        return "".join(f"/{step}" for step in steps)
