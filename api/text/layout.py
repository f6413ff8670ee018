"""Text layout: measure a paragraph once, in ems, then break it into lines at any width and place its glyphs.

HarfBuzz shapes the text as browsers do, from the same font files. A frame's height is therefore known before
a browser draws it, and cards need no browser at all.

It sets all of 22 test texts right. Pillow's own layout fails on 11 to 15 of them, and takes 1.7 times the
CPU time (docs/benchmarks.md).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, groupby
from typing import NamedTuple

from api.text.bidi import embedding_levels, visual_order
from api.text.fonts import Typeface, choose_typefaces, line_height, typefaces
from api.text.line_breaking import graphemes, line_breaks

#: The rounding error allowed in a sum of advances, in ems.
TOLERANCE = 1e-6
#: Characters of context on either side of a run: Arabic letters change form with their neighbours.
SHAPING_CONTEXT = 8


class Span(NamedTuple):
    """A part of a paragraph in one style; an ``isolate`` has a direction of its own, as ``<bdi>`` in HTML."""

    text: str
    italic: bool = False
    isolate: bool = False


class Line(NamedTuple):
    """The start and end of a line in its paragraph; spaces at a line break belong to no line."""

    start: int
    end: int


class Glyph(NamedTuple):
    """A glyph of a typeface at a position, in ems, from the line's left end and its baseline.

    ``text_index`` is the place in the text of the first character that it draws.
    """

    face: Typeface
    glyph_id: int
    x: float
    y: float
    text_index: int


class Run(NamedTuple):
    """Adjacent characters that share a typeface and an embedding level."""

    start: int
    end: int
    face: Typeface
    level: int


class Paragraph:
    """A text in one or more styles; ``right_to_left`` is its base direction."""

    def __init__(
        self, spans: str | Sequence[Span], language: str = "", *, right_to_left: bool = False
    ) -> None:
        """Take spans, or a text that becomes one upright span, and its language (BCP 47)."""
        self.spans = [Span(spans)] if isinstance(spans, str) else list(spans)
        self.text = "".join(span.text for span in self.spans)
        self.language, self.right_to_left = language, right_to_left

    @cached_property
    def runs(self) -> list[Run]:
        """The paragraph's runs in logical order."""
        italic = [span.italic for span in self.spans for _ in span.text]
        levels = embedding_levels(self.text, right_to_left=self.right_to_left, isolates=self._isolates)
        faces = choose_typefaces((self.text[start:end], italic[start]) for start, end in self.graphemes)
        clusters = [
            Run(start, end, face or typefaces()[0], levels[start])
            for (start, end), face in zip(self.graphemes, faces, strict=True)
        ]
        runs = []
        for _, group in groupby(clusters, key=lambda cluster: cluster[2:]):
            members = list(group)
            runs.append(members[0]._replace(end=members[-1].end))
        return runs

    @property
    def _isolates(self) -> list[tuple[int, int]]:
        """The start and end of each span that is an isolate."""
        ends = list(accumulate(len(span.text) for span in self.spans))
        return [
            (end - len(span.text), end) for span, end in zip(self.spans, ends, strict=True) if span.isolate
        ]

    @cached_property
    def graphemes(self) -> list[tuple[int, int]]:
        """The start and end of each grapheme cluster."""
        return graphemes(self.text)

    @cached_property
    def line_height(self) -> float:
        """The line height, in ems."""
        return line_height({run.face for run in self.runs})

    @cached_property
    def _offsets(self) -> list[float]:
        """The width of the text before each code point, in ems (a prefix sum of advances)."""
        advances = [0.0] * len(self.text)
        for run in self.runs:
            for cluster, advance, *_ in self._shape(run):
                advances[cluster] += advance
        return [0.0, *accumulate(advances)]

    @cached_property
    def _breaks(self) -> list[int]:
        return line_breaks(self.text)

    @cached_property
    def _line_ends(self) -> list[int]:
        """The end of the text before each break, without trailing spaces."""
        return [len(self.text[:index].rstrip(" ")) for index in self._breaks]

    def width(self, start: int, end: int) -> float:
        """Return the width of a slice of the text, in ems."""
        return self._offsets[end] - self._offsets[start]

    @cached_property
    def min_content_width(self) -> float:
        """The width of the widest unbreakable part, in ems (CSS Sizing 3, ``min-content``)."""
        parts = zip([0, *self._breaks], self._line_ends, strict=False)
        return max((self.width(start, end) for start, end in parts if start < end), default=0.0)

    def break_lines(self, width: float) -> list[Line]:
        """Return the lines at a width in ems, broken greedily.

        A word that is wider than a line is broken between any two grapheme clusters.
        """
        lines, start = [], self._skip_spaces(0)
        while start < len(self.text):
            end, start_of_next = self._end_of_line(start, width + TOLERANCE)
            lines.append(Line(start, end))
            start = self._skip_spaces(start_of_next)
        return lines

    def _skip_spaces(self, index: int) -> int:
        while index < len(self.text) and self.text[index] == " ":
            index += 1
        return index

    def _end_of_line(self, start: int, width: float) -> tuple[int, int]:
        """Return the end of the line that begins at ``start``, and the start of the next one."""
        limit = self._offsets[start] + width
        fitting = bisect_right(self._line_ends, limit, key=lambda end: self._offsets[end]) - 1
        if fitting >= 0 and self._line_ends[fitting] > start:
            return self._line_ends[fitting], self._breaks[fitting]
        ends = [end for _, end in self.graphemes]
        first = bisect_right(ends, start)
        last = bisect_right(ends, limit, lo=first, key=lambda end: self._offsets[end])
        end = ends[max(first, last - 1)]
        return end, end

    def _line_runs(self, line: Line) -> list[Run]:
        """Return the runs of a line in logical order."""
        return [
            run._replace(start=max(run.start, line.start), end=min(run.end, line.end))
            for run in self.runs
            if run.start < line.end and run.end > line.start
        ]

    def glyphs(self, line: Line) -> Iterator[Glyph]:
        """Yield the glyphs of a line from left to right."""
        pen = 0.0
        for run in visual_order(self._line_runs(line), lambda run: run.level):
            for index, advance, glyph_id, x, y in self._shape(run):
                yield Glyph(run.face, glyph_id, pen + x, y, index)
                pen += advance

    def line_width(self, line: Line) -> float:
        """Return the width of a line that is shaped on its own, in ems."""
        return sum(advance for run in self._line_runs(line) for _, advance, *_ in self._shape(run))

    def _shape(self, run: Run) -> Iterator[tuple[int, float, int, float, float]]:
        """Yield a run's glyphs as (index in the text, advance, glyph id, x offset, y offset), in ems."""
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
        em = run.face.units_per_em
        for glyph, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            offsets = position.x_offset / em, position.y_offset / em
            yield first + glyph.cluster, position.x_advance / em, glyph.codepoint, *offsets
