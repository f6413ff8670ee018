"""The routes of the draft of an item: the same for every resource, so they are generated from the models."""

from __future__ import annotations

import time
from functools import cache, wraps
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api.core.resource_registry import get_schema_class
from api.http.authentication import SECURITY_SCHEME, authenticate
from api.http.responses import JSON as JSON_TYPE
from api.http.url_converters import slug_parameter
from api.schemas.shared_schemas import ITEM_NAMES
from api.views.blueprint import Blueprint
from api.writing.body_guard import JSON, MERGE_PATCH, read_body, require_no_body
from api.writing.drafts.access import draft_session, require_reader
from api.writing.drafts.previews import PreviewToken, preview_link
from api.writing.drafts.publication import previewed, publish
from api.writing.drafts.representation import CACHE_CONTROL, draft_response, private_response
from api.writing.drafts.saving import DraftChange, find_draft, require_tag, save
from api.writing.drafts.schemas import (
    DraftDetailSchema,
    DraftParametersSchema,
    ExpirySchema,
    NoParametersSchema,
    PreviewLinkSchema,
)
from api.writing.drafts.unpublication import unpublish
from api.writing.execution import REPLAYED, execute
from api.writing.item_state import read_state
from api.writing.json_body import parse_object
from api.writing.operations import BODY_RESPONSES, Operation, View, conditions, document
from api.writing.request_schemas import patch_schema, put_schema
from api.writing.requested_change import require_writable
from api.writing.routes import ITEM_HEADERS, item_response
from models import MODELS_BY_TYPE, Versioned
from models.draft import Draft
from models.scopes import PUBLISH, READ_DRAFTS, write_scope

#: The scopes that a key needs, or None for whoever may read drafts of the collection.
Scopes = tuple[str, ...] | None
HEADERS = ("ETag", "Cache-Control")
WRITE_HEADERS = (*HEADERS, REPLAYED)
#: Responses of every operation on a draft, by the names of their components.
MISSING = {404: "NotFound"}
CONDITIONS = MISSING | {410: "Gone", 412: "ChangedMeanwhile", 428: "PreconditionRequired"}
SAVED = {200: WRITE_HEADERS, 201: ("Location", *WRITE_HEADERS)}
SUCCESS = {200: "Success.", 201: "It is new.", 204: "It is deleted."}


@cache
def add_draft_routes(blp: Blueprint, model: Any) -> None:
    """Add the routes of drafts of a resource to its blueprint, once."""
    type_name, collection = model.type_name, model.__tablename__
    name, noun = type_name.title(), ITEM_NAMES.get(type_name, type_name)
    item, writing = get_schema_class(type_name), (write_scope(collection),)
    path = f"/{collection}/<slug:{type_name}>/draft"
    parameters = [slug_parameter(type_name, type_name)]

    def add(rule: str, view: View, item: Any, operation: Operation, scopes: Scopes = None) -> None:
        method, _, suffix = rule.partition(" ")
        endpoint = document(blp, view, operation, item, SUCCESS)
        guarded = (
            restrict_to_readers(blp, endpoint, collection)
            if scopes is None
            else blp.requires_scopes(*scopes)(endpoint)
        )
        blp.route(f"{path}{suffix}", methods=[method], parameters=parameters)(guarded)

    add(
        "GET ",
        _read(type_name),
        DraftDetailSchema,
        Operation(
            f"get{name}Draft",
            f"Get the draft of a {noun}",
            "Returns the draft with its content, and what is wrong with it. `ETag` is that of the draft.",
            {200: HEADERS},
            MISSING,
            query=NoParametersSchema,
        ),
    )
    add(
        "PUT ",
        _save(type_name, is_patch=False),
        DraftDetailSchema,
        Operation(
            f"save{name}Draft",
            f"Save a draft of a {noun}",
            "With `If-None-Match: *`, makes a draft of an item, or of a new one with this id. With "
            "`If-Match`, replaces the draft. It need not be complete or valid: `errors` says what is "
            "missing. What is public stays as it is.",
            SAVED,
            BODY_RESPONSES | CONDITIONS,
            ("IfMatchToReplace", "IfNoneMatchToCreate"),
            put_schema(model),
            query=DraftParametersSchema,
        ),
        writing,
    )
    add(
        "PATCH ",
        _save(type_name, is_patch=True),
        DraftDetailSchema,
        Operation(
            f"update{name}Draft",
            f"Update the draft of a {noun}",
            "Changes the members in the body, and leaves the others (RFC 7396). With `If-None-Match: *`, "
            "makes a draft of the present item with these changes.",
            SAVED,
            BODY_RESPONSES | CONDITIONS,
            ("IfMatchToReplace", "IfNoneMatchToCreate"),
            patch_schema(model),
            (MERGE_PATCH, JSON),
            query=DraftParametersSchema,
        ),
        writing,
    )
    add(
        "DELETE ",
        _delete(type_name),
        None,
        Operation(
            f"delete{name}Draft",
            f"Delete the draft of a {noun}",
            "Deletes the draft. The public item stays as it is.",
            {204: ("Cache-Control", REPLAYED)},
            CONDITIONS,
            ("IfMatch",),
            query=NoParametersSchema,
        ),
        writing,
    )
    add(
        "GET /preview",
        _preview(type_name),
        item,
        Operation(
            f"preview{name}Draft",
            f"Preview the draft of a {noun}",
            "Returns what a GET of the item would return if the draft were published now, with the same "
            "checks. Only the times differ.",
            {200: ("Cache-Control",)},
            MISSING | {409: "DraftConflict", 410: "Gone", 422: "InvalidChange"},
            query=NoParametersSchema,
        ),
    )
    add(
        "POST /preview-link",
        _link(type_name),
        PreviewLinkSchema,
        Operation(
            f"create{name}DraftPreviewLink",
            f"Create a link to a preview of a {noun}",
            "Returns a URL below which every page and response is as if the draft were published, for people "
            "without an API key. It expires, and it ends when the draft is saved again, or the key revoked.",
            {201: ("Location", "Cache-Control")},
            MISSING,
            query=ExpirySchema,
        ),
    )
    add(
        "POST /publish",
        _publish(type_name),
        item,
        Operation(
            f"publish{name}Draft",
            f"Publish the draft of a {noun}",
            "Makes the item what the draft says, with all checks, and removes the draft. If the item has "
            "changed since the draft was made, nothing happens: 409 shows what both have changed.",
            {200: ITEM_HEADERS, 201: ("Location", *ITEM_HEADERS)},
            CONDITIONS | {409: "DraftConflict"},
            ("IfMatch",),
        ),
        (*writing, PUBLISH),
    )
    _add_unpublish(blp, model)


def _add_unpublish(blp: Blueprint, model: Any) -> None:
    type_name, collection = model.type_name, model.__tablename__
    noun = ITEM_NAMES.get(type_name, type_name)
    operation = Operation(
        f"unpublish{type_name.title()}",
        f"Take a {noun} back into a draft",
        "Deletes an item that no other one refers to, and makes a draft of its content. Its URL returns 410 "
        "until the draft is published: then the same id has it again. Its history stays.",
        {201: ("Location", *WRITE_HEADERS)},
        CONDITIONS,
        ("IfMatch",),
    )

    def view(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions()
        require_no_body()

        def write(session: Session) -> tuple[Response, Versioned | None]:
            key = type_name, path[type_name]
            draft, item = unpublish(session, key, preconditions, authenticate().name)
            return draft_response(session, draft, 201), item

        return execute(write, b"", note=args.get("note"))

    endpoint = document(blp, view, operation, DraftDetailSchema, {201: "The draft."})
    guarded = blp.requires_scopes(write_scope(collection), PUBLISH)(endpoint)
    rule = f"/{collection}/<slug:{type_name}>/unpublish"
    blp.route(rule, methods=["POST"], parameters=[slug_parameter(type_name, type_name)])(guarded)


def restrict_to_readers(blp: Blueprint, view: View, collection: str) -> View:
    """Return a view that only readers of the collection's drafts find."""
    scopes = (READ_DRAFTS, write_scope(collection))
    endpoint = blp.doc(security=[{SECURITY_SCHEME: [scope]} for scope in scopes])(view)

    @wraps(endpoint)
    def checked(*args: Any, **path: Any) -> Response:
        require_reader(collection)
        response: Response = endpoint(*args, **path)
        return response

    checked._apidoc = endpoint._apidoc  # type: ignore[attr-defined]
    return checked


def _read(type_name: str) -> View:
    def read(_args: dict[str, Any], **path: str) -> Response:
        with draft_session() as session:
            return draft_response(session, find_draft(session, (type_name, path[type_name])))

    return read


def _save(type_name: str, *, is_patch: bool) -> View:
    def save_draft(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions(may_create=True)
        body = read_body((MERGE_PATCH, JSON) if is_patch else (JSON,))
        values = parse_object(body)
        require_writable(type_name, values)
        change = DraftChange((type_name, path[type_name]), values, is_patch, preconditions, args)

        def write(session: Session) -> tuple[Response, Versioned | None]:
            draft, is_new = save(session, change, authenticate().name)
            return draft_response(session, draft, 201 if is_new else 200), _item(session, draft)

        return execute(write, body)

    return save_draft


def _delete(type_name: str) -> View:
    def delete(_args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions()
        require_no_body()

        def write(session: Session) -> tuple[Response, Versioned | None]:
            draft = find_draft(session, (type_name, path[type_name]), is_locked=True)
            require_tag(draft, preconditions)
            session.delete(draft)
            session.flush()
            response = Response(status=204, headers={"Cache-Control": CACHE_CONTROL})
            response.headers.pop("Content-Type", None)
            return response, None

        return execute(write, b"")

    return delete


def _preview(type_name: str) -> View:
    def preview(_args: dict[str, Any], **path: str) -> Response:
        key = (type_name, path[type_name])
        with previewed(lambda session: [find_draft(session, key)], authenticate().name) as session:
            state = read_state(session, *key)
        response = Response(state.body, content_type=JSON_TYPE)
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response

    return preview


def _link(type_name: str) -> View:
    def link(args: dict[str, Any], **path: str) -> Response:
        require_no_body()
        with draft_session() as session:
            etag = find_draft(session, (type_name, path[type_name])).etag
        return link_response(type_name, path[type_name], etag, args["expires_in"])

    return link


def link_response(type_name: str | None, name: str, etag: str, seconds: int) -> Response:
    """Return a new link to a preview, of an item's draft or of a release."""
    token = PreviewToken(type_name, name, etag, int(time.time()) + seconds, authenticate().public_id)
    values = preview_link(token)
    response = private_response(PreviewLinkSchema, values, 201)
    response.headers["Location"] = values["url"]
    return response


def _publish(type_name: str) -> View:
    def publish_draft(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions()
        require_no_body()

        def write(session: Session) -> tuple[Response, Versioned | None]:
            draft = find_draft(session, (type_name, path[type_name]), is_locked=True)
            require_tag(draft, preconditions)
            (applied,) = publish(session, [draft], authenticate().name, args.get("note"))
            return item_response(session, applied), applied.resource

        return execute(write, b"")

    return publish_draft


def _item(session: Session, draft: Draft) -> Versioned | None:
    """Return the item of a draft: if that is purged, so is the response that shows the draft."""
    model = MODELS_BY_TYPE[draft.type_name]
    item: Versioned | None = session.scalar(model.select_where(id=[draft.slug]))
    return item
