"""Route of the change feed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from api.core.app_context import session
from api.core.urls import absolute_url
from api.http.errors import ProblemException
from api.http.responses import cacheable_response, encode_json, etag_hash
from api.resources.changes.schemas import (
    DEFAULT_LIMIT,
    ChangeFeedSchema,
    ChangeQuerySchema,
    change_values,
)
from api.views.blueprint import Blueprint
from models.change import Change, Position, changes_after, feed_end

blp = Blueprint(
    "changes", __name__, url_prefix="/v1", description="What has changed, for copies of the content."
)


@blp.route("/changes")
@blp.document_read(
    ChangeQuerySchema,
    ChangeFeedSchema,
    description="A page of the feed.",
    operation="listChanges",
    example="/v1/changes?limit=2",
    responses={410: "ResyncRequired"},
)
def changes(args: dict[str, Any]) -> Response:
    """List changes

    Returns what has changed since a position, the oldest change first: of all types, in the order of commits.
    Each `page.resume` is the position to go on from, for ever. Poll it with `If-None-Match`. Changes that
    readers do not see, such as those of drafts, are not in the feed, so generations may be missing.
    A position of another epoch is refused (410): the database was restored, so begin again.
    """
    end, after, limit = feed_end(session()), args.get("after"), args["limit"]
    _require_known(after, end)
    types = args.get("type")
    rows = changes_after(session(), after, types=types, is_newest_only=args["newest"], limit=limit + 1)
    shown = rows[:limit]
    # After the last page, the next one begins at the end: what was filtered out is not read again.
    resume = _position(end, shown[-1]) if len(rows) > limit else end
    following = _url(args, resume) if len(rows) > limit else None
    values = {
        "data": [change_values(change) for change in shown],
        "page": {"limit": limit, "next": following, "resume": resume and str(resume)},
        "epoch": end.epoch if end else None,
        "generation": end.generation if end else 0,
    }
    body = encode_json(ChangeFeedSchema().dump(values))
    return cacheable_response(body, etag=etag_hash(body), links={"next": following})


def _position(end: Position | None, change: Change) -> Position | None:
    return end and Position(end.epoch, change.generation, change.ordinal)


def _require_known(after: Position | None, end: Position | None) -> None:
    """Refuse a position that is not one of this history.

    Raises:
        ProblemException: 410, with the URLs to begin again from.
    """
    if after is None or (end and after.epoch == end.epoch and after.generation <= end.generation):
        return
    members = {"snapshots": absolute_url("/v1/snapshots"), "changes": absolute_url(request.path)}
    detail = "The cursor belongs to a history of the content that this service does not have any more."
    raise ProblemException("resync-required", detail, members=members)


def _url(args: dict[str, Any], resume: Position | None) -> str:
    """Return the URL of the page after a position, with the other parameters of this request."""
    params: dict[str, Any] = {"after": str(resume)}
    if "type" in args:
        params["type"] = ",".join(args["type"])
    if args["newest"]:
        params["newest"] = "true"
    if args["limit"] != DEFAULT_LIMIT:
        params["limit"] = args["limit"]
    return f"{absolute_url(request.path)}?{urlencode(params, safe=',')}"
