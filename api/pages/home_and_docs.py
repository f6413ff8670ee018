"""Routes of the home page and the API documentation: Swagger UI, reference, problem types."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState
from sqlalchemy import func, select

from api.core.app_context import session, settings
from api.embeds.quote_view_model import build_view_model
from api.http.errors import ERROR_RENDERER
from api.http.problem_types import PROBLEM_TYPES
from api.pages import html_errors, page_data, template_filters
from api.pages.browse import browse
from api.pages.embed_generator import gallery
from api.pages.feeds import feeds
from api.pages.guides import guides, load_guides
from api.pages.history_pages import history
from api.pages.lists import lists
from api.pages.problem_examples import HTTP_EXAMPLES, request_text, response_text
from api.pages.quote_pages import quotes
from api.pages.rendering import render_page
from api.pages.search_page import search_page
from api.pages.security_txt import security_txt
from api.pages.sitemap import sitemap
from api.pages.static_rendering import is_static
from api.query.internal_reader import read_item
from models import Commentary, Film, NotFound, Quote, QuoteKind, Scene, Theme
from models.base import Versioned
from models.filters import in_default_order

#: The number of films, and of themes, on the home page.
MAX_LISTED = 30
#: The fields of the quote in the response on the home page.
EXAMPLE_FIELDS = ("text", "voice", "fidelity")

pages = Blueprint("pages", __name__, template_folder="templates")
pages.register_blueprint(browse)
pages.register_blueprint(lists)
pages.register_blueprint(search_page)
pages.register_blueprint(guides)
pages.register_blueprint(quotes)
pages.register_blueprint(history)
pages.register_blueprint(feeds)
pages.register_blueprint(gallery)
pages.register_blueprint(sitemap)
pages.register_blueprint(security_txt)
template_filters.init_blueprint(pages)


@pages.record
def show_errors_as_pages(state: BlueprintSetupState) -> None:
    """Render errors as web pages for browsers."""
    state.app.extensions[ERROR_RENDERER] = html_errors.render_html_error


@pages.record
def set_base_path(state: BlueprintSetupState) -> None:
    """Let templates begin their links with ``base_path``, the path of ``base_url``."""
    # A global, because imported macros see no other variables.
    settings = state.app.extensions["settings"]
    state.app.jinja_env.globals.update(
        base_path=settings.base_path, base_url=settings.base_url, is_static=is_static
    )


@pages.record
def trim_template_blocks(state: BlueprintSetupState) -> None:
    """Remove the line of a template tag together with the tag."""
    state.app.jinja_env.trim_blocks = state.app.jinja_env.lstrip_blocks = True


@pages.get("/")
def home() -> Response:
    """Show the home page: a quote, whom it is for, a request with its response, films and themes."""
    aphorisms = Quote.select_where(kind=[QuoteKind.APHORISM], max_severity=0)
    aphorism = session().scalars(aphorisms.order_by(Quote.random_key).limit(1)).first()
    quote = read_item("quote", aphorism.slug, "film", "sources").json if aphorism else None
    counted: list[tuple[str, str, type[Versioned]]] = [
        ("/films", "film", Film),
        ("/scenes", "scene", Scene),
        ("/quotes", "quote", Quote),
        ("/v1/commentary", "commentary entry", Commentary),
        ("/themes", "theme", Theme),
    ]
    example_url, example_response = read_example(quote["themes"] if quote else [])
    return render_page(
        "static_home.html" if is_static() else "home.html",
        quote=build_view_model(quote) if quote else None,
        counts=[(path, name, count_visible(model)) for path, name, model in counted],
        films=first_items(Film),
        themes=first_items(Theme),
        example_url=example_url,
        example_response=example_response,
    )


def read_example(themes: list[dict[str, Any]]) -> tuple[str, str | None]:
    """Return the URL of a short list of quotes, about the first theme if any, and its response.

    The response is indented, and shortened where its members say ``…``. It is None if there are no quotes.
    """
    filters: dict[str, Any] = {"theme": [theme["id"] for theme in themes[:1]]} if themes else {}
    args = filters | {"max_severity": 0, "fields": list(EXAMPLE_FIELDS), "limit": 1}
    list_request = page_data.list_of("quote", args)
    page, items = page_data.read_page(list_request, page_data.shape_of("quote", EXAMPLE_FIELDS))
    url = list_request.url(settings().base_url)
    if not items:
        return url, None
    data = json.dumps(items, ensure_ascii=False, indent=2).replace("\n", "\n  ")
    next_ = '"…"' if page.next else "null"
    return url, f'{{\n  "data": {data},\n  "page": {{"limit": 1, "next": {next_}, …}},\n  …\n}}'


def first_items(model: type[Versioned]) -> list[Versioned]:
    """Return a resource's first public items in default order."""
    return list(session().scalars(in_default_order(model, model.select_where()).limit(MAX_LISTED)))


def count_visible(model: type[Versioned]) -> int:
    """Return the number of a resource's public items."""
    return session().scalar(select(func.count()).select_from(model.select_where().subquery())) or 0


@pages.get("/docs")
def docs() -> Response:
    """Show Swagger UI, from packaged files only."""
    return render_page("docs.html")


@pages.get("/docs/reference")
def reference() -> Response:
    """Show the API reference, rendered by Scalar from packaged files only."""
    return render_page("reference.html")


@pages.get("/docs/problems")
def problems() -> Response:
    """List every problem type."""
    return render_page("problems.html", problems=PROBLEM_TYPES.values())


@pages.get("/docs/problems/<code>")
def problem(code: str) -> Response:
    """Explain a problem type: cause, fix and example."""
    if code not in PROBLEM_TYPES:
        raise NotFound("problem type", code)
    from api.pages.markdown_to_html import render_code_block

    base_url = settings().base_url
    return render_page(
        "problem.html",
        problem=PROBLEM_TYPES[code],
        guide=load_guides(base_url)[PROBLEM_TYPES[code].guide],
        note=HTTP_EXAMPLES[code].note,
        request_example=render_code_block("http", request_text(code, base_url), "request", "Request"),
        response_example=render_code_block("http", response_text(code, base_url), "response"),
    )
