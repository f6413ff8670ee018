"""The style sheet of a frame: one small text inside the document, which is allowed by its hash."""

from __future__ import annotations

from flask import render_template

from api.embeds import frame_metrics, text_height
from api.embeds.quote_view_model import Quoted
from api.text.fonts import FAMILIES, faces_css
from api.text.layout import Span
from api.text.quotation_marks import quotation_marks
from api.text.single_line import shown

LIGHT = "--i:#211d1c;--s:#5f5753;--p:#fff;--a:#7a2e2e"
DARK = "--i:#ece6e1;--s:#b3a9a3;--p:#1d1917;--a:#e39a8b"
#: A frame is opaque: a browser would paint behind it what suits the page around it, not what is in it.
COLOURS = {
    "auto": f":root{{color-scheme:light dark;{LIGHT}}}@media(prefers-color-scheme:dark){{:root{{{DARK}}}}}",
    "light": f":root{{color-scheme:light;{LIGHT}}}",
    "dark": f":root{{color-scheme:dark;{DARK}}}",
}


def style_sheet(quote: Quoted | None, theme: str, *, clamp: bool) -> str:
    """Return the style sheet for a quote, or for the want of one, in one of :data:`COLOURS`."""
    css = render_template(
        "frame.css",
        g=frame_metrics,
        families=FAMILIES,
        style=text_height.STYLE,
        fonts=faces_css(*_set_in(quote)) if quote else faces_css(frame_metrics.SHOW),
        colours=COLOURS[theme],
        types=frame_metrics.types(frame_metrics.words_of(quote) if quote else ""),
        marks=quotation_marks(quote.language if quote else "en"),
        is_flagged=bool(quote and quote.note),
        clamp=clamp,
    )
    return css.replace("\n", "")


def _set_in(quote: Quoted) -> tuple[str, str]:
    """Return the characters that are set upright, and those in italics."""
    ours = Span(frame_metrics.SHOW + frame_metrics.REST + shown(quote.note or ""))
    spans = [Span(frame_metrics.words_of(quote)), ours, *frame_metrics.caption_of(quote)]
    upright, italic = ("".join(span.text for span in spans if span.italic is way) for way in (False, True))
    return upright, italic
