"""Routes of the gallery: page through all quotes, pick one, preview it on a page, copy the embed code."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from api.core.app_context import session, settings
from api.embeds.quote_view_model import QuoteViewModel, build_view_model
from api.embeds.script import builds
from api.embeds.snippet import THEMES, render_pinned_html, render_snippets
from api.http.errors import ProblemException
from api.http.query_parser import flatten_messages
from api.http.security import PAGE_POLICY
from api.pages import page_data
from api.pages.iframe_code import collection_iframe, quote_iframe, selection_iframe
from api.pages.rendering import render_page
from api.query.internal_reader import APICall, read_item
from api.query.pagination import ListRequest
from api.representations.shared_wording import OMISSIONS
from api.schemas.fields import Slug, StrictInteger
from api.schemas.list_queries import MAX_CURSOR_CHARACTERS, TextFilter
from models import Renamed, Theme
from models.filters import in_default_order

gallery = Blueprint("gallery", __name__, url_prefix="/embed")

#: The number of quotes on a page, and of themes to filter by.
MAX_QUOTES, MAX_THEMES = 12, 100
#: The fields of a quote to pick from.
CHOICE_FIELDS = ("label", "text", *OMISSIONS, "language", "attributed_to", "advisories")
STYLES = {"in-place": "Inline, in the page’s own font", "frame": "Frame (iframe)"}
COLOUR_SCHEMES = {
    "page": "Same as the page (frames: light)",
    "light": "Light",
    "dark": "Dark",
    "auto": "The reader’s preference (frames)",
}
#: The labels of the content note filter by maximum severity.
SEVERITIES = {0: "None", 1: "Severity up to 1 of 3", 2: "Severity up to 2 of 3", 3: "Any severity"}
#: The gallery embeds the host page; the host page embeds a snippet, and only the gallery may embed it.
GALLERY_POLICY = f"{PAGE_POLICY}; frame-src 'self'"
HOST_POLICY = (
    "default-src 'none'; script-src {origin}; style-src 'self'; frame-src {origin}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


class AppearanceSchema(Schema):
    """Query parameters for the selected quote and its appearance."""

    quote = Slug()
    style = fields.String(load_default="in-place", validate=validate.OneOf([*STYLES]))
    scheme = fields.String(load_default="page", validate=validate.OneOf([*COLOUR_SCHEMES]))


class GallerySchema(TextFilter, AppearanceSchema):
    """Query parameters of the gallery: appearance, and filters and cursor for the list of quotes."""

    theme = Slug()
    cursor = fields.String(validate=validate.Length(max=MAX_CURSOR_CHARACTERS))
    max_severity = StrictInteger(0, 3, load_default=0)


@gallery.get("")
def show_gallery() -> Response:
    """List quotes, preview the selected one, and show its embed code."""
    schema = GallerySchema()
    args = _load_args(schema)
    list_request = _list_request(args)
    page, quotes = page_data.read_page(list_request, page_data.shape_of("quote", CHOICE_FIELDS))
    if "quote" not in args and quotes:
        args["quote"] = quotes[0]["id"]
    selected = _selected_quote(args)
    response = render_page(
        "gallery.html",
        [APICall(list_request.url(settings().base_url), None)],
        has_parameters=any(name in request.args for name in schema.fields),
        quotes=quotes,
        total=page_data.count_items(list_request),
        cursor=list_request.args.get("cursor", ""),
        adjacent={"Previous": page.previous, "Next": page.next},
        search_text=request.args.get("q", ""),
        themes=list(session().scalars(in_default_order(Theme, Theme.select_where()).limit(MAX_THEMES))),
        args=args,
        styles=STYLES,
        schemes=COLOUR_SCHEMES,
        severities=SEVERITIES,
        selected=selected,
        copies=_copyable_texts(selected, args) if selected else [],
        builds=builds(settings().base_url)[::-1],
        host_query=urlencode({name: args[name] for name in AppearanceSchema().fields if name in args}),
    )
    response.headers["Content-Security-Policy"] = GALLERY_POLICY
    return response


@gallery.get("/host")
def show_host_page() -> Response:
    """Show a sample page that contains only the snippet; the gallery previews it in a sandboxed iframe."""
    args = _load_args(AppearanceSchema())
    selected = _selected_quote(args)
    if selected is None:
        raise ProblemException(
            "not-found", "The query parameter “quote” is missing: it selects the quote to show."
        )
    response = render_page("host.html", snippet=_embed_html(selected, args))
    response.headers["Content-Security-Policy"] = HOST_POLICY.format(origin=settings().origin)
    return response


def _load_args(schema: Schema) -> dict[str, Any]:
    """Return the validated query parameters, without the empty ones that a form sends.

    Raises:
        ProblemException: 422, with an error for each invalid parameter.
    """
    parameters = ((name, request.args.get(name, "")) for name in schema.fields)
    raw = {name: value for name, value in parameters if value.strip()}
    try:
        args: dict[str, Any] = schema.load(raw, unknown=EXCLUDE)
    except ValidationError as error:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        errors = [
            {"location": "query", "pointer": name, "detail": " ".join(flatten_messages(nested))}
            for name, nested in messages.items()
        ]
        raise ProblemException("invalid-parameters", "The query parameters are not valid.", errors) from error
    return args


def _list_request(args: dict[str, Any]) -> ListRequest:
    """Return the request for the page of quotes; for the first one if the filters are not the cursor's.

    The form sends the cursor of the page that it is on, also when its filters change.
    """
    filters = {"q": args.get("q"), "theme": [args["theme"]] if "theme" in args else None}
    first = {name: value for name, value in filters.items() if value} | {
        "max_severity": args["max_severity"],
        "limit": MAX_QUOTES,
    }
    list_request = page_data.list_of(
        "quote", first | ({"cursor": args["cursor"]} if "cursor" in args else {})
    )
    try:
        return list_request if list_request.cursor else page_data.list_of("quote", first)
    except ProblemException:
        return page_data.list_of("quote", first)


def _selected_quote(args: dict[str, Any]) -> QuoteViewModel | None:
    """Return the selected quote by its current or a former id, or None if none is selected."""
    if "quote" not in args:
        return None
    try:
        item = read_item("quote", args["quote"], "film", "sources")
    except Renamed as error:
        item = read_item("quote", error.new_slug, "film", "sources")
    return build_view_model(item.json)


def _embed_html(quote: QuoteViewModel, args: dict[str, Any]) -> str:
    return (
        quote_iframe(quote, args["scheme"])
        if args["style"] == "frame"
        else render_snippets(quote, _theme(args))["html"]
    )


def _theme(args: dict[str, Any]) -> str | None:
    return args["scheme"] if args["scheme"] in THEMES else None


def _copyable_texts(quote: QuoteViewModel, args: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the texts to copy as (id, label, text)."""
    snippets = render_snippets(quote)
    pinned = [("pinned", "HTML, pinned script version", render_pinned_html(quote, _theme(args)))]
    return [
        ("html", "HTML", _embed_html(quote, args)),
        *(pinned if args["style"] == "in-place" else []),
        ("wordpress", "WordPress (paste on a line of its own)", snippets["wordpress"]),
        ("markdown", "Markdown", snippets["markdown"].rstrip("\n")),
        ("text", "Plain text", snippets["text"].rstrip("\n")),
        (
            "daily",
            f"Quote of the day{_describe_filters(args)}",
            _selection_iframe("daily", "Quote of the day", args),
        ),
        (
            "random",
            f"Random quote{_describe_filters(args)}",
            _selection_iframe("random", "Random quote", args),
        ),
        _collection_text(f"/films/{quote.film_page_url.rpartition('/')[2]}", f"of {quote.film}", args),
        *([_theme_text(args)] if "theme" in args else []),
    ]


def _collection_text(path: str, description: str, args: dict[str, Any]) -> tuple[str, str, str]:
    """Return the iframe of all quotes of the film or theme whose page has this path, as a text to copy."""
    title = f"All quotes {description}"
    return path.split("/")[1], title, collection_iframe(path, title, args["scheme"], args["max_severity"])


def _theme_text(args: dict[str, Any]) -> tuple[str, str, str]:
    return _collection_text(f"/themes/{args['theme']}", f"about {args['theme'].replace('-', ' ')}", args)


def _describe_filters(args: dict[str, Any]) -> str:
    """Describe the filters of a daily or random quote; empty for the defaults."""
    theme = f", theme {args['theme'].replace('-', ' ')}" if "theme" in args else ""
    severity = SEVERITIES[args["max_severity"]].lower()
    return theme + (f", content notes: {severity}" if args["max_severity"] else "")


def _selection_iframe(selection: str, title: str, args: dict[str, Any]) -> str:
    return selection_iframe(selection, title, args["scheme"], args.get("theme"), args["max_severity"])
