"""Routes of search."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api.core.request_context import session, settings
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.resources.search.results import found
from api.resources.search.schemas import SearchQuerySchema, SearchSchema
from api.views.blueprint import Blueprint

blp = Blueprint(
    "search", __name__, url_prefix="/v1", description="Everything that has words, the best first."
)


@blp.route("/search")
@blp.document_read(
    SearchQuerySchema,
    SearchSchema,
    description="A page of hits.",
    operation="search",
    example="/v1/search?q=loneliness&limit=2",
)
def search_everything(asked: dict[str, Any]) -> Response:
    """Search everything

    Films, characters, themes, scenes, quotes and commentary that match, ranked together. Up to 10,000 hits
    are ranked and counted; of a broader search the 2,000 that came first are, `total_relation` says
    `at-least`, and filters narrow it.
    Hits include flagged words beside their content notes; `max_severity=0` leaves them out.
    """
    page = found(session(), asked, request.path, settings().base_url)
    body = encode_json(page)
    links = {"next": page["page"]["next"], "prev": page["page"]["previous"]}
    return cacheable_response(body, etag=etag_hash(body), links=links)
