"""Routes of the frame: an HTML document of a single quote, for other websites to show in an iframe.

A frame sets no cookie, loads nothing from other hosts and reads only its own URL. Unknown query parameters
are ignored, because embedding sites may append some.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from api.core.app_context import settings
from api.core.urls import absolute_url
from api.embeds import frame_css
from api.embeds.interface_language import InterfaceLanguage, interface_language
from api.embeds.quote_reader import read_quote, requested_pin
from api.embeds.quote_selection import (
    FrameSelectionSchema,
    explain_no_match,
    load_args,
    pick_daily,
    pick_random,
)
from api.embeds.quote_view_model import QuoteViewModel
from api.http.errors import ProblemException
from api.http.response_cache.current_date import cache_control_until_tomorrow, today
from api.text.single_line import to_single_line, truncate
from models import Gone, NotFound
from models.pin import Pin

FRAME_SCRIPT = Path(__file__).parent / "static" / "frame.js"
#: Also used for oEmbed and cards. A deleted or newly flagged quote disappears from all of them within hours,
#: unless there are only errors to get instead.
CACHE_CONTROL = "public, max-age=300, s-maxage=3600, stale-while-revalidate=3600, stale-if-error=86400"
IMMUTABLE = "public, max-age=31536000, immutable"
#: The longest title in characters; some consumers truncate longer ones.
MAX_TITLE = 80
#: There is no ``frame-ancestors`` directive: ``*`` matches network schemes only and would exclude pages with
#: an opaque origin, such as sandboxed pages and local files.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src {origin}; style-src 'sha256-{style}'; font-src {origin}; "
    "img-src {origin}; base-uri 'none'; form-action 'none'"
)
SECURITY_HEADERS = {
    # A cross-origin isolated page can embed only documents that opt in.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}

frame = Blueprint("frame", __name__, url_prefix="/embed", template_folder="templates")
frame.add_app_template_filter(to_single_line)


@frame.after_request
def add_redirect_headers(response: Response) -> Response:
    """Let other sites embed a redirect to a frame, too."""
    if response.status_code == 308:
        response.headers.update(SECURITY_HEADERS | {"Content-Security-Policy": "default-src 'none'"})
    return response


@frame.errorhandler(ProblemException)
def show_error(error: ProblemException) -> Response:
    """Show what is wrong with the URL inside the frame: an empty frame would look broken."""
    details = " ".join(f"{detail['pointer']}: {detail['detail']}" for detail in error.errors)
    return error_response(details or f"{error.problem.title}.", error.problem.status)


@frame.get("/quotes/<slug:quote>")
def quote_frame(quote: str) -> Response:
    """Show a quote, as it is or pinned to a revision.

    A pinned frame is not immutable: once the quote is deleted or purged, it says so.
    """
    return _quote_response(quote, CACHE_CONTROL, requested_pin())


@frame.get("/quotes/daily")
def daily_frame() -> Response:
    """Show the quote of the day, cached until the day ends."""
    args = load_args(FrameSelectionSchema)
    cache_control = cache_control_until_tomorrow(300, args["tz"], shared_max_age=3600)
    return _quote_response(pick_daily(today(args["tz"]), args), cache_control)


@frame.get("/quotes/random")
def random_frame() -> Response:
    """Show a quote at random; a seed selects the same quote as long as the content does not change."""
    args = load_args(FrameSelectionSchema)
    return _quote_response(pick_random(args), CACHE_CONTROL if args["seed"] else "no-store")


@frame.get("/frame.js")
def frame_script() -> Response:
    """Serve the frame's script, immutable if the URL contains its digest."""
    body, digest = _load_script()
    response = Response(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = IMMUTABLE if request.args.get("v") == digest else CACHE_CONTROL
    response.set_etag(digest)
    return response


@cache
def _load_script() -> tuple[bytes, str]:
    """Return the script and its digest."""
    body = FRAME_SCRIPT.read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:16]


def _quote_response(slug: str | None, cache_control: str, pin: Pin | None = None) -> Response:
    """Return the frame of a quote, or an error in a frame if there is none."""
    if slug is None:
        return error_response(explain_no_match(FrameSelectionSchema), 404)
    words = requested_language()
    try:
        quote = read_quote(slug, pin, words)
    except NotFound as error:
        return error_response(words.quote_missing, 410 if isinstance(error, Gone) else 404, words)
    css = frame_css.style_sheet(quote, requested_scheme())
    response = render_document(
        "frame.html",
        css,
        title=frame_title(quote),
        canonical=quote.canonical_url,
        quote=quote,
        words=words,
        clamp=request.args.get("clamp") == "1",
    )
    response.headers["Cache-Control"] = cache_control
    response.add_etag()
    return response


def error_response(message: str, status: int, words: InterfaceLanguage | None = None) -> Response:
    """Return a frame that says what is wrong, in English unless ``words`` is the language."""
    css = frame_css.style_sheet(None, requested_scheme())
    words = words or interface_language()
    home = absolute_url("/")
    response = render_document("frame_error.html", css, title=message, canonical=home, words=words)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def requested_language() -> InterfaceLanguage:
    """Return the requested language of the words around quotes."""
    return interface_language(request.args.get("lang", ""))


def requested_scheme() -> str:
    """Return the requested colour scheme."""
    theme = request.args.get("theme", "")
    return theme if theme in frame_css.COLOUR_SCHEMES else frame_css.DEFAULT_COLOUR_SCHEME


def render_document(template: str, css: str, **values: Any) -> Response:
    """Return a template as the document of a frame, with its style sheet and script."""
    script = absolute_url("/embed/frame.js", v=_load_script()[1])
    response = make_response(render_template(template, css=css, script=script, **values))
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    response.headers.update(SECURITY_HEADERS)
    policy = CONTENT_SECURITY_POLICY.format(origin=settings().origin, style=digest)
    response.headers["Content-Security-Policy"] = policy
    return response


def frame_title(quote: QuoteViewModel, max_length: int = MAX_TITLE) -> str:
    """Return a frame's title: the film, and the quote's label, which never contains flagged text."""
    label, film = to_single_line(quote.label), f" · {to_single_line(quote.film)}"
    # A film title longer than half the room is truncated instead of the label.
    room = max_length - len(film) if len(film) < max_length // 2 else max_length // 2
    return truncate(f"{truncate(label, room)}{film}", max_length)
