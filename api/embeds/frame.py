"""The framed document: a quote by itself, for other people's pages to show in a frame.

It sets no cookie, asks nobody but us for anything, and reads its own address alone. What it does not know
in that address it ignores, for whoever shows a frame may add to it.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request

from api.core.request_context import settings
from api.core.urls import absolute_url
from api.embeds import frame_css, frame_metrics
from api.embeds.quote_selection import FrameSelectionSchema, load_args, pick_daily, pick_random
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.http import clock
from api.http.errors import ProblemException
from api.query.internal_reader import read_item
from api.text.single_line import to_inert_text, to_single_line, truncate
from models import Gone, NotFound

FRAME_SCRIPT = Path(__file__).parent / "static" / "frame.js"
#: For a deleted or newly flagged quote to disappear within hours, from frames, oEmbed and cards alike: what
#: is shown may be old, but not for days.
CACHE_CONTROL = "public, max-age=300, s-maxage=3600, stale-while-revalidate=3600"
IMMUTABLE = "public, max-age=31536000, immutable"
#: The longest title, in characters; some consumers cut what is longer.
MAX_TITLE = 80
#: Nothing is said of ancestors: ``frame-ancestors *`` would shut out pages without an origin, in a sandbox or
#: in a file, for a ``*`` there matches addresses of the network alone.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src {origin}; style-src 'sha256-{style}'; font-src {origin}; "
    "img-src {origin}; base-uri 'none'; form-action 'none'"
)
SECURITY_HEADERS = {
    # A page that isolates itself shows only what isolates itself too.
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
    """Let others frame what leads to a frame, too."""
    if response.status_code == 308:
        response.headers.update(SECURITY_HEADERS | {"Content-Security-Policy": "default-src 'none'"})
    return response


@frame.errorhandler(ProblemException)
def show_error(error: ProblemException) -> Response:
    """Say in the frame what is wrong with its address: to a page, a refused frame looks broken."""
    said = " ".join(f"{fault['pointer']}: {fault['detail']}" for fault in error.errors)
    return _error_response(said or f"{error.problem.title}.", error.problem.status)


@frame.get("/quotes/<slug:quote>")
def quote_frame(quote: str) -> Response:
    """Show a quote."""
    return _quote_response(quote, CACHE_CONTROL)


@frame.get("/quotes/daily")
def daily_frame() -> Response:
    """Show the day's quote, until the day ends."""
    asked = load_args(FrameSelectionSchema)
    seconds = clock.seconds_left_today(3600, asked["tz"])
    chosen = pick_daily(clock.today(asked["tz"]), asked)
    return _quote_response(chosen, f"public, max-age={min(300, seconds)}, s-maxage={seconds}")


@frame.get("/quotes/random")
def random_frame() -> Response:
    """Show a quote chosen by lot; with a seed, the same one for as long as the content is the same."""
    asked = load_args(FrameSelectionSchema)
    return _quote_response(pick_random(asked), CACHE_CONTROL if asked["seed"] else "no-store")


@frame.get("/frame.js")
def frame_script() -> Response:
    """Serve the frame's script, for ever under the digest that frames ask for it by."""
    body, digest = _load_script()
    response = Response(body, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = IMMUTABLE if request.args.get("v") == digest else CACHE_CONTROL
    response.set_etag(digest)
    response.make_conditional(request)
    return response


@cache
def _load_script() -> tuple[bytes, str]:
    body = FRAME_SCRIPT.read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:16]


def _quote_response(slug: str | None, cache_control: str) -> Response:
    """Return the frame of a quote, or one that says that it is not there."""
    if slug is None:
        return _error_response("No quote matches.", 404)
    try:
        found = build_view_model(read_item("quote", slug, "film", "sources").json)
    except NotFound as error:
        return _error_response("This quote is not here.", 410 if isinstance(error, Gone) else 404)
    response = _render("frame.html", found, found.page)
    response.headers["Cache-Control"] = cache_control
    response.add_etag()
    response.make_conditional(request)
    return response


def _error_response(said: str, status: int) -> Response:
    response = _render("frame_error.html", None, absolute_url("/"), title=said)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _render(template: str, found: QuoteViewModel | None, canonical: str, **values: str) -> Response:
    theme, clamp = request.args.get("theme", ""), request.args.get("clamp") == "1"
    known = {"quote": found, "clamp": clamp, "g": frame_metrics, "canonical": canonical}
    css = frame_css.style_sheet(found, theme if theme in frame_css.COLOUR_SCHEMES else "auto", clamp=clamp)
    if found:
        values["title"] = frame_title(found)
    script = absolute_url("/embed/frame.js", v=_load_script()[1])
    response = make_response(render_template(template, css=css, script=script, **known, **values))
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    response.headers.update(SECURITY_HEADERS)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(
        origin=settings().base_url, style=digest
    )
    return response


def frame_title(quote: QuoteViewModel, most: int = MAX_TITLE) -> str:
    """Return what a frame is called: the quote's label, which never has flagged words, and the film."""
    label, film = to_inert_text(quote.label), f" · {to_inert_text(quote.film)}"
    # A film's name that takes half of it may be cut instead.
    room = most - len(film) if len(film) < most // 2 else most // 2
    return truncate(f"{truncate(label, room)}{film}", most)
