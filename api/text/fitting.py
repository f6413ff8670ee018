"""Fitting text into a box: the largest size at which it fits, or as much of it as the smallest shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from api.text.layout import Line, Paragraph, Span

#: What stands for the rest of a text.
ELLIPSIS = "…"
#: How much smaller each size is than the one before it.
SIZE_STEP = 0.96
#: How often the width is halved in search of the one that makes lines alike.
BALANCE_STEPS = 7
#: How many characters are looked at; no card holds more.
MAX_CHARACTERS = 2_400

#: Makes a paragraph of a text.
MakeParagraph = Callable[[str], Paragraph]


class FittedText(NamedTuple):
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


def fit_text(
    text: str, make: MakeParagraph, width: float, height: float, sizes: tuple[float, float]
) -> FittedText:
    """Return a text at the largest size at which it fits a box, between the two ``sizes``, in even lines.

    A word is broken only where it is wider than the box at the smallest size; what does not fit then is cut.
    """
    largest, least = sizes
    if len(text) > MAX_CHARACTERS:
        return _truncate_text(text[:MAX_CHARACTERS], make, width, height, least)
    paragraph = make(text)
    size = max(least, min(largest, width / max(paragraph.longest, width / largest)))
    while size > least and not _fits(paragraph, width, height, size):
        size = max(least, size * SIZE_STEP)
    if not _fits(paragraph, width, height, size):
        return _truncate_text(text, make, width, height, least)
    return FittedText(paragraph, _balance_lines(paragraph, width / size), size)


def _fits(paragraph: Paragraph, width: float, height: float, size: float) -> bool:
    return len(paragraph.lines(width / size)) * size * paragraph.leading <= height


def _balance_lines(paragraph: Paragraph, width: float) -> list[Line]:
    """Return as few lines as ``width`` ems allow, of widths as alike as they can be."""
    lines = paragraph.lines(width)
    narrow, wide = min(width, paragraph.longest), width
    for _ in range(BALANCE_STEPS):
        middle = (narrow + wide) / 2
        if len(paragraph.lines(middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return paragraph.lines(wide)


def _truncate_text(text: str, make: MakeParagraph, width: float, height: float, size: float) -> FittedText:
    """Return the most words of a text that fit a box, or characters of a word, with a mark for the rest."""
    whole = make(text)
    lines = whole.lines(width / size)
    shown = lines[: max(1, int(height // (size * whole.leading)))]
    # What the language puts before and behind the text is in the paragraph too, so that this is a guess.
    length = min(len(text), shown[-1].end)
    while length > 0 and not _fits(make(_add_ellipsis(text, length)), width, height, size):
        length = len(_add_ellipsis(text, length - 1)) - 1
    paragraph = make(_add_ellipsis(text, length))
    return FittedText(paragraph, paragraph.lines(width / size), size)


def _add_ellipsis(text: str, length: int) -> str:
    """Return the beginning of a text, to the end of a word if one is near, and the mark for the rest."""
    begun = text[:length]
    words = begun.rpartition(" ")[0] if text[length : length + 1] not in {"", " "} else begun
    return (words if len(words) > length - 30 else begun).rstrip(" ,;:.–—") + ELLIPSIS


def truncate_line(spans: Sequence[Span], language: str, width: float, *, right_to_left: bool) -> Paragraph:
    """Return spans as a paragraph of one line, ``width`` ems wide at most, with a mark for what is cut."""
    whole = Paragraph(spans, language, right_to_left=right_to_left)
    if whole.width(0, len(whole.text)) <= width:
        return whole
    ends = [end for _, end in whole.characters if whole.width(0, end) <= width]
    while ends:
        cut = Paragraph(_truncate_spans(spans, ends.pop()), language, right_to_left=right_to_left)
        if cut.width(0, len(cut.text)) <= width:
            return cut
    return Paragraph(ELLIPSIS, language)


def _truncate_spans(spans: Sequence[Span], length: int) -> list[Span]:
    """Return the first ``length`` characters of spans, and the mark for the rest behind them."""
    found, left = [], length
    for span in spans:
        found.append(span._replace(text=span.text[:left]))
        left = max(0, left - len(span.text))
    begun = "".join(span.text for span in found).rstrip(" ,;:.–—")
    found = [span for span in found if span.text]
    found[-1] = found[-1]._replace(text=found[-1].text + ELLIPSIS)
    return found if begun else [Span(ELLIPSIS)]
