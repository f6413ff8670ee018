"""Routes of the index, the service's metadata, the OpenAPI document and the health checks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Response, redirect, request

from api.core.app_context import database, session, settings
from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.core.version import VERSION
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.resources.service.openapi_document import DocumentQuerySchema, render_document
from api.resources.service.schemas import IndexSchema, MetaSchema
from api.resources.service.snapshots import newest_snapshot_url
from api.schemas.item_shape import ItemQuerySchema
from api.views.blueprint import Blueprint
from models import Quote, Unavailable
from models.content_summary import ContentSummary
from models.database import UNMIGRATED

blp = Blueprint("index", __name__, url_prefix="/v1", description="Entry point and service metadata.")
plain = PlainBlueprint("meta", __name__)

#: Links of the index besides the lists, and links of ``/v1/meta``.
SERVICE = {
    "search": "/v1/search?q=",
    "random_quotes": "/v1/quotes/random",
    "daily_quote": "/v1/quotes/daily",
    "random_commentary": "/v1/commentary/random",
    "daily_commentary": "/v1/commentary/daily",
    "changes": "/v1/changes",
    "snapshots": "/v1/snapshots",
    "meta": "/v1/meta",
    "openapi": "/v1/openapi.json",
    "openapi_yaml": "/v1/openapi.yaml",
    "openapi_without_examples": "/v1/openapi.json?examples=false",
    "docs": "/docs",
    "reference": "/docs/reference",
    "guides": "/docs/guides",
    "problems": "/docs/problems",
    "changelog": "/docs/changelog",
    "embed": "/embed",
    "atom_feed": "/feeds/quotes.atom",
    "json_feed": "/feeds/quotes.json",
    "changes_feed": "/feeds/changes.atom",
    "daily_feed": "/feeds/daily.atom",
    "home": "/",
    "search_page": "/search",
    "livez": "/livez",
    "readyz": "/readyz",
}
ABOUT = {
    "index": "/v1",
    "openapi": "/v1/openapi.json",
    "docs": "/docs",
    "changelog": "/docs/changelog",
    "versioning": "/docs/guides/versioning",
}


@blp.route("")
@blp.document_read(
    ItemQuerySchema,
    IndexSchema,
    description="The index.",
    operation="getIndex",
    example="/v1",
    headers=("ETag", "Cache-Control", "Vary"),
)
def index(_args: dict[str, Any]) -> Response:
    """Get the index

    Returns the URLs of all lists, of search, random and daily content, of the documentation, and of what the
    service has besides the API: oEmbed, feeds, the gallery of embeds, web pages and health checks.
    """
    lists = {path.rsplit("/", 1)[1]: path for path in COLLECTION_PATHS.values()}
    links = _links(lists | SERVICE | {"oembed": _oembed_path()})
    body = encode_json(IndexSchema().dump({"links": links}))
    return cacheable_response(body, etag=etag_hash(body))


@blp.route("/meta")
@blp.document_read(
    ItemQuerySchema,
    MetaSchema,
    description="The metadata of the service.",
    operation="getMeta",
    example="/v1/meta",
    headers=("ETag", "Cache-Control", "Vary"),
)
def meta(_args: dict[str, Any]) -> Response:
    """Get service metadata

    Returns the release and build of the service, the number of items in each list, and a number that every
    change of content raises. Clients that store responses can poll this endpoint with `If-None-Match`: as
    long as `content.epoch`, `content.generation`, `release` and `build` stay the same, no list or item has
    changed.
    """
    links = {**_links(ABOUT), "snapshot": newest_snapshot_url()}
    about = {"release": VERSION, "build": settings().build, "links": links}
    body = encode_json(MetaSchema().dump(about | {"content": ContentSummary.load(session())}))
    return cacheable_response(body, etag=etag_hash(body))


def _oembed_path() -> str:
    """Return the path of the oEmbed response for the first quote; without one, of the endpoint alone."""
    first = Quote.select_where().with_only_columns(Quote.slug, maintain_column_froms=True)
    slug = session().scalar(first.order_by(Quote.slug).limit(1))
    return f"/oembed?url={absolute_url(f'/quotes/{slug}')}" if slug else "/oembed"


def _links(paths: dict[str, str]) -> dict[str, str]:
    return {name: absolute_url(path) for name, path in paths.items()}


@plain.get("/v1/openapi.json")
@Blueprint.ARGUMENTS_PARSER.use_args(DocumentQuerySchema(), location="query")
def openapi(args: dict[str, bool]) -> Response:
    """Serve the committed document, with the URLs of this service."""
    body, etag = render_document(settings().base_url, settings().base_path, as_yaml=False, **args)
    return cacheable_response(body, etag=etag)


@plain.get("/v1/openapi.yaml")
@Blueprint.ARGUMENTS_PARSER.use_args(DocumentQuerySchema(), location="query")
def openapi_yaml(args: dict[str, bool]) -> Response:
    """Serve the same document in YAML (RFC 9512)."""
    body, etag = render_document(settings().base_url, settings().base_path, as_yaml=True, **args)
    # The extension decides, whatever the Accept header says.
    return cacheable_response(body, etag=etag, content_type="application/yaml", negotiated=True)


@plain.get("/openapi.<any(json, yaml):extension>")
def redirect_to_openapi(extension: str) -> Any:
    """Redirect from where many tools look for the document first."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return redirect(f"{absolute_url(f'/v1/openapi.{extension}')}{query}", 308)


@plain.get("/livez")
def livez() -> Response:
    """Report that the process is alive."""
    return _probe("alive")


@plain.get("/readyz")
def readyz() -> Response:
    """Report that the database responds and is migrated; otherwise respond with 503."""
    database().require_usable()
    connection = session().connection()
    version = database().server_version(connection)
    if not database().is_migrated(connection):
        raise Unavailable(UNMIGRATED)
    return _probe("ready", database={"name": database().url.get_backend_name(), "version": version})


def _probe(status: str, **details: Any) -> Response:
    body = encode_json({"status": status, **details})
    return Response(body, mimetype="application/json", headers={"Cache-Control": "no-store"})
