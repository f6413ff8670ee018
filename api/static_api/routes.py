"""Routes of the static API: the paths of ``layout``, which the service serves as a file server would."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
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
    page_file,
    reference_formats,
)
from api.static_api.live_calls import LiveError
from models import MODELS_BY_TYPE

#: A rule, the function that returns its document, and the arguments that the rule does not have.
Route = tuple[str, Callable[..., Response], dict[str, Any]]
#: The id of an item in a rule.
ID = "<slug:slug>"


def init_app(app: Flask) -> None:
    """Register the routes. Resources must be registered before, since lists follow from their schemas."""
    static_api = Blueprint("static_api", __name__)
    for rule, document, arguments in _routes():
        static_api.add_url_rule(rule, f"file {rule}".replace(".", "_"), _view(document, arguments))
    app.register_blueprint(static_api)


def _view(document: Callable[..., Response], arguments: dict[str, Any]) -> Callable[..., Response]:
    @wraps(document)
    def view(**path: Any) -> Response:
        values = arguments | path
        if "slug" in path:
            # Here, since the redirect of a former id is to the same path of the present one.
            require_item(values.get("parent") or values["collection"], path["slug"])
        try:
            return document(**values)
        except LiveError as error:
            return error.response

    return view


def require_item(collection: str, slug: str) -> None:
    """Require that an item of a collection is public.

    Raises:
        NotFound, Gone, Renamed: there is none with this id.
    """
    MODELS_BY_TYPE[TYPE_BY_COLLECTION[collection]].by_slug(session(), slug)


def _one_of(name: str, values: Iterable[str]) -> str:
    """Return the part of a rule that matches any of the values, for an argument with this name.

    A rule for each value would match the same paths, but each application would be slower to create.
    """
    listed = ", ".join(f"'{value}'" for value in values)
    return f"<any({listed}):{name}>"


def _routes() -> Iterator[Route]:
    yield "/index.html", documents.html_document, {"path": "/"}
    yield "/v1/index.json", documents.index_document, {}
    yield "/v1/meta/index.json", documents.data_document, {"path": "/v1/meta"}
    yield "/404.html", documents.missing_document, {}
    yield "/sitemaps/index.xml", documents.sitemap_document, {}
    yield from _item_routes()
    yield from _list_routes(None, TYPE_BY_COLLECTION)
    below: dict[str, list[str]] = defaultdict(list)
    for parent, collection in lists_below():
        below[parent].append(collection)
    for parent, collections in below.items():
        yield from _list_routes(parent, collections)


def _item_routes() -> Iterator[Route]:
    yield f"/v1/{_collection(TYPE_BY_COLLECTION)}/{ID}/index.json", documents.item_document, {}
    for collection, parts in PARTS.items():
        rule = f"/v1/{collection}/{ID}/{_one_of('part', parts)}/index.json"
        yield rule, documents.part_document, {"collection": collection}
    paragraph = "/v1/sources/<slug:slug>/paragraphs/<int:number>/index.json"
    yield paragraph, documents.paragraph_document, {"collection": "sources"}
    cited = _collection(each for each in TYPE_BY_COLLECTION if item_formats(each))
    yield f"/v1/{cited}/{ID}/{_one_of('file_name', STYLE_FILES)}", documents.style_document, {}
    yield f"/{_collection(PAGE_COLLECTIONS)}/{ID}/index.html", documents.item_page, {}
    embedded = _collection(EMBED_COLLECTIONS)
    yield f"/embed/{embedded}/{ID}/index.html", documents.frame_document, {}
    extension = _one_of("extension", CONTENT_TYPES)
    yield f"/oembed/{embedded}/{ID}.{extension}", documents.oembed_document, {}


def _list_routes(parent: str | None, collections: Iterable[str]) -> Iterator[Route]:
    """Yield the routes of lists: of whole ones, or of those below the items of a collection."""
    collections, arguments = list(collections), {"parent": parent}
    cited, counted = [], []
    if has_facets(parent):
        cited = [each for each in collections if reference_formats(each)]
        counted = [each for each in collections if TYPE_BY_COLLECTION[each] in FACET_SCHEMAS]
    extensions = dict.fromkeys(str(each.extension) for name in cited for each in reference_formats(name))
    pages = [each for each in collections if has_page(each, parent)]
    if counted:
        folder = list_path("/v1", _collection(counted), parent, ID)
        yield f"{folder}/facets.json", documents.facets_document, arguments
    for listed, extension in (
        (collections, "json"),
        (cited, _one_of("extension", extensions)),
        (pages, "html"),
    ):
        if listed:
            folder = list_path("" if extension == "html" else "/v1", _collection(listed), parent, ID)
            fixed = arguments if listed is cited else arguments | {"extension": extension}
            for after in (None, "<slug:after>"):
                yield page_file(folder, after, extension), documents.list_document, fixed


def _collection(collections: Iterable[str]) -> str:
    return _one_of("collection", collections)
