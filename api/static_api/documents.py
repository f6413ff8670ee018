"""The documents of the static API: responses of the live service, with links to files."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from api.core.resource_registry import TYPE_BY_COLLECTION
from api.core.urls import absolute_url
from api.embeds.oembed import CONTENT_TYPES, encode_xml
from api.http.responses import encode_json, etag_hash
from api.pages.rendering import validated_response
from api.pages.sitemap import MODELS, count_parts, xml_response
from api.pages.static_rendering import ENVIRON_KEY
from api.query.facets import FACET_SCHEMAS
from api.schemas.item_shape import MAX_FACETS
from api.schemas.list_queries import MAX_PAGE_SIZE
from api.static_api.html_links import rewrite_html
from api.static_api.json_links import rewrite_links
from api.static_api.layout import (
    EMBED_COLLECTIONS,
    PARTS,
    STYLE_FILES,
    format_path,
    has_facets,
    has_page,
    item_formats,
    list_path,
    lists_below,
    page_file,
    paragraph_path,
    reference_formats,
)
from api.static_api.live_calls import call_json, call_live
from api.static_api.page_ends import page_range

HTML = "text/html"
#: Headers of a live response that its file does not have: those of other bytes, URLs and negotiation.
DROPPED_HEADERS = ("ETag", "Last-Modified", "Link", "Vary", "X-Request-Id")
MISSING_CACHE_CONTROL = "public, max-age=3600"
PLAIN_TEXT = "text/plain; charset=utf-8"


def index_document() -> Response:
    """Return ``/v1/index.json``: the entry point for programs."""
    live, body = call_json("/v1")
    index = rewrite_links(body)
    facets = {
        f"{collection}_facets": absolute_url(f"/v1/{collection}/facets.json")
        for collection, type_name in TYPE_BY_COLLECTION.items()
        if type_name in FACET_SCHEMAS
    }
    index["links"] |= facets | {"sitemap": absolute_url("/sitemaps/index.xml")}
    return _document(live, encode_json(index))


def data_document(path: str) -> Response:
    """Return the JSON at a path of the API; of a list whose items have no ids, all of them."""
    live, body = _read_data(path)
    return _document(live, encode_json(body))


def _read_data(path: str) -> tuple[Response, dict[str, Any]]:
    live, body = call_json(path)
    if "page" in body:
        live, body = call_json(path, {"limit": MAX_PAGE_SIZE})
        following = body["page"]["next"]
        while following:
            _, page = call_json(path, {"limit": MAX_PAGE_SIZE, "cursor": body["page"]["next_cursor"]})
            body["data"] += page["data"]
            body["page"], following = page["page"], page["page"]["next"]
        body["page"]["limit"] = max(len(body["data"]), 1)
    return live, rewrite_links(body)


def item_document(collection: str, slug: str) -> Response:
    """Return an item as JSON, with links to all that is below it, to its formats and to its embeds."""
    live, body = call_json(f"/v1/{collection}/{slug}")
    item = rewrite_links(body)
    below = [
        *PARTS.get(collection, ()),
        *(listed for parent, listed in lists_below() if parent == collection),
    ]
    for name in below:
        item["links"].setdefault(
            name.replace("-", "_"), absolute_url(f"/v1/{collection}/{slug}/{name}/index.json")
        )
    if collection in EMBED_COLLECTIONS:
        item["links"] |= {
            "embed": absolute_url(f"/embed/{collection}/{slug}/index.html"),
            "oembed": absolute_url(f"/oembed/{collection}/{slug}.json"),
        }
    if collection == "quotes":
        item["links"]["card"] = absolute_url(f"/quotes/{slug}/card.png")
    formats = item_formats(collection)
    if formats:
        item["formats"] = {
            format_.name: absolute_url(format_path(collection, slug, format_)) for format_ in formats
        }
    return _document(live, encode_json(item))


def style_document(collection: str, slug: str, file_name: str) -> Response:
    """Return the reference for an item in a citation style, as plain text."""
    live = call_live(f"/v1/{collection}/{slug}", {"format": STYLE_FILES[file_name]}, "*/*")
    live.content_type = PLAIN_TEXT
    return _document(live, live.get_data())


def list_document(
    collection: str,
    extension: str,
    parent: str | None = None,
    slug: str | None = None,
    after: str | None = None,
) -> Response:
    """Return a page of a list: ``extension`` is ``json``, that of a format of references, or ``html``."""
    filters = _filters(collection, parent, slug)
    cursor, limit = page_range(TYPE_BY_COLLECTION[collection], filters, after)
    query: dict[str, Any] = {**filters, "limit": limit} | ({"cursor": cursor} if cursor else {})
    if extension == "html":
        return html_document(f"/{collection}", query)
    if extension != "json":
        live = call_live(f"/v1/{collection}.{extension}", query, "*/*")
        return _document(live, live.get_data())
    live, body = call_json(f"/v1/{collection}", query)
    page = rewrite_links(body)
    if has_page(collection, parent):
        page["html_url"] = absolute_url(page_file(list_path("", collection, parent, slug), after, "html"))
    if has_facets(parent):
        folder = list_path("/v1", collection, parent, slug)
        if TYPE_BY_COLLECTION[collection] in FACET_SCHEMAS and after is None:
            page["links"] = {"facets": absolute_url(f"{folder}/facets.json")}
        if formats := reference_formats(collection):
            page["formats"] = {
                format_.name: absolute_url(page_file(folder, after, str(format_.extension)))
                for format_ in formats
            }
    return _document(live, encode_json(page))


def facets_document(collection: str, parent: str | None = None, slug: str | None = None) -> Response:
    """Return the facets of a list. Values that are ids have the URL of the list of their items."""
    type_name, filters = TYPE_BY_COLLECTION[collection], _filters(collection, parent, slug)
    names = list(FACET_SCHEMAS[type_name]._declared_fields)
    query = {**filters, "count": "true", "limit": 1, "fields": "id"}
    facets: dict[str, Any] = {}
    for start in range(0, len(names), MAX_FACETS):
        requested = {"facets": ",".join(names[start : start + MAX_FACETS])}
        live, body = call_json(f"/v1/{collection}", query | requested)
        facets |= body["facets"]
    collections = {by: of for (of, listed), by in lists_below().items() if listed == collection}
    for name, facet in facets.items():
        of = None if parent else collections.get(name)
        for value in facet["values"]:
            path = of and f"{list_path('/v1', collection, of, value['value'])}/index.json"
            value["url"] = absolute_url(path) if path else None
    page = body["page"]
    folder = list_path("/v1", collection, parent, slug)
    document = {
        "type": "facets",
        "total": page["total"],
        "total_relation": page["total_relation"],
        "facets": facets,
        "links": {"list": absolute_url(f"{folder}/index.json")},
    }
    return _document(live, encode_json(document))


def html_document(path: str, query: dict[str, Any] | None = None) -> Response:
    """Return the page at a path of the service."""
    live = call_live(path, query, HTML)
    return _document(live, rewrite_html(live.get_data(as_text=True)).encode())


def part_document(collection: str, slug: str, part: str) -> Response:
    """Return a resource below an item, such as the coverage of a film; paragraphs with their URLs."""
    live, body = _read_data(f"/v1/{collection}/{slug}/{part}")
    if part == "paragraphs":
        for paragraph in body["data"]:
            paragraph["url"] = absolute_url(paragraph_path(slug, paragraph["number"]))
    return _document(live, encode_json(body))


def paragraph_document(collection: str, slug: str, number: int) -> Response:
    """Return a paragraph of a source."""
    return data_document(f"/v1/{collection}/{slug}/paragraphs/{number}")


def item_page(collection: str, slug: str) -> Response:
    """Return the page of an item."""
    return html_document(f"/{collection}/{slug}")


def frame_document(collection: str, slug: str) -> Response:
    """Return the document that an iframe shows."""
    return html_document(f"/embed/{collection}/{slug}")


def oembed_document(collection: str, slug: str, extension: str) -> Response:
    """Return the oEmbed response for a quote, film or theme; its iframe shows a file."""
    live, body = call_json("/oembed", {"url": absolute_url(f"/{collection}/{slug}")})
    if "thumbnail_url" in body:
        body["thumbnail_url"] = body["thumbnail_url"].partition("?")[0]
    # Only the iframe: other people's pages keep the permanent URL of the page.
    blockquote, iframe = body["html"].split("<iframe", 1)
    body["html"] = blockquote + rewrite_html(f"<iframe{iframe}")
    live.content_type = CONTENT_TYPES[extension]
    return _document(live, encode_json(body) if extension == "json" else encode_xml(body))


def sitemap_document() -> Response:
    """Return the sitemap index: the service's sitemaps of the pages of items."""
    parts = [
        (f"/sitemaps/{name}-{number}.xml", None)
        for name in MODELS
        for number in range(1, count_parts(name) + 1)
    ]
    return xml_response("sitemapindex", "sitemap", parts)


def missing_document() -> Response:
    """Return the page that hosts show for paths without a file."""
    request.environ[ENVIRON_KEY] = True
    html = render_template("static_missing.html", calls=())
    return validated_response(rewrite_html(html).encode(), f"{HTML}; charset=utf-8", MISSING_CACHE_CONTROL)


def _filters(collection: str, parent: str | None, slug: str | None) -> dict[str, str]:
    if parent is None or slug is None:
        return {}
    return {lists_below()[parent, collection]: slug}


def _document(live: Response, body: bytes) -> Response:
    """Return a live response with another body, and an ETag for it."""
    for name in DROPPED_HEADERS:
        live.headers.pop(name, None)
    live.set_data(body)
    live.set_etag(etag_hash(body))
    return live
