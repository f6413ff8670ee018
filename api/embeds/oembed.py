"""oEmbed 1.0: what shows a quote in the page of whoever asks for it by its address (https://oembed.com)."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request

from api.core.request_context import settings
from api.core.urls import absolute_url
from api.embeds import frame_metrics
from api.embeds.cards.layout import HEIGHT, WIDTH
from api.embeds.cards.routes import MAX_CARD_WIDTH, MIN_CARD_WIDTH
from api.embeds.embed_html import render_blockquote, render_iframe
from api.embeds.frame import CACHE_CONTROL, frame_title
from api.embeds.frame_css import COLOUR_SCHEMES
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.url_resolver import MAX_URL_LENGTH, ResolvedURL, resolve_url
from api.http.errors import ProblemException
from api.http.responses import encode_json, etag_hash
from api.representations.attribution import SERVICE_NAME
from api.text.single_line import to_inert_text, truncate

#: The widest that a frame is shown, in pixels.
MAX_WIDTH = 600
#: For how long others may keep what they were told, in seconds.
CACHE_AGE = 86_400
#: A limit that counts: anything else is as if it were not there.
LIMIT_PATTERN = re.compile(r"0*[1-9][0-9]{0,8}")
MAX_AUTHOR_NAME = 120
# The types that the specification names (section 2.3.2).
CONTENT_TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8"}

oembed = Blueprint("oembed", __name__)


@oembed.get("/oembed")
@oembed.get("/oembed.<extension:form>")
def show_oembed(form: str | None = None) -> Response:
    """Tell how to show the quote at ``url``, within ``maxwidth`` and ``maxheight``; nothing else matters.

    Raises:
        ProblemException: 501 for other formats, 400 without an address, 404 for one that is not a quote's.
    """
    form = form or request.args.get("format") or "json"
    if form not in CONTENT_TYPES:
        raise ProblemException("not-implemented", f"The formats are {' and '.join(CONTENT_TYPES)}.")
    told = _response_fields(resolve_url(_url()), _size_limit("maxwidth"), _size_limit("maxheight"))
    body = encode_json(told) if form == "json" else encode_xml(told)
    response = Response(body, content_type=CONTENT_TYPES[form])
    response.set_etag(etag_hash(body))
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.make_conditional(request)
    return response


def _url() -> str:
    url = request.args.get("url", "")
    if 0 < len(url) <= MAX_URL_LENGTH:
        return url
    detail = f"It takes the address of a quote, of at most {MAX_URL_LENGTH} characters."
    error = {"location": "query", "pointer": "url", "detail": detail}
    raise ProblemException("bad-request", "The parameter “url” is missing or too long.", [error])


def _size_limit(name: str) -> int | None:
    given = request.args.get(name, "").strip()
    return int(given) if LIMIT_PATTERN.fullmatch(given) else None


def _response_fields(asked: ResolvedURL, most_wide: int | None, most_high: int | None) -> dict[str, Any]:
    quote, called = asked.quote, frame_title(asked.quote)
    width, height, query = frame_size(quote, most_wide, most_high)
    if asked.theme in COLOUR_SCHEMES:
        query["theme"] = asked.theme
    source = absolute_url(f"/embed/quotes/{quote.id}", **query)
    return {
        "type": "rich",
        "version": "1.0",
        "title": called,
        "author_name": truncate(to_inert_text(quote.byline), MAX_AUTHOR_NAME),
        "author_url": quote.film_page,
        "provider_name": SERVICE_NAME,
        "provider_url": f"{settings().base_url}/",
        "cache_age": CACHE_AGE,
        "html": f"{render_blockquote(quote)} {render_iframe(source, called, width, height)}",
        "width": width,
        "height": height,
        **thumbnail(quote, most_wide, most_high),
    }


def frame_size(
    quote: QuoteViewModel, most_wide: int | None, most_high: int | None
) -> tuple[int, int, dict[str, Any]]:
    """Return how wide and high a quote's frame is, and what its address says where that is too low."""
    width = min(most_wide or MAX_WIDTH, MAX_WIDTH)
    height = frame_metrics.height(quote, width)
    if most_high is None or height <= most_high:
        return width, height, {}
    return width, most_high, {"clamp": 1} if frame_metrics.natural_height(quote, width) > most_high else {}


def thumbnail(quote: QuoteViewModel, most_wide: int | None, most_high: int | None) -> dict[str, Any]:
    """Return the largest card within the limits, by three keys; none, if no card is so small."""
    width = min(MAX_CARD_WIDTH, most_wide or MAX_CARD_WIDTH, (most_high or HEIGHT) * WIDTH // HEIGHT) // 2 * 2
    if width < MIN_CARD_WIDTH:
        return {}
    return {
        "thumbnail_url": absolute_url(f"/quotes/{quote.id}/card.png", w=width),
        "thumbnail_width": width,
        "thumbnail_height": round(width * HEIGHT / WIDTH),
    }


def encode_xml(told: dict[str, Any]) -> bytes:
    """Return an answer as XML: each key an element."""
    elements = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in told.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{elements}</oembed>'.encode()
