"""Cards as SVG: real lines of text, where the PNG has them, that can be selected, searched and read aloud.

An image loads no font of ours, so each line says how long it is: in another font it is as long.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from api.embeds.cards.layout import ACCENT, BACKGROUND, Card, TextLine
from api.embeds.cards.png import LOGO_LINES, LOGO_TILE
from api.text.drawable_text import sanitize_text
from api.text.escaping import escape_active

FONT_FAMILY = "Literata, 'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, 'Noto Serif', serif"


def draw_svg(card: Card) -> str:
    """Return a card as an SVG document; it is well-formed and inert, whatever the text is."""
    start, wide = card.edge
    shapes = [
        _rectangle((0, 0, card.width, card.height), BACKGROUND),
        _rectangle((start, 0, start + wide, card.height), ACCENT),
        *_logo(card),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}" role="img" xml:lang="{language}" font-family="{families}">'
        "<title>{title}</title>{shapes}{texts}</svg>\n"
    ).format(
        width=card.width,
        height=card.height,
        language=card.quoted.language,
        families=FONT_FAMILY,
        title=_escape(_title(card)),
        shapes=Markup("").join(shapes),
        texts=Markup("").join(map(_text_element, card.texts)),
    )


def _title(card: Card) -> str:
    """Return what the picture says, in a sentence that is as long as the words are."""
    quoted = card.quoted
    shown = f"{quoted.label}. {quoted.note}" if quoted.note else quoted.text
    return sanitize_text(f"{shown} — {quoted.attribution}")


def _escape(text: str) -> Markup:
    return escape(escape_active(text))


def _text_element(text: TextLine) -> Markup:
    """Return one line; it begins on the right where it is written from there."""
    turned = text.paragraph.right_to_left
    return Markup(
        '<text x="{x}" y="{y}" font-size="{size}" textLength="{width}" lengthAdjust="spacingAndGlyphs" '
        'fill="{fill}"{direction}>{spans}</text>'
    ).format(
        x=_format_number(text.x + (text.width if turned else 0)),
        y=_format_number(text.y),
        size=_format_number(text.look.size),
        width=_format_number(text.width),
        fill=text.look.colour,
        direction=Markup(' direction="rtl"') if turned else "",
        spans=Markup("").join(_span_elements(text)),
    )


def _span_elements(text: TextLine) -> list[Markup]:
    """Return a line's parts in their styles."""
    found, at = [], 0
    for span in text.paragraph.spans:
        part = span.text[max(0, text.line.start - at) : max(0, text.line.end - at)]
        at += len(span.text)
        if part:
            shown = _escape(part)
            italic = Markup('<tspan font-style="italic">{}</tspan>')
            found.append(italic.format(shown) if span.italic else shown)
    return found


def _logo(card: Card) -> list[Markup]:
    left, top, side = card.icon
    return [
        _rectangle(
            (left + x * side, top + y * side, left + right * side, top + bottom * side), colour, radius * side
        )
        for (x, y, right, bottom, radius), colour in (
            (LOGO_TILE, ACCENT),
            *((line, BACKGROUND) for line in LOGO_LINES),
        )
    ]


def _rectangle(corners: tuple[float, float, float, float], fill: str, radius: float = 0) -> Markup:
    """Return a rectangle from its left and top to its right and bottom."""
    left, top, right, bottom = corners
    return Markup('<rect x="{}" y="{}" width="{}" height="{}"{} fill="{}"/>').format(
        *map(_format_number, (left, top, right - left, bottom - top)),
        Markup(' rx="{}"').format(_format_number(radius)) if radius else "",
        fill,
    )


def _format_number(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
