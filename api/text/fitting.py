"""Fit text into a box: the largest type size that fits, balanced lines, and an ellipsis as a last resort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from api.text.layout import Line, Paragraph, Span
from api.text.line_breaking import graphemes, line_breaks

ELLIPSIS = "…"
#: The ratio of each type size that is tried to the one before it.
SIZE_STEP = 0.96
#: Steps of the binary search for the narrowest width that keeps the number of lines.
BALANCE_STEPS = 7
#: Longer texts are truncated before they are measured; no card holds more.
MAX_CHARACTERS = 2_400

#: A longer word, in characters, may be cut anywhere.
LONG_WORD = 30

MakeParagraph = Callable[[str], Paragraph]


class FittedText(NamedTuple):
    """A paragraph, its lines, and its type size in pixels."""

    paragraph: Paragraph
    lines: list[Line]
    size: float

    @property
    def line_height(self) -> float:
        """The distance between baselines, in pixels."""
        return self.size * self.paragraph.line_height

    @property
    def height(self) -> float:
        """The height of all lines, in pixels."""
        return self.line_height * len(self.lines)


def fit_text(
    text: str, make: MakeParagraph, width: float, height: float, sizes: tuple[float, float]
) -> FittedText:
    """Return a text set in balanced lines at the largest size that fits a box, all in pixels.

    ``sizes`` are the largest and the smallest size allowed. A word is broken only if it is wider than the
    box at the smallest size. A text that does not fit at the smallest size is truncated.
    """
    max_size, min_size = sizes
    if len(text) > MAX_CHARACTERS:
        return _truncate_text(text[:MAX_CHARACTERS], make, width, height, min_size)
    paragraph = make(text)
    widest = max(paragraph.min_content_width, width / max_size)
    size = max(min_size, min(max_size, width / widest))
    while size > min_size and not _fits(paragraph, width, height, size):
        size = max(min_size, size * SIZE_STEP)
    if not _fits(paragraph, width, height, size):
        return _truncate_text(text, make, width, height, min_size)
    return FittedText(paragraph, _balance_lines(paragraph, width / size), size)


def _fits(paragraph: Paragraph, width: float, height: float, size: float) -> bool:
    return len(paragraph.break_lines(width / size)) * size * paragraph.line_height <= height


def _balance_lines(paragraph: Paragraph, width: float) -> list[Line]:
    """Return as few lines as ``width`` ems allow, as equal in width as possible."""
    lines = paragraph.break_lines(width)
    narrow, wide = min(width, paragraph.min_content_width), width
    for _ in range(BALANCE_STEPS):
        middle = (narrow + wide) / 2
        if len(paragraph.break_lines(middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return paragraph.break_lines(wide)


def _truncate_text(text: str, make: MakeParagraph, width: float, height: float, size: float) -> FittedText:
    """Return as many words of a text as fit a box, or characters of a single word, and an ellipsis."""
    whole = make(text)
    lines = whole.break_lines(width / size)
    visible = lines[: max(1, int(height // (size * whole.line_height)))]
    # An upper estimate: the paragraph also holds the quotation marks that ``make`` adds.
    starts = [start for start in _cut_points(text) if start <= visible[-1].end]
    while len(starts) > 1 and not _fits(make(_add_ellipsis(text, starts[-1])), width, height, size):
        starts.pop()
    paragraph = make(_add_ellipsis(text, starts[-1]))
    return FittedText(paragraph, paragraph.break_lines(width / size), size)


def _cut_points(text: str) -> list[int]:
    """Return where a text may be cut: at ends of words, and at any character far from one."""
    words = [0, *line_breaks(text)]
    points = [*words]
    for start, end in pairwise(words):
        if end - start > LONG_WORD:
            points += [start + index for _, index in graphemes(text[start:end])]
    return sorted(points)


def _add_ellipsis(text: str, length: int) -> str:
    """Return the first ``length`` characters and an ellipsis."""
    return text[:length].rstrip(" ,;:.–—") + ELLIPSIS


def truncate_line(spans: Sequence[Span], language: str, width: float) -> Paragraph:
    """Return spans as a one-line paragraph of at most ``width`` ems, with an ellipsis if truncated."""
    whole = Paragraph(spans, language)
    if whole.width(0, len(whole.text)) <= width:
        return whole
    ends = [end for _, end in whole.graphemes if whole.width(0, end) <= width]
    while ends:
        truncated = Paragraph(_truncate_spans(spans, ends.pop()), language)
        if truncated.width(0, len(truncated.text)) <= width:
            return truncated
    return Paragraph(ELLIPSIS, language)


def _truncate_spans(spans: Sequence[Span], length: int) -> list[Span]:
    """Return the first ``length`` characters of spans and an ellipsis."""
    truncated, left = [], length
    for span in spans:
        truncated.append(span._replace(text=span.text[:left]))
        left = max(0, left - len(span.text))
    start = "".join(span.text for span in truncated).rstrip(" ,;:.–—")
    truncated = [span for span in truncated if span.text]
    truncated[-1] = truncated[-1]._replace(text=truncated[-1].text + ELLIPSIS)
    return truncated if start else [Span(ELLIPSIS)]
