"""Routes of what is shown in other people's pages: cards, and the typefaces of frames."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.embeds.cards.image_cache import ImageCache
from api.embeds.frame import CACHE_CONTROL
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.http.errors import ProblemException
from api.http.responses import etag_hash
from api.query.internal_reader import read_item
from api.text import fonts
from models import NotFound

cards = Blueprint("embeds", __name__)

#: What has its digest in its address never changes.
IMMUTABLE = "public, max-age=31536000, immutable"
#: How wide a card can be, in pixels: even numbers alone.
MIN_CARD_WIDTH, MAX_CARD_WIDTH = 200, 1200
#: How many bytes of cards a process keeps.
image_cache = ImageCache(16_000_000)


@cards.after_request
def allow_any_origin(response: Response) -> Response:
    """Let every page use what is served here, sandboxed ones too, and programs read its errors."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@cards.get("/quotes/<slug:quote>/card.png")
def card_png(quote: str) -> Response:
    """Draw a quote, as large as ``w`` says."""
    width, shown = _requested_width(), _load_quote(quote)
    drawn = image_cache.get(_cache_key(shown, width), lambda: _png(shown, width))
    return _image_response(drawn, "image/png", CACHE_CONTROL)


@cards.get("/quotes/<slug:quote>/card.svg")
def card_svg(quote: str) -> Response:
    """Draw a quote in lines of text."""
    shown = _load_quote(quote)
    drawn = image_cache.get(_cache_key(shown, None), lambda: _svg(shown))
    return _image_response(drawn, "image/svg+xml; charset=utf-8", CACHE_CONTROL)


@cards.get("/embed/fonts/<name>")
def font(name: str) -> Response:
    """Serve a typeface."""
    path = fonts.served_path(name)
    if path is None:
        raise NotFound("typeface", name)
    return _image_response(path.read_bytes(), "font/woff2", IMMUTABLE)


def _load_quote(quote: str) -> QuoteViewModel:
    return build_view_model(read_item("quote", quote, "film", "sources").json)


def _cache_key(shown: QuoteViewModel, width: int | None) -> str:
    return etag_hash(repr((shown, width)).encode())


def _requested_width() -> int:
    """Return the width that is asked for.

    Raises:
        ProblemException: 422, it is no width that cards have.
    """
    asked = request.args.get("w", str(MAX_CARD_WIDTH))
    if asked.isascii() and asked.isdigit() and len(asked) <= 4:
        width = int(asked)
        if MIN_CARD_WIDTH <= width <= MAX_CARD_WIDTH and width % 2 == 0:
            return width
    detail = f"Must be an even whole number from {MIN_CARD_WIDTH} to {MAX_CARD_WIDTH}."
    error = {"location": "query", "pointer": "w", "detail": detail}
    raise ProblemException("invalid-parameters", "1 parameter is not valid.", [error])


# What draws is loaded when something is drawn.
def _png(shown: QuoteViewModel, width: int) -> bytes:
    from api.embeds.cards import layout, png

    return png.draw_png(layout.layout_card(shown, width))


def _svg(shown: QuoteViewModel) -> bytes:
    from api.embeds.cards import layout, svg

    return svg.draw_svg(layout.layout_card(shown)).encode()


def _image_response(body: bytes, content_type: str, kept: str) -> Response:
    """Return an answer that may be kept as long as ``kept`` says, or 304 to whoever has it already."""
    response = Response(body, content_type=content_type)
    response.set_etag(etag_hash(body))
    response.headers["Cache-Control"] = kept
    response.make_conditional(request)
    return response
