"""The route of oEmbed 1.0 (https://oembed.com): the HTML that embeds the quote, or the quotes, at a URL."""

from __future__ import annotations

import re
from html import escape
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from api.core.app_context import settings
from api.core.urls import absolute_url
from api.embeds import collection_metrics, frame_metrics
from api.embeds.cards.layout import HEIGHT, WIDTH
from api.embeds.cards.routes import MAX_CARD_WIDTH, MIN_CARD_WIDTH
from api.embeds.collection_frame import collection_title
from api.embeds.frame import CACHE_CONTROL, frame_title
from api.embeds.frame_css import COLOUR_SCHEMES, DEFAULT_COLOUR_SCHEME
from api.embeds.interface_language import InterfaceLanguage, interface_language
from api.embeds.oembed_html import render_blockquote, render_collection_blockquote, render_iframe
from api.embeds.quote_collection import CollectionSchema, QuoteCollection, read_collection
from api.embeds.quote_reader import read_quote
from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.url_resolver import MAX_URL_LENGTH, ResolvedURL, resolve_url
from api.http.errors import ProblemException
from api.http.responses import encode_json, etag_hash
from api.representations.shared_wording import SERVICE_NAME, encode_uri
from api.text.single_line import safe_name, truncate
from models import NotFound, Renamed
from models.author import join_names

#: The maximum width of a frame, in pixels.
MAX_WIDTH = 600
#: How long a consumer may cache the response, in seconds.
CACHE_AGE = 86_400
#: A valid size limit; anything else is ignored.
LIMIT_PATTERN = re.compile(r"0*[1-9][0-9]{0,8}")
#: The most authors in metadata, and the longest name in characters.
MAX_AUTHORS, MAX_AUTHOR_NAME = 20, 120
# The content types of the specification (section 2.3.2).
CONTENT_TYPES = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
#: The parameters of a collection's first page.
FIRST_PAGE = CollectionSchema().load({})

oembed = Blueprint("oembed", __name__)


@oembed.get("/oembed")
@oembed.get("/oembed.<extension:format_name>")
def show_oembed(format_name: str | None = None) -> Response:
    """Return the embed of the quote, film or theme at ``url``, within ``maxwidth`` and ``maxheight``.

    Raises:
        ProblemException: 501 for other formats, 400 without a URL, 404 if nothing at the URL can be embedded.
    """
    format_name = format_name or request.args.get("format") or "json"
    if format_name not in CONTENT_TYPES:
        raise ProblemException("not-implemented", f"The formats are {' and '.join(CONTENT_TYPES)}.")
    fields = _response_fields(resolve_url(_url()), _size_limit("maxwidth"), _size_limit("maxheight"))
    body = encode_json(fields) if format_name == "json" else encode_xml(fields)
    response = Response(body, content_type=CONTENT_TYPES[format_name])
    response.set_etag(etag_hash(body))
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def _url() -> str:
    url = request.args.get("url", "")
    if 0 < len(url) <= MAX_URL_LENGTH:
        return url
    detail = f"Must be the URL of a quote, film or theme, at most {MAX_URL_LENGTH} characters long."
    error = {"location": "query", "pointer": "url", "detail": detail}
    raise ProblemException("bad-request", "The query parameter “url” is missing or too long.", [error])


def _size_limit(name: str) -> int | None:
    raw = request.args.get(name, "").strip()
    return int(raw) if LIMIT_PATTERN.fullmatch(raw) else None


class Embed(NamedTuple):
    """What an oEmbed response shows: its words, and a frame's path, parameters and size in pixels."""

    title: str
    blockquote: str
    path: str
    query: dict[str, Any]
    width: int
    height: int
    author: dict[str, str]
    picture: dict[str, Any]


def _response_fields(resolved: ResolvedURL, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    words = interface_language(resolved.lang)
    item = _read(resolved, words)
    describe = _describe_quote if isinstance(item, QuoteViewModel) else _describe_collection
    embed = describe(item, max_width, max_height)
    theme = resolved.theme if resolved.theme in COLOUR_SCHEMES else DEFAULT_COLOUR_SCHEME
    parameters = embed.query | {"theme": theme} | words.parameters
    iframe = render_iframe(absolute_url(embed.path, **parameters), embed.title, embed.width, embed.height)
    return {
        "type": "rich",
        "version": "1.0",
        "title": embed.title,
        **embed.author,
        "provider_name": SERVICE_NAME,
        "provider_url": f"{settings().base_url}/",
        "cache_age": CACHE_AGE,
        "html": f"{embed.blockquote} {iframe}",
        "width": embed.width,
        "height": embed.height,
        **embed.picture,
    }


def _read(resolved: ResolvedURL, words: InterfaceLanguage) -> Any:
    """Return a quote, or the quotes of a film or theme, by its id or a former id.

    Raises:
        ProblemException: 404, also for what was deleted, because oEmbed has no 410 (section 2.3.4).
    """
    try:
        if resolved.type_name == "quote":
            return read_quote(resolved.id, resolved.pin, words)
        return read_collection(resolved.type_name, resolved.id, FIRST_PAGE, words)
    except Renamed as renamed:
        return _read(resolved._replace(id=renamed.new_slug), words)
    except NotFound as error:
        raise ProblemException("not-found", str(error)) from error


def _describe_quote(quote: QuoteViewModel, max_width: int | None, max_height: int | None) -> Embed:
    width, height, query = frame_size(quote, max_width, max_height)
    query = quote.parameters | query
    picture, path = thumbnail(quote, max_width, max_height), f"/embed/quotes/{quote.id}"
    blockquote = render_blockquote(quote)
    return Embed(frame_title(quote), blockquote, path, query, width, height, author(quote), picture)


def _describe_collection(collection: QuoteCollection, max_width: int | None, max_height: int | None) -> Embed:
    width = min(max_width or MAX_WIDTH, MAX_WIDTH)
    height = min(collection_metrics.height(collection, width), max_height or collection_metrics.MAX_HEIGHT)
    title = collection_title(collection)
    picture = thumbnail(collection.quotes[0], max_width, max_height) if collection.quotes else {}
    blockquote = render_collection_blockquote(collection)
    return Embed(title, blockquote, collection.frame_path, {}, width, height, {}, picture)


def author(quote: QuoteViewModel) -> dict[str, str]:
    """Return the fields of the author: those who wrote the source, never the speaker; empty if unknown."""
    name = truncate(join_names(author_names(quote)), MAX_AUTHOR_NAME)
    if not name:
        return {}
    return {"author_name": name, "author_url": encode_uri(quote.source_url or quote.film_page_url)}


def author_names(quote: QuoteViewModel) -> tuple[str, ...]:
    """Return the names of the authors for metadata: short, on one line, and free of markup."""
    names = (safe_name(name, MAX_AUTHOR_NAME) for name in quote.authors[:MAX_AUTHORS])
    return tuple(filter(None, names))


def frame_size(
    quote: QuoteViewModel, max_width: int | None, max_height: int | None
) -> tuple[int, int, dict[str, Any]]:
    """Return the width and height of a quote's frame, and query parameters for its URL.

    If the quote does not fit ``max_height``, the parameter ``clamp`` makes the frame cut it before its script
    runs.
    """
    width = min(max_width or MAX_WIDTH, MAX_WIDTH)
    height = frame_metrics.height(quote, width)
    if max_height is None or height <= max_height:
        return width, height, {}
    return width, max_height, {"clamp": 1} if frame_metrics.natural_height(quote, width) > max_height else {}


def thumbnail(quote: QuoteViewModel, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    """Return the thumbnail fields of the largest card within the limits; empty if none fits."""
    width = (
        min(MAX_CARD_WIDTH, max_width or MAX_CARD_WIDTH, (max_height or HEIGHT) * WIDTH // HEIGHT) // 2 * 2
    )
    if width < MIN_CARD_WIDTH:
        return {}
    return {
        "thumbnail_url": absolute_url(f"/quotes/{quote.id}/card.png", **quote.parameters, w=width),
        "thumbnail_width": width,
        "thumbnail_height": round(width * HEIGHT / WIDTH),
    }


def encode_xml(fields: dict[str, Any]) -> bytes:
    """Return the response as XML, with an element for each field."""
    elements = "".join(f"<{key}>{escape(str(value), quote=False)}</{key}>" for key, value in fields.items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{elements}</oembed>'.encode()
