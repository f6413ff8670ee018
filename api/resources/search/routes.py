"""Routes of search."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api.core.app_context import session, settings
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.resources.search.results import search_page
from api.resources.search.schemas import SearchQuerySchema, SearchSchema
from api.views.blueprint import Blueprint

blp = Blueprint(
    "search",
    __name__,
    url_prefix="/v1",
    description="Full-text search across all content, ranked by relevance.",
)


@blp.route("/search")
@blp.document_read(
    SearchQuerySchema,
    SearchSchema,
    description="A page of hits.",
    operation="search",
    example="/v1/search?q=loneliness&limit=2",
)
def search_everything(args: dict[str, Any]) -> Response:
    """Search everything

    Returns matching films, characters, themes, scenes, quotes and commentary in one ranking. Up to 10,000
    hits are ranked and counted. A broader search ranks and counts only 2,000 of its hits, and its
    `total_relation` is `at-least`: narrow it with filters.
    Hits include flagged text along with its advisories; `max_severity=0` excludes it.
    """
    page = search_page(session(), args, request.path, settings().base_url)
    body = encode_json(page)
    links = {"next": page["page"]["next"], "prev": page["page"]["previous"]}
    return cacheable_response(body, etag=etag_hash(body), links=links)
