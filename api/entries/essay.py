"""The plain text of a source: its paragraphs, word counts and hashes.

Every line with a visible character is a paragraph; the first is number 1. The text is read from a file
outside the repository and never stored.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from api.entries.comparable_words import NEAR_RUN_WORDS, RUN_WORDS, WordRuns
from api.entries.nearest_passage import Passages
from api.entries.text_files import decode, split_lines
from models.text_segmentation import count_words


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
    def passages(self) -> Passages:
        """The index in which wrong quotations are looked up."""
        return Passages(self.paragraphs)

    @cached_property
    def runs(self) -> WordRuns:
        """The index of the runs of words that count as copied."""
        return WordRuns([" ".join(self.paragraphs)], RUN_WORDS)

    @cached_property
    def near_runs(self) -> WordRuns:
        """The index of the runs of words that are pointed out."""
        return WordRuns([" ".join(self.paragraphs)], NEAR_RUN_WORDS)

    def measure(self, number: int) -> tuple[int, str]:
        """Return the word count and the SHA-256 (hexadecimal) of paragraph ``number``."""
        text = self.paragraphs[number - 1]
        return count_words(text), hashlib.sha256(text.encode()).hexdigest()
