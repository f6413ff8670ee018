"""The style sheet of a frame, inlined in the document and allowed by its hash in the CSP."""

from __future__ import annotations

from collections.abc import Iterable

from flask import render_template

from api.embeds import frame_metrics, text_height
from api.embeds.quote_view_model import QuoteViewModel
from api.text.fonts import FONT_FAMILY, font_face_css
from api.text.layout import Span
from api.text.quotation_marks import quotation_marks
from api.text.single_line import to_single_line

LIGHT = "--i:#211d1c;--s:#5f5753;--p:#fff;--a:#7a2e2e"
DARK = "--i:#ece6e1;--s:#b3a9a3;--p:#1d1917;--a:#e39a8b"
#: The scheme of frames on pages that ask for none: most pages are light, whatever their readers prefer.
DEFAULT_COLOUR_SCHEME = "light"
#: Frames are opaque: a transparent one would show the backdrop of the embedding page's colour scheme.
COLOUR_SCHEMES = {
    "auto": f":root{{color-scheme:light dark;{LIGHT}}}@media(prefers-color-scheme:dark){{:root{{{DARK}}}}}",
    "light": f":root{{color-scheme:light;{LIGHT}}}",
    "dark": f":root{{color-scheme:dark;{DARK}}}",
}
#: The characters of an error.
BASIC_CHARACTERS = "a"


def style_sheet(quote: QuoteViewModel | None, theme: str) -> str:
    """Return the style sheet for a quote, or for an error, in one of :data:`COLOUR_SCHEMES`."""
    css = render_template(
        "frame.css",
        g=frame_metrics,
        families=FONT_FAMILY,
        style=text_height.PARAGRAPH_CSS,
        fonts=font_rules([quote], quote.words.show_words + quote.words.read_rest)
        if quote
        else font_face_css(BASIC_CHARACTERS),
        colours=COLOUR_SCHEMES[theme],
        types=frame_metrics.quote_types(frame_metrics.quote_text(quote) if quote else ""),
        marks=quotation_marks(quote.language if quote else "en"),
        caption=frame_metrics.caption_type(quote) if quote else frame_metrics.SMALL_TYPE,
        is_flagged=bool(quote and quote.note),
        is_rtl=bool(quote and quote.direction == "rtl"),
    )
    return css.replace("\n", "")


def font_rules(quotes: Iterable[QuoteViewModel], other_text: str) -> str:
    """Return the ``@font-face`` rules for quotes, their notes and captions, and for other upright text."""
    spans = [Span(other_text)]
    for quote in quotes:
        note = Span(to_single_line(quote.note or ""))
        spans += [Span(frame_metrics.quote_text(quote)), note, *frame_metrics.caption_spans(quote)]
    upright = "".join(span.text for span in spans if not span.italic)
    return font_face_css(upright, "".join(span.text for span in spans if span.italic))
