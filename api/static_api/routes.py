"""Routes of the static API: the paths of ``layout``, which the service serves as a file server would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, Response

from api.core.app_context import session
from api.core.resource_registry import TYPE_BY_COLLECTION
from api.embeds.oembed import CONTENT_TYPES
from api.query.facets import FACET_SCHEMAS
from api.static_api import documents
from api.static_api.layout import (
    EMBED_COLLECTIONS,
    PAGE_COLLECTIONS,
    PARTS,
    STYLE_FILES,
    has_facets,
    has_page,
    item_formats,
    list_path,
    lists_below,
    reference_formats,
)
from api.static_api.live_calls import LiveError
from models import MODELS_BY_TYPE

#: A rule, the function that returns its document, and the arguments that the rule does not have.
Route = tuple[str, Callable[..., Response], dict[str, Any]]


def init_app(app: Flask) -> None:
    """Register the routes. Resources must be registered before, since lists follow from their schemas."""
    static_api = Blueprint("static_api", __name__)
    for rule, document, arguments in _routes():
        static_api.add_url_rule(rule, f"file {rule}".replace(".", "_"), _view(document, arguments))
    app.register_blueprint(static_api)


def _view(document: Callable[..., Response], arguments: dict[str, Any]) -> Callable[..., Response]:
    @wraps(document)
    def view(**path: Any) -> Response:
        if "slug" in path:
            # Here, since the redirect of a former id is to the same path of the present one.
            require_item(arguments.get("parent") or arguments["collection"], path["slug"])
        try:
            return document(**arguments, **path)
        except LiveError as error:
            return error.response

    return view


def require_item(collection: str, slug: str) -> None:
    """Require that an item of a collection is public.

    Raises:
        NotFound, Gone, Renamed: there is none with this id.
    """
    MODELS_BY_TYPE[TYPE_BY_COLLECTION[collection]].by_slug(session(), slug)


def _routes() -> Iterator[Route]:
    yield "/index.html", documents.html_document, {"path": "/"}
    yield "/v1/index.json", documents.index_document, {}
    yield "/v1/meta/index.json", documents.data_document, {"path": "/v1/meta"}
    yield "/404.html", documents.missing_document, {}
    yield "/sitemaps/index.xml", documents.sitemap_document, {}
    for collection in TYPE_BY_COLLECTION:
        yield from _item_routes(collection)
        yield from _list_routes(collection, None)
    for parent, collection in lists_below():
        yield from _list_routes(collection, parent)


def _item_routes(collection: str) -> Iterator[Route]:
    item = f"/v1/{collection}/<slug:slug>"
    yield f"{item}/index.json", documents.item_document, {"collection": collection}
    for part in PARTS.get(collection, ()):
        yield f"{item}/{part}/index.json", documents.part_document, {"collection": collection, "part": part}
    if item_formats(collection):
        for name in STYLE_FILES:
            yield f"{item}/{name}", documents.style_document, {"collection": collection, "file_name": name}
    if collection in PAGE_COLLECTIONS:
        yield f"/{collection}/<slug:slug>/index.html", documents.item_page, {"collection": collection}
    if collection in EMBED_COLLECTIONS:
        yield (
            f"/embed/{collection}/<slug:slug>/index.html",
            documents.frame_document,
            {"collection": collection},
        )
        for extension in CONTENT_TYPES:
            rule = f"/oembed/{collection}/<slug:slug>.{extension}"
            yield rule, documents.oembed_document, {"collection": collection, "extension": extension}


def _list_routes(collection: str, parent: str | None) -> Iterator[Route]:
    folder = list_path("/v1", collection, parent, "<slug:slug>")
    arguments = {"collection": collection, "parent": parent}
    formats = reference_formats(collection) if has_facets(parent) else ()
    for extension in ("json", *(str(format_.extension) for format_ in formats)):
        with_extension = arguments | {"extension": extension}
        yield f"{folder}/index.{extension}", documents.list_document, with_extension
        yield f"{folder}/after/<slug:after>.{extension}", documents.list_document, with_extension
    if has_facets(parent) and TYPE_BY_COLLECTION[collection] in FACET_SCHEMAS:
        yield f"{folder}/facets.json", documents.facets_document, arguments
    if has_page(collection, parent):
        page, as_page = list_path("", collection, parent, "<slug:slug>"), arguments | {"extension": "html"}
        yield f"{page}/index.html", documents.list_document, as_page
        yield f"{page}/after/<slug:after>/index.html", documents.list_document, as_page
