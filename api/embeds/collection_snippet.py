"""Snippets of a collection to copy: its quotes as HTML, Markdown and text, and an iframe of them.

The HTML needs no script. Its pages are ``details`` elements of one name, of which a browser opens one at a
time: the snippet takes the space of one page.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup
from marshmallow import fields, validate

from api.core.urls import absolute_url
from api.embeds import collection_metrics
from api.embeds.collection_frame import collection_title
from api.embeds.frame_css import DEFAULT_COLOUR_SCHEME
from api.embeds.interface_language import (
    DEFAULT_LANGUAGE,
    interface_language,
    language_codes,
    primary_subtag,
)
from api.embeds.oembed_html import render_iframe
from api.embeds.quote_collection import (
    COLLECTION_TYPES,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    CollectionSchema,
    QuoteCollection,
    read_collection,
)
from api.embeds.script import latest_build
from api.embeds.snippet import SCRIPT, THEMES, XHTML, render_figure, render_markdown, render_text
from api.http.query_parser import StrictParser
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.representations.markdown import format_link
from api.schemas.fields import StrictInteger
from api.text.html_escaping import escape_html, isolate_name, replace_invalid

#: The number of quotes on a page of the snippet.
PAGE_SIZE = 3
FRAME_WIDTH = 600
#: The parameters of a snippet that its iframe has, too.
FRAME_PARAMETERS = ("film", "about", "max_severity", "limit")

SECTION = Markup(
    '<section class="subtext-quotes">{pages} <p dir="ltr"><a href="{url}">{label}</a> ({count})</p></section>'
)
PAGE = Markup('<details name="{name}"{open}><summary>{label}</summary>{figures}</details>')
OPEN = Markup(' open="open"')

collection_snippets = Blueprint("collection_snippets", __name__)
parser = StrictParser()


def validate_language(tag: str) -> None:
    """Check that there are words in the language of a tag, in whatever region."""
    validate.OneOf(language_codes())(primary_subtag(tag))


class CollectionSnippetSchema(CollectionSchema):
    """Query parameters of a collection's snippet."""

    limit = StrictInteger(1, MAX_LIMIT, load_default=12)
    theme = fields.String(attribute="scheme", load_default="auto", validate=validate.OneOf(("auto", *THEMES)))
    lang = fields.String(load_default=DEFAULT_LANGUAGE, validate=validate_language)


def show_snippet(slug: str, type_name: str) -> Response:
    """Return the snippets of a film's or theme's quotes.

    Raises:
        NotFound, Gone, Renamed: no public film or theme has this id.
        ProblemException: 422, with the invalid parameter and its allowed values.
    """
    args: dict[str, Any] = parser.parse(CollectionSnippetSchema, request, location="query")
    words, scheme = interface_language(args.pop("lang")), args.pop("scheme")
    collection = read_collection(type_name, slug, args, words)
    theme = scheme if scheme in THEMES else None
    filters = {name: request.args[name] for name in FRAME_PARAMETERS if name in request.args}
    snippets = render_snippets(collection, theme, filters)
    body = encode_json({"id": collection.id, "type": type_name, **snippets})
    return cacheable_response(body, etag=etag_hash(body))


for segment, name in COLLECTION_TYPES.items():
    collection_snippets.add_url_rule(
        f"/{segment}/<slug:slug>/snippet", segment, show_snippet, defaults={"type_name": name}
    )


def render_snippets(
    collection: QuoteCollection, theme: str | None, filters: dict[str, str]
) -> dict[str, str]:
    """Return the snippets by name; ``pinned`` is ``html`` with the script pinned by its hash."""
    section = render_section(collection, theme)
    html = Markup("{} {}").format(section, SCRIPT.format(absolute_url("/embed.js")))
    link = format_link(replace_invalid(collection.label), collection.page_url)
    quotes = [render_markdown(quote) for quote in collection.quotes]
    texts = [render_text(quote) for quote in collection.quotes]
    return {
        "html": html,
        "pinned": Markup("{} {}").format(section, latest_build().element),
        "xhtml": XHTML.format(html),
        "markdown": "\n".join([*quotes, f"{link} ({collection.count})\n"]),
        "text": "\n".join([*texts, f"{collection.label} ({collection.count})\n{collection.page_url}\n"]),
        "iframe": render_collection_iframe(collection, theme, filters),
        "wordpress": collection.page_url,
    }


def render_section(collection: QuoteCollection, theme: str | None) -> Markup:
    """Return the quotes as a ``section`` element with pages, which works without script and style sheet."""
    figures = [render_figure(quote, theme) for quote in collection.quotes]
    starts = range(0, len(figures), PAGE_SIZE)
    pages = (
        PAGE.format(
            name=f"subtext-{collection.type_name}-{collection.id}",
            open="" if start else OPEN,
            label=collection.words.number_quotes(start + 1, min(start + PAGE_SIZE, len(figures))),
            figures=Markup(" ").join(figures[start : start + PAGE_SIZE]),
        )
        for start in starts
    )
    return SECTION.format(
        # A single page is shown as it is.
        pages=Markup(" ").join(pages if len(figures) > PAGE_SIZE else figures),
        url=escape_html(collection.page_url),
        label=isolate_name(collection.label),
        count=collection.count,
    )


def render_collection_iframe(collection: QuoteCollection, theme: str | None, filters: dict[str, str]) -> str:
    """Return an iframe of the collection, as high as its first page or the bound.

    ``filters`` are the requested ones of :data:`FRAME_PARAMETERS`.
    """
    parameters = {"theme": theme or DEFAULT_COLOUR_SCHEME} | collection.words.parameters
    url = absolute_url(collection.frame_path, **parameters, **filters)
    # The iframe has fewer quotes on a page than the snippet.
    limit = None if "limit" in filters else DEFAULT_LIMIT
    height = collection_metrics.height(collection, FRAME_WIDTH, limit)
    return render_iframe(url, collection_title(collection), FRAME_WIDTH, height)
