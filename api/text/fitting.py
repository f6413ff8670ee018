"""Fitting text into a box: the largest size at which it fits, or as much of it as the smallest shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from api.text.layout import Line, Paragraph, Span

#: What stands for the rest of a text.
REST = "…"
#: How much smaller each size is than the one before it.
STEP = 0.96
#: How often the width is halved in search of the one that makes lines alike.
HALVINGS = 7
#: How many characters are looked at; no card holds more.
MOST_CHARACTERS = 2_400

#: Makes a paragraph of a text.
Make = Callable[[str], Paragraph]


class Fitted(NamedTuple):
    """A paragraph with its lines and its size; ``pitch`` is the distance of its lines, in pixels too."""

    paragraph: Paragraph
    lines: list[Line]
    size: float

    @property
    def pitch(self) -> float:
        return self.size * self.paragraph.leading

    @property
    def height(self) -> float:
        """How high its lines are together."""
        return self.pitch * len(self.lines)


def fitted(text: str, make: Make, width: float, height: float, sizes: tuple[float, float]) -> Fitted:
    """Return a text at the largest size at which it fits a box, between the two ``sizes``, in even lines.

    A word is broken only where it is wider than the box at the smallest size; what does not fit then is cut.
    """
    largest, least = sizes
    if len(text) > MOST_CHARACTERS:
        return _cut(text[:MOST_CHARACTERS], make, width, height, least)
    paragraph = make(text)
    size = max(least, min(largest, width / max(paragraph.longest, width / largest)))
    while size > least and not _fits(paragraph, width, height, size):
        size = max(least, size * STEP)
    if not _fits(paragraph, width, height, size):
        return _cut(text, make, width, height, least)
    return Fitted(paragraph, _even(paragraph, width / size), size)


def _fits(paragraph: Paragraph, width: float, height: float, size: float) -> bool:
    return len(paragraph.lines(width / size)) * size * paragraph.leading <= height


def _even(paragraph: Paragraph, width: float) -> list[Line]:
    """Return as few lines as ``width`` ems allow, of widths as alike as they can be."""
    lines = paragraph.lines(width)
    narrow, wide = min(width, paragraph.longest), width
    for _ in range(HALVINGS):
        middle = (narrow + wide) / 2
        if len(paragraph.lines(middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return paragraph.lines(wide)


def _cut(text: str, make: Make, width: float, height: float, size: float) -> Fitted:
    """Return the most words of a text that fit a box, or characters of a word, with a mark for the rest."""
    whole = make(text)
    lines = whole.lines(width / size)
    shown = lines[: max(1, int(height // (size * whole.leading)))]
    # What the language puts before and behind the text is in the paragraph too, so that this is a guess.
    length = min(len(text), shown[-1].end)
    while length > 0 and not _fits(make(_ended(text, length)), width, height, size):
        length = len(_ended(text, length - 1)) - 1
    paragraph = make(_ended(text, length))
    return Fitted(paragraph, paragraph.lines(width / size), size)


def _ended(text: str, length: int) -> str:
    """Return the beginning of a text, to the end of a word if one is near, and the mark for the rest."""
    begun = text[:length]
    words = begun.rpartition(" ")[0] if text[length : length + 1] not in {"", " "} else begun
    return (words if len(words) > length - 30 else begun).rstrip(" ,;:.–—") + REST


def shortened(spans: Sequence[Span], language: str, width: float, *, right_to_left: bool) -> Paragraph:
    """Return spans as a paragraph of one line, ``width`` ems wide at most, with a mark for what is cut."""
    whole = Paragraph(spans, language, right_to_left=right_to_left)
    if whole.width(0, len(whole.text)) <= width:
        return whole
    ends = [end for _, end in whole.characters if whole.width(0, end) <= width]
    while ends:
        cut = Paragraph(_first(spans, ends.pop()), language, right_to_left=right_to_left)
        if cut.width(0, len(cut.text)) <= width:
            return cut
    return Paragraph(REST, language)


def _first(spans: Sequence[Span], length: int) -> list[Span]:
    """Return the first ``length`` characters of spans, and the mark for the rest behind them."""
    found, left = [], length
    for span in spans:
        found.append(span._replace(text=span.text[:left]))
        left = max(0, left - len(span.text))
    begun = "".join(span.text for span in found).rstrip(" ,;:.–—")
    found = [span for span in found if span.text]
    found[-1] = found[-1]._replace(text=found[-1].text + REST)
    return found if begun else [Span(REST)]
