"""The plain text of a source, while it is looked at: its paragraphs, their words, their hashes.

Every line that is not blank is a paragraph, from 1. The text is read from outside the repository
and never kept.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

#: A run of this many words shared with an essay is a quotation.
RUN = 8
WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the words of a text as runs compare them: lower case, apostrophes dropped."""
    return WORD.findall(text.lower().replace("’", "").replace("'", ""))


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of ``RUN`` words in a text."""
    found = words(text)
    return {tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1)}


@dataclass(frozen=True)
class Essay:
    """A source's text."""

    sha256: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Essay:
        """Return the text in a file, with the SHA-256 of the whole file, hexadecimal.

        Raises:
            UnicodeDecodeError: the file is not UTF-8.
        """
        content = path.read_bytes()
        return cls(hashlib.sha256(content).hexdigest(), content.decode("utf-8"))

    @cached_property
    def paragraphs(self) -> list[str]:
        """The stripped lines that are not blank; paragraph ``n`` is at ``n - 1``."""
        lines = (line.strip() for line in self.text.split("\n"))
        return [line for line in lines if line]

    @cached_property
    def runs(self) -> set[tuple[str, ...]]:
        """Every run of words, across paragraphs too."""
        return runs(" ".join(self.paragraphs))

    def measure(self, number: int) -> tuple[int, str]:
        """Return the word count and the hash of a paragraph."""
        text = self.paragraphs[number - 1]
        return len(text.split()), hashlib.sha256(text.encode()).hexdigest()
