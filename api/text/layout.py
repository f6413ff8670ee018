"""Paragraphs: a text measured once in ems, then broken into lines for any width, and set as glyphs.

HarfBuzz shapes here as it does in browsers, with the same files, kerning and ligatures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, groupby
from typing import NamedTuple

from api.text.bidi import embedding_levels, visual_order
from api.text.fonts import Typeface, line_height, typeface_for, typefaces
from api.text.line_breaking import graphemes, line_breaks

#: What a sum of floats may be off by, in ems.
TOLERANCE = 1e-6
#: How many characters around a run decide its forms, as in Arabic, where letters join.
SHAPING_CONTEXT = 8


class Span(NamedTuple):
    """A part of a paragraph that is set in one style."""

    text: str
    italic: bool = False


class Line(NamedTuple):
    """Where a line begins and ends in its paragraph; blanks around it belong to no line."""

    start: int
    end: int


class Glyph(NamedTuple):
    """A glyph of a typeface, and where it stands, in ems from the line's left end and its baseline."""

    face: Typeface
    number: int
    x: float
    y: float


class Run(NamedTuple):
    """Neighbours that are set in one typeface and run one way."""

    start: int
    end: int
    face: Typeface
    level: int


class Paragraph:
    """A text in one or more styles; ``right_to_left`` is the direction that it is written in as a whole."""

    def __init__(
        self, spans: str | Sequence[Span], language: str = "", *, right_to_left: bool = False
    ) -> None:
        """Take the spans, or a text that is one upright span, and its language (BCP 47)."""
        self.spans = [Span(spans)] if isinstance(spans, str) else list(spans)
        self.text = "".join(span.text for span in self.spans)
        self.language, self.right_to_left = language, right_to_left

    @cached_property
    def runs(self) -> list[Run]:
        """The paragraph's parts, in reading order."""
        italic = [span.italic for span in self.spans for _ in span.text]
        depth = embedding_levels(self.text, right_to_left=self.right_to_left)
        whole = [
            (start, end, typeface_for(self.text[start:end], italic[start]) or typefaces()[0], depth[start])
            for start, end in self.characters
        ]
        found = []
        for (face, level), group in groupby(whole, key=lambda part: part[2:]):
            parts = list(group)
            found.append(Run(parts[0][0], parts[-1][1], face, level))
        return found

    @cached_property
    def characters(self) -> list[tuple[int, int]]:
        """Where each character begins and ends."""
        return graphemes(self.text)

    @cached_property
    def leading(self) -> float:
        """How far its lines are apart, in ems."""
        return line_height({run.face for run in self.runs})

    @cached_property
    def _reached(self) -> list[float]:
        """How far the text before each code point reaches, in ems."""
        advances = [0.0] * len(self.text)
        for run in self.runs:
            for cluster, advance, *_ in self._shaped(run):
                advances[cluster] += advance
        return [0.0, *accumulate(advances)]

    @cached_property
    def _breaks(self) -> list[int]:
        return line_breaks(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        """Where the text ends that stands before each break."""
        return [len(self.text[:place].rstrip(" ")) for place in self._breaks]

    def width(self, start: int, end: int) -> float:
        """Return how wide a part is, in ems."""
        return self._reached[end] - self._reached[start]

    @cached_property
    def longest(self) -> float:
        """How wide the widest part is that no line breaks, in ems."""
        parts = zip([0, *self._breaks], self._ends, strict=False)
        return max((self.width(start, end) for start, end in parts if start < end), default=0.0)

    def lines(self, width: float) -> list[Line]:
        """Return the lines that the text breaks into, ``width`` ems wide: each takes as much as it can.

        What is wider than a line by itself is broken between any two characters.
        """
        found, start = [], self._skip(0)
        while start < len(self.text):
            end, start_of_next = self._end_of_line(start, width + TOLERANCE)
            found.append(Line(start, end))
            start = self._skip(start_of_next)
        return found

    def _skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] == " ":
            at += 1
        return at

    def _end_of_line(self, start: int, width: float) -> tuple[int, int]:
        limit = self._reached[start] + width
        fitting = bisect_right(self._ends, limit, key=lambda end: self._reached[end]) - 1
        if fitting >= 0 and self._ends[fitting] > start:
            return self._ends[fitting], self._breaks[fitting]
        ends = [end for _, end in self.characters]
        first = bisect_right(ends, start)
        last = bisect_right(ends, limit, lo=first, key=lambda end: self._reached[end])
        end = ends[max(first, last - 1)]
        return end, end

    def _parts(self, line: Line) -> list[Run]:
        """Return the runs of a line, in reading order."""
        return [
            run._replace(start=max(run.start, line.start), end=min(run.end, line.end))
            for run in self.runs
            if run.start < line.end and run.end > line.start
        ]

    def glyphs(self, line: Line) -> Iterator[Glyph]:
        """Yield the glyphs of a line, from left to right."""
        pen = 0.0
        for part in visual_order(self._parts(line), lambda run: run.level):
            for _, advance, number, x, y in self._shaped(part):
                yield Glyph(part.face, number, pen + x, y)
                pen += advance

    def set_width(self, line: Line) -> float:
        """Return how wide a line is once it is set by itself, in ems."""
        return sum(advance for part in self._parts(line) for _, advance, *_ in self._shaped(part))

    def _shaped(self, run: Run) -> Iterator[tuple[int, float, int, float, float]]:
        """Yield a run's glyphs: place in the text, advance, number, and offsets, in ems."""
        import uharfbuzz

        buffer = uharfbuzz.Buffer()
        first = max(0, run.start - SHAPING_CONTEXT)
        codes = list(map(ord, self.text[first : run.end + SHAPING_CONTEXT]))
        buffer.add_codepoints(codes, run.start - first, run.end - run.start)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if run.level % 2 else "ltr"
        if self.language:
            buffer.language = self.language
        uharfbuzz.shape(run.face.font, buffer)
        em = run.face.em
        for glyph, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            offsets = at.x_offset / em, at.y_offset / em
            yield first + glyph.cluster, at.x_advance / em, glyph.codepoint, *offsets
