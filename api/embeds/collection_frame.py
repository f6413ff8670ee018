"""Routes of the frame of a collection: the quotes of a film or theme, a page at a time, in an iframe."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from api.core.app_context import session
from api.core.urls import absolute_url
from api.embeds import collection_metrics, frame_metrics, text_height
from api.embeds.frame import (
    CACHE_CONTROL,
    MAX_TITLE,
    add_redirect_headers,
    error_response,
    render_document,
    requested_language,
    requested_scheme,
    show_error,
)
from api.embeds.frame_css import COLOUR_SCHEMES, font_rules
from api.embeds.quote_collection import COLLECTION_TYPES, CollectionSchema, QuoteCollection, read_collection
from api.embeds.quote_selection import load_args
from api.http.errors import ProblemException
from api.query.notices import notice_of_unknown_ids
from api.text.fonts import FONT_FAMILY
from api.text.quotation_marks import quotation_marks
from api.text.single_line import to_single_line, truncate
from models import Gone, NotFound

#: The query parameters that the links to other pages keep.
KEPT_PARAMETERS = ("theme", "lang", "film", "about", "max_severity", "limit")

collections = Blueprint("collections", __name__, url_prefix="/embed", template_folder="templates")
collections.after_request(add_redirect_headers)
collections.register_error_handler(ProblemException, show_error)


def show_collection(slug: str, type_name: str) -> Response:
    """Show a page of the quotes of a film or theme."""
    words = requested_language()
    args = load_args(CollectionSchema)
    try:
        collection = read_collection(type_name, slug, args, words)
    except NotFound as error:
        return error_response(words.collection_missing, 410 if isinstance(error, Gone) else 404, words)
    response = render_document(
        "collection.html",
        _style_sheet(collection),
        title=collection_title(collection),
        canonical=collection.page_url,
        collection=collection,
        f=frame_metrics,
        g=collection_metrics,
        words=words,
        notice=None if collection.quotes else notice_of_unknown_ids(session(), CollectionSchema, args),
        links=_page_links(collection),
    )
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.add_etag()
    return response


for segment, name in COLLECTION_TYPES.items():
    collections.add_url_rule(
        f"/{segment}/<slug:slug>", segment, show_collection, defaults={"type_name": name}
    )


def collection_title(collection: QuoteCollection) -> str:
    """Return the title of a collection's frame: its name and the number of its quotes."""
    count = f" · {collection.count}"
    return f"{truncate(to_single_line(collection.label), MAX_TITLE - len(count))}{count}"


def _page_links(collection: QuoteCollection) -> list[tuple[str, str, str]]:
    """Return the relation, label and URL of the links to the neighbouring pages."""
    neighbours = {
        "prev": (collection.words.previous, collection.previous_cursor),
        "next": (collection.words.next, collection.next_cursor),
    }
    kept = {name: request.args[name] for name in KEPT_PARAMETERS if name in request.args}
    return [
        (rel, label, absolute_url(collection.frame_path, **kept, cursor=cursor))
        for rel, (label, cursor) in neighbours.items()
        if cursor
    ]


def _style_sheet(collection: QuoteCollection) -> str:
    words = collection.words
    interface = "".join((collection.label, words.show_words, words.previous, words.next, words.no_quotes))
    css = render_template(
        "collection.css",
        f=frame_metrics,
        g=collection_metrics,
        families=FONT_FAMILY,
        style=text_height.PARAGRAPH_CSS,
        fonts=font_rules(collection.quotes, interface),
        colours=COLOUR_SCHEMES[requested_scheme()],
        quotes=_quotation_mark_rules(collection),
        title=collection_metrics.title_type(collection),
        tall_lines=_tall_line_rules(collection),
        # Turning a page must not change the height that the embedding page has given the frame.
        is_later_page=collection.previous_cursor is not None,
    )
    return css.replace("\n", "")


def _quotation_mark_rules(collection: QuoteCollection) -> str:
    """Return the rules that give each quote the quotation marks of its language."""
    rule = 'blockquote:lang({}){{quotes:"{}" "{}"}}'
    languages = sorted({quote.language for quote in collection.quotes})
    return "".join(rule.format(language, *quotation_marks(language)) for language in languages)


def _tall_line_rules(collection: QuoteCollection) -> str:
    """Return the rules of quotes and credits in scripts that need higher lines than Latin."""
    types = {collection_metrics.quote_type(quote) for quote in collection.quotes}
    types |= {frame_metrics.caption_type(quote) for quote in collection.quotes}
    heights = {
        type_.line_height for type_ in types - {collection_metrics.QUOTE_TYPE, frame_metrics.SMALL_TYPE}
    }
    return "".join(f".h{height}{{line-height:{height}px}}" for height in sorted(heights))
