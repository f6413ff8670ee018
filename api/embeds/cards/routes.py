"""Routes of what is shown in other people's pages: cards, and the typefaces of frames."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.embeds.cards.image_cache import Kept
from api.embeds.frame import KEPT
from api.embeds.quote_view_model import Quoted, quoted
from api.http.errors import ProblemException
from api.http.responses import etag_hash
from api.query.internal_reader import read_item
from api.text import fonts
from models import NotFound

embeds = Blueprint("embeds", __name__)

#: What has its digest in its address never changes.
FOR_EVER = "public, max-age=31536000, immutable"
#: How wide a card can be, in pixels: even numbers alone.
NARROWEST, WIDEST = 200, 1200
#: How many bytes of cards a process keeps.
cards_kept = Kept(16_000_000)


@embeds.after_request
def open_to_all(response: Response) -> Response:
    """Let every page use what is served here, sandboxed ones too, and programs read its errors."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@embeds.get("/quotes/<slug:quote>/card.png")
def card_png(quote: str) -> Response:
    """Draw a quote, as large as ``w`` says."""
    width, shown = _width(), _shown(quote)
    drawn = cards_kept.get(_key(shown, width), lambda: _png(shown, width))
    return _lasting(drawn, "image/png", KEPT)


@embeds.get("/quotes/<slug:quote>/card.svg")
def card_svg(quote: str) -> Response:
    """Draw a quote in lines of text."""
    shown = _shown(quote)
    drawn = cards_kept.get(_key(shown, None), lambda: _svg(shown))
    return _lasting(drawn, "image/svg+xml; charset=utf-8", KEPT)


@embeds.get("/embed/fonts/<name>")
def font(name: str) -> Response:
    """Serve a typeface."""
    path = fonts.served(name)
    if path is None:
        raise NotFound("typeface", name)
    return _lasting(path.read_bytes(), "font/woff2", FOR_EVER)


def _shown(quote: str) -> Quoted:
    return quoted(read_item("quote", quote, "film", "sources").json)


def _key(shown: Quoted, width: int | None) -> str:
    return etag_hash(repr((shown, width)).encode())


def _width() -> int:
    """Return the width that is asked for.

    Raises:
        ProblemException: 422, it is no width that cards have.
    """
    asked = request.args.get("w", str(WIDEST))
    if asked.isascii() and asked.isdigit() and len(asked) <= 4:
        width = int(asked)
        if NARROWEST <= width <= WIDEST and width % 2 == 0:
            return width
    detail = f"Must be an even whole number from {NARROWEST} to {WIDEST}."
    error = {"location": "query", "pointer": "w", "detail": detail}
    raise ProblemException("invalid-parameters", "1 parameter is not valid.", [error])


# What draws is loaded when something is drawn.
def _png(shown: Quoted, width: int) -> bytes:
    from api.embeds.cards import layout, png

    return png.png(layout.card(shown, width))


def _svg(shown: Quoted) -> bytes:
    from api.embeds.cards import layout, svg

    return svg.svg(layout.card(shown)).encode()


def _lasting(body: bytes, content_type: str, kept: str) -> Response:
    """Return an answer that may be kept as long as ``kept`` says, or 304 to whoever has it already."""
    response = Response(body, content_type=content_type)
    response.set_etag(etag_hash(body))
    response.headers["Cache-Control"] = kept
    response.make_conditional(request)
    return response
