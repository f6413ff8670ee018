"""Diagnostics: the errors, warnings and notices that ``subtext check`` reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from api.entries.validation import display_key
from api.entries.violations import Level


@dataclass(frozen=True, order=True)
class Diagnostic:
    """A violation of one rule at one place in a pack; ``entry`` is the entry's id, or ``-``."""

    file: Path
    line: int
    entry: str
    rule: str
    message: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        """Return the diagnostic as one line, in the ``file:line:`` format that editors can jump to."""
        return _printable(f"{self.file}:{self.line}: {self.level} [{self.rule}] {self.entry}: {self.message}")

    def as_annotation(self) -> str:
        """Return the diagnostic as a GitHub workflow command, which annotates the line."""
        properties = (
            f"file={_escape_property(str(self.file))},line={self.line},title={_escape_property(self.rule)}"
        )
        return f"::{self.level} {properties}::{_escape_data(_printable(f'{self.entry}: {self.message}'))}"


def _printable(text: str) -> str:
    """Escape characters that would break the line or control the terminal."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _escape_data(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    """Escape a property of a workflow command."""
    return _escape_data(_printable(text)).replace(":", "%3A").replace(",", "%2C")


def join_messages(error: ValidationError) -> str:
    """Return the messages of an entry without nested fields in one line, each after the name of its field."""
    messages: dict[Any, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return " ".join(
        f"{display_key(name)}: {' '.join(map(str, texts))}" if name != "_schema" else str(texts[0])
        for name, texts in messages.items()
    )
