"""The words of a quote: cut from a paragraph by their positions, never typed, so that they are verbatim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from api.desk.source_texts import find_essay

#: What ends a sentence, with the quotation marks and brackets after it.
SENTENCE_ENDS = ".!?…:;\"”’'»)]"
MAX_DIGITS = 9


class Words(NamedTuple):
    """Words in a paragraph of a source; ``start`` and ``end`` count characters. ``text`` may be empty."""

    source: str
    number: int
    paragraph: str
    start: int
    end: int
    text: str

    @classmethod
    def select(cls, source: str, number: int, paragraph: str, start: int, end: int) -> Words:
        """Return the words between two positions, without white space around them."""
        start, end = min(start, len(paragraph)), min(end, len(paragraph))
        return cls(source, number, paragraph, start, end, paragraph[start:end].strip())

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str], prefix: str = "") -> Words | None:
        """Return the words that a query or a form selects; None if there is no such paragraph at hand."""
        source = parameters.get(f"{prefix}source", "")
        number, start, end = (
            parse_number(parameters.get(prefix + name, "")) for name in ("paragraph", "start", "end")
        )
        essay = find_essay(source)
        if essay is None or not 1 <= number <= len(essay.paragraphs):
            return None
        return cls.select(source, number, essay.paragraphs[number - 1], start, end)

    @classmethod
    def of_body(cls, body: Mapping[str, Any]) -> Words | None:
        """Return where the words of a quote are in the paragraph that it cites; None without its text."""
        try:
            source, number = body["citations"][0]["source"], body["citations"][0]["paragraphs"][0]
            paragraph = find_essay(source).paragraphs[number - 1]  # type: ignore[union-attr]
        except (AttributeError, IndexError, KeyError, TypeError):
            return None
        text = body.get("text")
        start = paragraph.find(text) if isinstance(text, str) and text else -1
        if start < 0:
            return cls(source, number, paragraph, 0, 0, text if isinstance(text, str) else "")
        return cls.select(source, number, paragraph, start, start + len(str(text)))

    @property
    def is_cut_before(self) -> bool:
        """Whether a sentence seems to begin before the words."""
        before = self.paragraph[: self.start].rstrip()
        return bool(before) and before[-1] not in SENTENCE_ENDS

    @property
    def is_cut_after(self) -> bool:
        """Whether a sentence seems to go on after the words."""
        return bool(self.text) and self.text[-1] not in SENTENCE_ENDS


def parse_number(text: str) -> int:
    """Return a number of ASCII digits; 0 for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0
