"""Draw a card as PNG: a palette of sixteen colours, and the same bytes for the same card."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.embeds.cards.layout import ACCENT, BACKGROUND, FOREGROUND, MUTED, Card, TextLine

if TYPE_CHECKING:
    from PIL.Image import Image

#: The antialiasing shades of each colour; with the background, sixteen palette entries.
SHADES = {FOREGROUND: 7, MUTED: 4, ACCENT: 4}
BIT_DEPTH = 4
#: The logo's tile and the bars cut out of it: left, top, right, bottom and radius, in units of its side.
LOGO_TILE = (0.0, 0.0, 1.0, 1.0, 0.22)
LOGO_BARS = ((0.1875, 0.5625, 0.8125, 0.65625, 0.047), (0.28, 0.75, 0.72, 0.84375, 0.047))
#: The factor by which the logo is drawn larger and then scaled down, for smooth edges.
SUPERSAMPLING = 4


def draw_png(card: Card) -> bytes:
    """Return a card as PNG."""
    from PIL import Image, ImageChops

    image = Image.new("L", (card.width, card.height))
    first_entry = 1
    for colour, shades in SHADES.items():
        mask = _text_coverage(card, [line for line in card.lines if line.style.colour == colour])
        if colour == ACCENT:
            mask = ImageChops.lighter(mask, _shape_coverage(card))
        steps = [round(coverage * shades / 255) for coverage in range(256)]
        entries = mask.point([step and first_entry - 1 + step for step in steps])
        image = ImageChops.lighter(image, entries)
        first_entry += shades
    return _encode(image)


def _encode(image: Image) -> bytes:
    """Return an image of palette indexes as PNG."""
    from PIL import Image

    indexed = Image.frombytes("P", image.size, image.tobytes())
    indexed.putpalette(bytes(value for colour in _palette() for value in colour))
    file = io.BytesIO()
    indexed.save(file, "PNG", bits=BIT_DEPTH)
    return file.getvalue()


def _palette() -> Iterable[tuple[int, ...]]:
    background = _rgb(BACKGROUND)
    yield background
    for colour, shades in SHADES.items():
        for shade in range(1, shades + 1):
            channels = zip(background, _rgb(colour), strict=True)
            yield tuple(round(start + (end - start) * shade / shades) for start, end in channels)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _text_coverage(card: Card, lines: list[TextLine]) -> Image:
    """Return how much of each pixel the glyphs cover, from 0 to 255."""
    import uharfbuzz
    from PIL import Image

    raster = uharfbuzz.RasterDraw()
    raster.extents = uharfbuzz.RasterExtents(0, 0, card.width, card.height, 0)
    for line in lines:
        size = line.style.size
        for glyph in line.paragraph.glyphs(line.line):
            scale = size / glyph.face.units_per_em
            x, y = line.x + glyph.x * size, card.height - line.y + glyph.y * size
            raster.transform = (scale, 0, 0, scale, x, y)
            raster.draw_glyph(glyph.face.font, glyph.glyph_id)
    bitmap = raster.render()
    # Rows run from bottom to top and may be padded.
    size_in_pixels = (card.width, card.height)
    return Image.frombytes("L", size_in_pixels, bitmap.buffer, "raw", "L", bitmap.extents.stride, -1)


def _shape_coverage(card: Card) -> Image:
    """Return how much of each pixel the coloured edge and the logo cover, from 0 to 255."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (card.width, card.height))
    start, width = card.edge
    ImageDraw.Draw(mask).rectangle((round(start), 0, round(start + width) - 1, card.height), 255)
    left, top, side = card.logo
    size = round(side)
    large_size = size * SUPERSAMPLING
    large = Image.new("L", (large_size, large_size))
    pen = ImageDraw.Draw(large)
    for (x, y, right, bottom, radius), coverage in ((LOGO_TILE, 255), *((bar, 0) for bar in LOGO_BARS)):
        corners = [value * large_size for value in (x, y, right, bottom)]
        pen.rounded_rectangle(corners, radius * large_size, coverage)
    mask.paste(large.resize((size, size), Image.Resampling.BOX), (round(left), round(top)))
    return mask
