"""Cards as SVG: real lines of text, where the PNG has them, that can be selected, searched and read aloud.

An image loads no font of ours, so each line says how long it is: in another font it is as long.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from api.embeds.cards.layout import ACCENT, PAPER, Card, Text
from api.embeds.cards.png import LINES, TILE
from api.text.drawable_text import legible
from api.text.escaping import defused

FAMILIES = "Literata, 'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, 'Noto Serif', serif"


def svg(card: Card) -> str:
    """Return a card as an SVG document; it is well-formed and inert, whatever the text is."""
    start, wide = card.edge
    shapes = [
        _rectangle((0, 0, card.width, card.height), PAPER),
        _rectangle((start, 0, start + wide, card.height), ACCENT),
        *_mark(card),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}" role="img" xml:lang="{language}" font-family="{families}">'
        "<title>{title}</title>{shapes}{texts}</svg>\n"
    ).format(
        width=card.width,
        height=card.height,
        language=card.quoted.language,
        families=FAMILIES,
        title=_inert(_title(card)),
        shapes=Markup("").join(shapes),
        texts=Markup("").join(map(_text, card.texts)),
    )


def _title(card: Card) -> str:
    """Return what the picture says, in a sentence that is as long as the words are."""
    quoted = card.quoted
    shown = f"{quoted.label}. {quoted.note}" if quoted.note else quoted.text
    return legible(f"{shown} — {quoted.attribution}")


def _inert(text: str) -> Markup:
    return escape(defused(text))


def _text(text: Text) -> Markup:
    """Return one line; it begins on the right where it is written from there."""
    turned = text.paragraph.right_to_left
    return Markup(
        '<text x="{x}" y="{y}" font-size="{size}" textLength="{width}" lengthAdjust="spacingAndGlyphs" '
        'fill="{fill}"{direction}>{spans}</text>'
    ).format(
        x=_short(text.x + (text.width if turned else 0)),
        y=_short(text.y),
        size=_short(text.look.size),
        width=_short(text.width),
        fill=text.look.colour,
        direction=Markup(' direction="rtl"') if turned else "",
        spans=Markup("").join(_spans(text)),
    )


def _spans(text: Text) -> list[Markup]:
    """Return a line's parts in their styles."""
    found, at = [], 0
    for span in text.paragraph.spans:
        part = span.text[max(0, text.line.start - at) : max(0, text.line.end - at)]
        at += len(span.text)
        if part:
            shown = _inert(part)
            italic = Markup('<tspan font-style="italic">{}</tspan>')
            found.append(italic.format(shown) if span.italic else shown)
    return found


def _mark(card: Card) -> list[Markup]:
    left, top, side = card.icon
    return [
        _rectangle(
            (left + x * side, top + y * side, left + right * side, top + bottom * side), colour, radius * side
        )
        for (x, y, right, bottom, radius), colour in ((TILE, ACCENT), *((line, PAPER) for line in LINES))
    ]


def _rectangle(corners: tuple[float, float, float, float], fill: str, radius: float = 0) -> Markup:
    """Return a rectangle from its left and top to its right and bottom."""
    left, top, right, bottom = corners
    return Markup('<rect x="{}" y="{}" width="{}" height="{}"{} fill="{}"/>').format(
        *map(_short, (left, top, right - left, bottom - top)),
        Markup(' rx="{}"').format(_short(radius)) if radius else "",
        fill,
    )


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
