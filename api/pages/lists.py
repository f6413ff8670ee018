"""Routes of the list pages: all films, scenes, characters, quotes, themes or sources, a page at a time.

They take the filters, sort keys, limit and cursors of the API's lists.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from api.core.app_context import settings
from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.http.errors import ProblemException
from api.http.query_parser import TolerantParser
from api.pages import page_data
from api.pages.rendering import render_page
from api.pages.template_filters import PAGE_PATHS
from api.query.internal_reader import APICall

lists = Blueprint("lists", __name__)

PARSER = TolerantParser()
#: The number of items on a page, unless ``limit`` is another.
PAGE_SIZE = 50
#: The types that have list pages, by the last segment of the path.
TYPES = {path.strip("/"): type_name for type_name, path in PAGE_PATHS.items()}
#: The fields that a page shows of each item.
FIELDS = {
    "film": ("label", "title", "release_year", "directors", "synopsis"),
    "scene": ("label", "film", "position", "summary", "advisories"),
    "character": ("label", "film", "description", "advisories"),
    "theme": ("label", "definition"),
    "quote": page_data.QUOTE_FIELDS,
    "source": ("label", "title", "subtitle", "publication", "author", "published_on", "films"),
}


def show_list(collection: str) -> Response:
    """Show a page of a list, with links to the next and previous page.

    Raises:
        ProblemException: 406, for clients that accept no HTML: they meant the list in the API.
    """
    type_name = TYPES[collection]
    if request.accept_mimetypes and not request.accept_mimetypes["text/html"]:
        url = absolute_url(COLLECTION_PATHS[type_name])
        raise ProblemException("not-acceptable", f"This is a web page. The API has the list at {url}.")
    args: dict[str, Any] = PARSER.parse(get_schema_class(type_name, "Query"), request, location="query")
    size = args["limit"] if "limit" in request.args else PAGE_SIZE
    api_list = page_data.list_of(type_name, args | {"limit": size})
    page, items = page_data.read_page(api_list, page_data.shape_of(type_name, FIELDS[type_name]))
    own = replace(api_list, path=f"/{collection}")
    base = settings().base_url

    def page_url(**changes: Any) -> str:
        return own.url(base, limit=None, **changes)

    cursors = {"previous": page.previous, "next": page.next}
    response = render_page(
        "list.html",
        [APICall(api_list.url(base), items)],
        canonical=page_url(),
        name=collection,
        type_name=type_name,
        items=items,
        # Search engines need not index every combination; the sitemap has all items.
        is_selection=bool(api_list.filters or "sort" in args),
        adjacent={way: page_url(cursor=str(cursor)) for way, cursor in cursors.items() if cursor},
    )
    response.vary.add("Accept")
    return response


for name in TYPES:
    lists.add_url_rule(f"/{name}", name, show_list, defaults={"collection": name})
