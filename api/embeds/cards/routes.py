"""Routes of card images, and of the font files that frames load."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.embeds.cards.image_cache import ImageCache
from api.embeds.frame import CACHE_CONTROL
from api.embeds.quote_reader import read_quote, requested_pin
from api.embeds.quote_view_model import QuoteViewModel
from api.http.errors import ProblemException
from api.http.responses import etag_hash
from api.text import fonts
from models import NotFound

cards = Blueprint("cards", __name__)

#: For URLs that contain a digest of their content.
IMMUTABLE = "public, max-age=31536000, immutable"
#: The bounds of a card's width in pixels, which must be even.
MIN_CARD_WIDTH, MAX_CARD_WIDTH = 200, 1200
#: Each worker caches this many bytes of cards.
image_cache = ImageCache(16_000_000)


@cards.after_request
def allow_any_origin(response: Response) -> Response:
    """Allow cross-origin use, also by sandboxed pages, and let scripts read errors."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@cards.get("/quotes/<slug:quote>/card.png")
def card_png(quote: str) -> Response:
    """Serve a quote's card as PNG, ``w`` pixels wide."""
    width, view_model = _requested_width(), _load_quote(quote)
    image = image_cache.get(_cache_key(view_model, width), lambda: _png(view_model, width))
    return _static_response(image, "image/png", CACHE_CONTROL)


@cards.get("/quotes/<slug:quote>/card.svg")
def card_svg(quote: str) -> Response:
    """Serve a quote's card as SVG."""
    view_model = _load_quote(quote)
    image = image_cache.get(_cache_key(view_model, None), lambda: _svg(view_model))
    return _static_response(image, "image/svg+xml; charset=utf-8", CACHE_CONTROL)


@cards.get("/embed/fonts/<name>")
def font(name: str) -> Response:
    """Serve a font file."""
    path = fonts.served_path(name)
    if path is None:
        raise NotFound("typeface", name)
    return _static_response(path.read_bytes(), "font/woff2", IMMUTABLE)


def _load_quote(quote: str) -> QuoteViewModel:
    return read_quote(quote, requested_pin())


def _cache_key(quote: QuoteViewModel, width: int | None) -> str:
    return etag_hash(repr((quote, width)).encode())


def _requested_width() -> int:
    """Return the query parameter ``w``.

    Raises:
        ProblemException: 422, if it is not an even number within the bounds.
    """
    raw = request.args.get("w", str(MAX_CARD_WIDTH))
    if raw.isascii() and raw.isdigit() and len(raw) <= 4:
        width = int(raw)
        if MIN_CARD_WIDTH <= width <= MAX_CARD_WIDTH and width % 2 == 0:
            return width
    detail = f"Must be an even integer between {MIN_CARD_WIDTH} and {MAX_CARD_WIDTH}."
    error = {"location": "query", "pointer": "w", "detail": detail}
    raise ProblemException("invalid-parameters", "1 parameter is not valid.", [error])


# Drawing libraries are imported lazily: most workers draw no card.
def _png(quote: QuoteViewModel, width: int) -> bytes:
    from api.embeds.cards import layout, png

    return png.draw_png(layout.layout_card(quote, width))


def _svg(quote: QuoteViewModel) -> bytes:
    from api.embeds.cards import layout, svg

    return svg.draw_svg(layout.layout_card(quote)).encode()


def _static_response(body: bytes, content_type: str, cache_control: str) -> Response:
    """Return a cacheable response with an ETag."""
    response = Response(body, content_type=content_type)
    response.set_etag(etag_hash(body))
    response.headers["Cache-Control"] = cache_control
    return response
