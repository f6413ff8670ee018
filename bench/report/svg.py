"""SVG as far as plots need it: a picture in the colours of whoever looks at it, light or dark."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 10px } .soft { fill: #59636e } .title { font-weight: 600 } .end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d1d9e0; stroke-width: 1 } .stem { stroke: #8c959f; stroke-width: 2 }
.a { fill: #0969da; stroke: #0969da } .b { fill: #bc4c00; stroke: #bc4c00 }
polyline { fill: none !important; stroke-width: 2 }
.expected { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .soft { fill: #9198a1 } .grid { stroke: #3d444d } .stem { stroke: #656c76 }
  .a { fill: #4493f8; stroke: #4493f8 } .b { fill: #f0883e; stroke: #f0883e } .expected { stroke: #656c76 }
}
"""


def picture(width: int, height: int, title: str, shapes: Iterable[str]) -> str:
    """Return a whole picture; the title is what is read out instead of it."""
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<title>{escape(title)}</title><style>{STYLE}</style>", *shapes, "</svg>", ""])


def text(x: float, y: float, words: str, names: str = "") -> str:
    """Return words that begin at a point, or end or are centred there if ``names`` says so."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{names}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, names: str = "grid") -> str:
    """Return a straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{names}"/>'


def dot(x: float, y: float, names: str, radius: float = 5) -> str:
    """Return a dot."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{names}"/>'


def path(points: Iterable[tuple[float, float]], names: str) -> str:
    """Return a line through points."""
    return f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" class="{names}"/>'


class Logarithmic:
    """A scale on which equal distances are equal ratios, from one power of ten to another."""

    def __init__(self, values: Iterable[float], start: float, end: float) -> None:
        """Take what must fit, and where on the picture the scale starts and ends."""
        known = [value for value in values if value > 0] or [1.0]
        self.first = math.floor(math.log10(min(known)) + 1e-9)
        self.last = max(math.ceil(math.log10(max(known)) - 1e-9), self.first + 1)
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        """Return where a value stands."""
        power = math.log10(max(value, 10**self.first))
        return self.start + (power - self.first) / (self.last - self.first) * (self.end - self.start)

    @property
    def powers(self) -> list[float]:
        """The powers of ten on it."""
        return [10.0**power for power in range(self.first, self.last + 1)]
