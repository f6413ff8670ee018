"""Cards as PNG: sixteen colours, the same bytes for the same card every time."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.embeds.cards.layout import ACCENT, BACKGROUND, FOREGROUND, MUTED, Card, TextLine

if TYPE_CHECKING:
    from PIL.Image import Image

#: How many shades each colour has between the paper and itself: with the paper, sixteen.
SHADES = {FOREGROUND: 7, MUTED: 4, ACCENT: 4}
BIT_DEPTH = 4
#: The mark of Subtext, in units of its side: left, top, right, bottom and radius of its tile, and of what is
#: cut out of that.
LOGO_TILE = (0.0, 0.0, 1.0, 1.0, 0.22)
LOGO_LINES = ((0.1875, 0.5625, 0.8125, 0.65625, 0.047), (0.28, 0.75, 0.72, 0.84375, 0.047))
#: How many times finer shapes are drawn than they are shown.
SUPERSAMPLING = 4


def draw_png(card: Card) -> bytes:
    """Return a card as PNG."""
    from PIL import Image, ImageChops

    picture = Image.new("L", (card.width, card.height))
    first = 1
    for colour, shades in SHADES.items():
        mask = _text_coverage(card, [text for text in card.texts if text.look.colour == colour])
        if colour == ACCENT:
            mask = ImageChops.lighter(mask, _shape_coverage(card))
        steps = [round(cover * shades / 255) for cover in range(256)]
        picture = ImageChops.lighter(picture, mask.point([step and first - 1 + step for step in steps]))
        first += shades
    return _encode(picture)


def _encode(picture: Image) -> bytes:
    """Return a picture as PNG whose pixels are places in the palette."""
    from PIL import Image

    indexed = Image.frombytes("P", picture.size, picture.tobytes())
    indexed.putpalette(bytes(value for colour in _palette() for value in colour))
    file = io.BytesIO()
    indexed.save(file, "PNG", bits=BIT_DEPTH)
    return file.getvalue()


def _palette() -> Iterable[tuple[int, ...]]:
    paper = _rgb(BACKGROUND)
    yield paper
    for colour, shades in SHADES.items():
        for shade in range(1, shades + 1):
            mixed = zip(paper, _rgb(colour), strict=True)
            yield tuple(round(below + (above - below) * shade / shades) for below, above in mixed)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _text_coverage(card: Card, texts: list[TextLine]) -> Image:
    """Return how far each pixel is covered by the texts, from 0 to 255."""
    import uharfbuzz
    from PIL import Image

    raster = uharfbuzz.RasterDraw()
    raster.extents = uharfbuzz.RasterExtents(0, 0, card.width, card.height, 0)
    for text in texts:
        for glyph in text.paragraph.glyphs(text.line):
            to = text.look.size / glyph.face.em
            x, y = text.x + glyph.x * text.look.size, card.height - text.y + glyph.y * text.look.size
            raster.transform = (to, 0, 0, to, x, y)
            raster.draw_glyph(glyph.face.font, glyph.number)
    drawn = raster.render()
    # Rows are from the bottom to the top, and may be wider than the card.
    return Image.frombytes("L", (card.width, card.height), drawn.buffer, "raw", "L", drawn.extents.stride, -1)


def _shape_coverage(card: Card) -> Image:
    """Return how far each pixel is covered by the coloured edge and by the mark of Subtext."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", (card.width, card.height))
    start, wide = card.edge
    ImageDraw.Draw(mask).rectangle((round(start), 0, round(start + wide) - 1, card.height), 255)
    left, top, side = card.icon
    size = round(side)
    fine = Image.new("L", (size * SUPERSAMPLING, size * SUPERSAMPLING))
    pen = ImageDraw.Draw(fine)
    for (x, y, right, bottom, radius), cover in ((LOGO_TILE, 255), *((line, 0) for line in LOGO_LINES)):
        corners = [value * size * SUPERSAMPLING for value in (x, y, right, bottom)]
        pen.rounded_rectangle(corners, radius * size * SUPERSAMPLING, cover)
    mask.paste(fine.resize((size, size), Image.Resampling.BOX), (round(left), round(top)))
    return mask
