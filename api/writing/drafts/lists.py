"""The list of all drafts, and the routes of releases."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from api.core.app_context import settings
from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.http.authentication import authenticate, require_scopes
from api.http.errors import ProblemException
from api.query.pagination import COUNT_CAP, ListRequest, build_page, capped_total, page_position
from api.schemas.fields import SLUG
from api.schemas.shared_schemas import list_schema
from api.views.blueprint import Blueprint
from api.writing.body_guard import require_no_body
from api.writing.drafts.access import draft_session, may_read
from api.writing.drafts.publication import publish
from api.writing.drafts.representation import (
    private_response,
    release_etag,
    release_values,
    releases,
    summaries,
)
from api.writing.drafts.routes import SUCCESS, link_response
from api.writing.drafts.saving import changed_meanwhile, matches
from api.writing.drafts.schemas import (
    DraftQuerySchema,
    DraftSchema,
    ExpirySchema,
    NoParametersSchema,
    PreviewLinkSchema,
    PublishedReleaseSchema,
    ReleaseDetailSchema,
    ReleaseSchema,
)
from api.writing.execution import REPLAYED, execute
from api.writing.operations import Operation, conditions, document
from api.writing.request_schemas import WriteQuerySchema
from models import MODELS_BY_TYPE, RESOURCES, Versioned
from models.draft import Draft
from models.scopes import PUBLISH, READ_DRAFTS, write_scope

#: The number of releases that are listed.
MAX_RELEASES = 1_000
RELEASE_NAME = {
    "in": "path",
    "name": "release",
    "x-component": "ReleaseName",
    "required": True,
    "description": "The name of the release.",
    "example": "second-edition",
    "schema": {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": 80},
}
blp = Blueprint(
    "drafts", __name__, url_prefix="/v1", description="Drafts, and releases that publish several."
)


def _readable_types() -> list[str]:
    """Return the types whose drafts the API key may read.

    Raises:
        ProblemException: 401, or 403 if there are none.
    """
    key = authenticate()
    types = [model.type_name for model in RESOURCES if may_read(key, model.__tablename__)]
    if not types:
        require_scopes(
            READ_DRAFTS, hint="A scope such as write:quotes allows to read the drafts of one collection."
        )
    return types


def _drafts(args: dict[str, Any]) -> Response:
    """List drafts

    Returns the drafts that the API key may read, by type and id, without their content.
    """
    types = _readable_types()
    list_request = ListRequest(Draft, request.path, args)
    limit, cursor = args["limit"], list_request.cursor
    columns = {"type": Draft.type_name, "release": Draft.release, "editor": Draft.editor}
    filters = [
        Draft.type_name.in_(types),
        *(column == args[name] for name, column in columns.items() if name in args),
    ]
    order: tuple[Any, ...] = (Draft.type_name, Draft.slug)
    statement = select(Draft).where(*filters).limit(limit + 1)
    is_backwards = cursor is not None and cursor.backwards
    if cursor and cursor.values:
        place, after = tuple_(*order), tuple_(*cursor.values)
        statement = statement.where(place < after if is_backwards else place > after)
    if is_backwards:
        order = tuple(column.desc() for column in order)
    with draft_session() as session:
        found = list(session.scalars(statement.order_by(*order)))
        dialect = session.connection().dialect.name
        page = build_page(
            [(draft, draft.type_name, draft.slug) for draft in found], list_request, cursor, dialect
        )
        data = summaries(session, [row[0] for row in page.rows])
        total = _count(session, filters) if args["count"] else (None, None)
    base = settings().base_url
    following, preceding = (
        list_request.neighbour(base, neighbour) for neighbour in (page.next, page.previous)
    )
    position = page_position(limit, following, preceding, *total)
    return private_response(list_schema(DraftSchema), {"data": data, "page": position, "notice": None})


def _count(session: Session, filters: list[Any]) -> tuple[int, str]:
    ids = session.scalars(select(Draft.id).where(*filters).limit(COUNT_CAP + 1)).all()
    return capped_total(len(ids))


def _releases(_args: dict[str, Any]) -> Response:
    """List releases

    Returns the releases that have drafts, by name: up to 1,000.
    """
    with draft_session() as session:
        data = releases(session, MAX_RELEASES)
    values = {"data": data, "page": page_position(MAX_RELEASES), "notice": None}
    return private_response(list_schema(ReleaseSchema), values)


def _release(_args: dict[str, Any], release: str) -> Response:
    """Get a release

    Returns a release with its drafts. `ETag` changes with each of them.
    """
    with draft_session() as session:
        drafts = _drafts_of(session, release)
        values = release_values(session, release, drafts)
    return private_response(ReleaseDetailSchema, values, etag=release_etag(drafts))


def _link(args: dict[str, Any], release: str) -> Response:
    """Create a link to a preview of a release

    Returns a URL below which every page and response is as if the release were published, for people without
    an API key.
    """
    require_no_body()
    with draft_session() as session:
        etag = release_etag(_drafts_of(session, release))
    return link_response(None, release, etag, args["expires_in"])


def _publish(args: dict[str, Any], release: str) -> Response:
    """Publish a release

    Publishes all drafts of the release as one change, or none. They may refer to each other. If one cannot be
    published, `errors` names it, and the place in it.
    """
    preconditions = conditions()
    require_no_body()

    def write(session: Session) -> tuple[Response, Versioned | None]:
        drafts = _drafts_of(session, release, is_locked=True)
        key = require_scopes(
            *sorted({write_scope(MODELS_BY_TYPE[each.type_name].__tablename__) for each in drafts})
        )
        if preconditions.if_match and not matches(preconditions.if_match, release_etag(drafts)):
            raise changed_meanwhile(release_etag(drafts), "The release has changed. Read it again.")
        applied = publish(session, drafts, key.name, args.get("note"))
        items = [
            {
                "type": each.resource.type_name,
                "id": each.resource.slug,
                "url": absolute_url(f"{COLLECTION_PATHS[each.resource.type_name]}/{each.resource.slug}"),
                "outcome": str(each.outcome),
            }
            for each in applied
        ]
        return private_response(PublishedReleaseSchema, {"name": release, "items": items}), None

    return execute(write, b"")


def _drafts_of(session: Session, release: str, *, is_locked: bool = False) -> list[Draft]:
    drafts = Draft.of_release(session, release, is_locked=is_locked)
    if not drafts:
        raise ProblemException("not-found", f"No draft has the release “{release}”.")
    return drafts


def _add(rule: str, view: Any, schema: Any, operation: Operation, *scopes: str) -> None:
    method, _, path = rule.partition(" ")
    options: dict[str, Any] = {"parameters": [RELEASE_NAME]} if "<" in path else {}
    endpoint = blp.requires_scopes(*scopes)(document(blp, view, operation, schema, SUCCESS))
    blp.route(path, methods=[method], **options)(endpoint)


def _operation(
    name: str, headers: tuple[str, ...], responses: dict[int, str], query: Any, status: int = 200
) -> Operation:
    """Return what the document says of an operation, whose summary is in the docstring of its view."""
    parameters = ("IfMatch",) if 412 in responses else ()
    return Operation(name, "", "", {status: headers}, responses, parameters, query=query)


MISSING = {404: "NotFound"}
REFUSED = MISSING | {409: "DraftConflict", 410: "Gone", 412: "ChangedMeanwhile", 428: "PreconditionRequired"}
RELEASE = "/releases/<name:release>"
_add(
    "GET /drafts",
    _drafts,
    list_schema(DraftSchema),
    _operation("listDrafts", ("Cache-Control",), {}, DraftQuerySchema),
)
_add(
    "GET /releases",
    _releases,
    list_schema(ReleaseSchema),
    _operation("listReleases", ("Cache-Control",), {}, NoParametersSchema),
    READ_DRAFTS,
)
_add(
    f"GET {RELEASE}",
    _release,
    ReleaseDetailSchema,
    _operation("getRelease", ("ETag", "Cache-Control"), MISSING, NoParametersSchema),
    READ_DRAFTS,
)
_add(
    f"POST {RELEASE}/preview-link",
    _link,
    PreviewLinkSchema,
    _operation("createReleasePreviewLink", ("Location", "Cache-Control"), MISSING, ExpirySchema, 201),
    READ_DRAFTS,
)
_add(
    f"POST {RELEASE}/publish",
    _publish,
    PublishedReleaseSchema,
    _operation("publishRelease", ("Cache-Control", REPLAYED), REFUSED, WriteQuerySchema),
    PUBLISH,
)
