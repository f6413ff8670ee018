"""Violations: the errors, warnings and notices that the rules find in entries."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.entries.entry import Entry, Key


class Level(StrEnum):
    """The severity of a violation. Errors prevent a change; ``subtext check --strict`` fails on warnings."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True)
class Violation:
    """A violation of a rule by an entry; ``path`` are the keys and indexes of the value in its body.

    ``cause`` is another entry whose change may have made this one invalid, and the name of the value in its
    body, such as a quote and its ``text`` if too many words of a source are quoted.
    """

    entry: Entry
    rule: str
    message: str
    path: tuple[Any, ...] = ()
    level: Level = Level.ERROR
    cause: tuple[Entry, str] | None = None

    @property
    def pointer(self) -> str:
        """The path as a JSON pointer (RFC 6901), such as ``/citations/0/source``; empty for the body."""
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in self.path)
        return "".join(f"/{step}" for step in steps)

    def attributed(self, changed: Container[Key]) -> Violation | None:
        """Return the violation as one of a changed entry: of its own, or of its cause; None if neither is."""
        if self.entry.key in changed:
            return self
        if self.cause is None or self.cause[0].key not in changed:
            return None
        entry, name = self.cause
        type_name, slug = self.entry.key
        message = f"The {type_name} “{slug}” would be invalid: {self.message}"
        return Violation(entry, self.rule, message, (name,), self.level)
