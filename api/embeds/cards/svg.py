"""Draw a card as SVG: the same lines as the PNG, as text that can be selected, searched and read aloud.

An SVG image cannot load our fonts, so ``textLength`` keeps each line at its width in any font.
"""

from __future__ import annotations

from markupsafe import Markup

from api.embeds.cards.layout import ACCENT, BACKGROUND, Card, TextLine
from api.embeds.cards.png import LOGO_BARS, LOGO_TILE
from api.text.bidi import text_direction
from api.text.drawable_text import sanitize_text
from api.text.html_escaping import escape_html

FONT_FAMILY = "Literata, 'Iowan Old Style', 'Palatino Linotype', Palatino, Georgia, 'Noto Serif', serif"


def draw_svg(card: Card) -> str:
    """Return a card as an SVG document that is well-formed and inert for any text."""
    start, width = card.edge
    shapes = [
        _rectangle((0, 0, card.width, card.height), BACKGROUND),
        _rectangle((start, 0, start + width, card.height), ACCENT),
        *_logo(card),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}" role="img" xml:lang="{language}" font-family="{families}">'
        "<title>{title}</title>{shapes}{texts}</svg>\n"
    ).format(
        width=card.width,
        height=card.height,
        language=card.quote.language,
        families=FONT_FAMILY,
        title=escape_html(_title(card)),
        shapes=Markup("").join(shapes),
        texts=Markup("").join(map(_text_element, card.lines)),
    )


def _title(card: Card) -> str:
    """Return the accessible name: the whole quote, or its label and content note, with the attribution."""
    quote = card.quote
    content = f"{quote.label}. {quote.note}" if quote.note else quote.text
    return sanitize_text(f"{content} — {quote.attribution}")


def _text_element(line: TextLine) -> Markup:
    """Return a line as a ``text`` element, anchored on the right if it runs from right to left."""
    right_to_left = line.paragraph.right_to_left
    return Markup(
        '<text x="{x}" y="{y}" font-size="{size}" textLength="{width}" lengthAdjust="spacingAndGlyphs" '
        'fill="{fill}"{direction}>{spans}</text>'
    ).format(
        x=_format_number(line.x + (line.width if right_to_left else 0)),
        y=_format_number(line.y),
        size=_format_number(line.style.size),
        width=_format_number(line.width),
        fill=line.style.colour,
        direction=Markup(' direction="rtl"') if right_to_left else "",
        spans=Markup("").join(_span_elements(line)),
    )


def _span_elements(line: TextLine) -> list[Markup]:
    """Return the spans of a line; italic ones and isolates are ``tspan`` elements."""
    elements, offset = [], 0
    for span in line.paragraph.spans:
        part = escape_html(span.text[max(0, line.line.start - offset) : max(0, line.line.end - offset)])
        offset += len(span.text)
        style = Markup(' font-style="italic"') if span.italic else Markup("")
        if span.isolate:
            style += Markup(' unicode-bidi="isolate" direction="{}"').format(text_direction(span.text))
        if part:
            elements.append(Markup("<tspan{}>{}</tspan>").format(style, part) if style else part)
    return elements


def _logo(card: Card) -> list[Markup]:
    left, top, side = card.logo
    return [
        _rectangle(
            (left + x * side, top + y * side, left + right * side, top + bottom * side), colour, radius * side
        )
        for (x, y, right, bottom, radius), colour in (
            (LOGO_TILE, ACCENT),
            *((bar, BACKGROUND) for bar in LOGO_BARS),
        )
    ]


def _rectangle(corners: tuple[float, float, float, float], fill: str, radius: float = 0) -> Markup:
    """Return a ``rect`` element from its left, top, right and bottom."""
    left, top, right, bottom = corners
    return Markup('<rect x="{}" y="{}" width="{}" height="{}"{} fill="{}"/>').format(
        *map(_format_number, (left, top, right - left, bottom - top)),
        Markup(' rx="{}"').format(_format_number(radius)) if radius else "",
        fill,
    )


def _format_number(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
