"""The plain text of a source: its paragraphs, word counts and hashes.

Every line with a visible character is a paragraph; the first is number 1. The text is read from a file
outside the repository and never stored.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seeds.text_files import decode, split_lines

#: This many consecutive words in common with an essay count as a quotation.
SHINGLE_WORDS = 8
WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the words of a text for comparison: in lower case and without apostrophes."""
    return WORD.findall(text.lower().replace("’", "").replace("'", ""))


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return the shingles of a text: every sequence of ``SHINGLE_WORDS`` consecutive words."""
    sequence = words(text)
    return {
        tuple(sequence[start : start + SHINGLE_WORDS]) for start in range(len(sequence) - SHINGLE_WORDS + 1)
    }


@dataclass(frozen=True)
class Essay:
    """The text of a source, and the SHA-256 of its file (hexadecimal)."""

    sha256: str
    text: str

    @classmethod
    def read(cls, path: Path) -> Essay:
        """Read the text from a file.

        Raises:
            WrongEncoding: the file is not encoded as UTF-8.
        """
        content = path.read_bytes()
        return cls(hashlib.sha256(content).hexdigest(), decode(content))

    @cached_property
    def paragraphs(self) -> list[str]:
        """The non-blank lines, stripped. Paragraph ``n`` has index ``n - 1``."""
        return [line.strip() for line in split_lines(self.text) if line]

    @cached_property
    def shingles(self) -> set[tuple[str, ...]]:
        """The shingles of the whole text, including those that span paragraphs."""
        return shingles(" ".join(self.paragraphs))

    def measure(self, number: int) -> tuple[int, str]:
        """Return the word count and the SHA-256 (hexadecimal) of paragraph ``number``."""
        text = self.paragraphs[number - 1]
        return len(text.split()), hashlib.sha256(text.encode()).hexdigest()
