"""Routes of the gallery: choose a quote, see it as a page of others shows it, copy what shows it there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from api.core.request_context import session, settings
from api.core.urls import absolute_url
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.embeds.script import builds
from api.embeds.snippet import render_pinned_html, render_snippets
from api.http.errors import ProblemException
from api.http.security_headers import PAGE_POLICY
from api.pages import page_data
from api.pages.embed_code import quote_iframe, selection_iframe
from api.pages.rendering import render_page
from api.pages.search_view import flatten_messages
from api.query.internal_reader import APICall, read_item
from api.schemas.fields import Slug, StrictInteger
from api.schemas.filters import TextFilter
from models import Renamed, Theme
from models.list_index import in_default_order

gallery = Blueprint("gallery", __name__, url_prefix="/embed")

#: How many quotes are offered at once, and how many themes.
MAX_QUOTES, MAX_THEMES = 12, 100
STYLES = {"in-place": "In place, in the page’s own type", "frame": "In a frame, by itself"}
COLOUR_SCHEMES = {"auto": "As the page", "light": "Light", "dark": "Dark"}
#: What may be chosen of notes, in words: by the strongest that is let in.
SEVERITIES = {0: "None", 1: "Up to 1 of 3", 2: "Up to 2 of 3", 3: "Any"}
#: The gallery holds the host page in a frame; the host page holds a snippet, and is in no frame but ours.
GALLERY_POLICY = f"{PAGE_POLICY}; frame-src 'self'"
HOST_POLICY = (
    "default-src 'none'; script-src {origin}; style-src 'self'; frame-src {origin}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


class AppearanceSchema(Schema):
    """Which quote is shown, and how."""

    quote = Slug()
    style = fields.String(load_default="in-place", validate=validate.OneOf([*STYLES]))
    scheme = fields.String(load_default="auto", validate=validate.OneOf([*COLOUR_SCHEMES]))


class GallerySchema(TextFilter, AppearanceSchema):
    """The same, and which quotes are offered."""

    theme = Slug()
    max_severity = StrictInteger(0, 3, load_default=0)


@gallery.get("")
def show_gallery() -> Response:
    """Offer quotes, and show the chosen one: live, and as what is to be copied."""
    schema = GallerySchema()
    asked = _load_args(schema)
    found = page_data.read_first_page("quote", _list_filters(asked))
    if "quote" not in asked and found:
        asked["quote"] = found[0]["id"]
    shown = _selected_quote(asked)
    response = render_page(
        "gallery.html",
        _calls(asked),
        is_choice=any(name in request.args for name in schema.fields),
        found=found,
        most=MAX_QUOTES,
        words=request.args.get("q", ""),
        themes=list(session().scalars(in_default_order(Theme, Theme.select_where()).limit(MAX_THEMES))),
        asked=asked,
        styles=STYLES,
        schemes=COLOUR_SCHEMES,
        severities=SEVERITIES,
        shown=shown,
        copies=_copyable_texts(shown, asked) if shown else [],
        builds=builds(settings().base_url)[::-1],
        host=urlencode({name: asked[name] for name in AppearanceSchema().fields if name in asked}),
    )
    response.headers["Content-Security-Policy"] = GALLERY_POLICY
    return response


@gallery.get("/host")
def show_host_page() -> Response:
    """Show a page as others have them, in which a snippet stands and nothing else; its frame is a sandbox."""
    asked = _load_args(AppearanceSchema())
    shown = _selected_quote(asked)
    if shown is None:
        raise ProblemException("not-found", "The parameter “quote” says which quote the page is to hold.")
    response = render_page("host.html", snippet=_embed_html(shown, asked))
    response.headers["Content-Security-Policy"] = HOST_POLICY.format(origin=settings().base_url)
    return response


def _load_args(schema: Schema) -> dict[str, Any]:
    """Return what was asked for; what a form sends empty was not.

    Raises:
        ProblemException: 422, with what each parameter takes.
    """
    parameters = ((name, request.args.get(name, "")) for name in schema.fields)
    given = {name: value for name, value in parameters if value.strip()}
    try:
        found: dict[str, Any] = schema.load(given, unknown=EXCLUDE)
    except ValidationError as error:
        faults = error.normalized_messages()  # type: ignore[no-untyped-call]
        errors = [
            {"location": "query", "pointer": name, "detail": " ".join(flatten_messages(said))}
            for name, said in faults.items()
        ]
        raise ProblemException("invalid-parameters", "What was asked for is not valid.", errors) from error
    return found


def _list_filters(asked: dict[str, Any]) -> dict[str, Any]:
    about = {"theme": [asked["theme"]]} if "theme" in asked else {}
    words = {"q": asked["q"]} if "q" in asked else {}
    return words | about | {"max_severity": asked["max_severity"], "limit": MAX_QUOTES}


def _calls(asked: dict[str, Any]) -> list[APICall]:
    query = {"q": request.args.get("q", "").strip(), "theme": asked.get("theme")}
    given = {name: value for name, value in query.items() if value}
    return [
        APICall(
            absolute_url("/v1/quotes", **given, max_severity=asked["max_severity"], limit=MAX_QUOTES), None
        )
    ]


def _selected_quote(asked: dict[str, Any]) -> QuoteViewModel | None:
    """Return the chosen quote, by whichever of its ids; None if none was chosen."""
    if "quote" not in asked:
        return None
    try:
        found = read_item("quote", asked["quote"], "film", "sources")
    except Renamed as error:
        found = read_item("quote", error.new_slug, "film", "sources")
    return build_view_model(found.json)


def _embed_html(shown: QuoteViewModel, asked: dict[str, Any]) -> str:
    return (
        quote_iframe(shown, asked["scheme"])
        if asked["style"] == "frame"
        else render_snippets(shown, _theme(asked))["html"]
    )


def _theme(asked: dict[str, Any]) -> str | None:
    return None if asked["scheme"] == "auto" else asked["scheme"]


def _copyable_texts(shown: QuoteViewModel, asked: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what is to be copied: a name, what people call it, the text."""
    forms = render_snippets(shown)
    held = [("pinned", "HTML, the script held to its hash", render_pinned_html(shown, _theme(asked)))]
    return [
        ("html", "HTML", _embed_html(shown, asked)),
        *(held if asked["style"] == "in-place" else []),
        ("wordpress", "WordPress: an address on a line of its own", forms["wordpress"]),
        ("markdown", "Markdown", forms["markdown"].rstrip("\n")),
        ("text", "Plain text", forms["text"].rstrip("\n")),
        (
            "daily",
            f"Another quote each day{_describe_filters(asked)}",
            _selection_iframe("daily", "The quote of the day", asked),
        ),
        (
            "random",
            f"Another quote each time{_describe_filters(asked)}",
            _selection_iframe("random", "A quote", asked),
        ),
    ]


def _describe_filters(asked: dict[str, Any]) -> str:
    """Return in words which quotes a frame chooses from, where not from all that have no note."""
    about = f", about {asked['theme'].replace('-', ' ')}" if "theme" in asked else ""
    noted = f", with notes {SEVERITIES[asked['max_severity']].lower()}" if asked["max_severity"] else ""
    return about + noted


def _selection_iframe(which: str, called: str, asked: dict[str, Any]) -> str:
    return selection_iframe(which, called, asked["scheme"], asked.get("theme"), asked["max_severity"])
