"""The write routes of every resource: create, update, replace, delete and rename.

They are the same for all resources, so they are generated from the models. Each view checks, in this order:
the API key and its scopes (401, 403), the headers (400, 428), the body (415, 411, 413, 400), the JSON (400,
422). Then one transaction does the rest (``api.writing.execution``, ``api.writing.changes``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from flask import Response
from sqlalchemy.orm import Session

from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.http.authentication import require_scopes
from api.http.responses import COMMON_HEADERS
from api.http.responses import JSON as JSON_TYPE
from api.http.url_converters import slug_parameter
from api.schemas.shared_schemas import ITEM_NAMES
from api.views.blueprint import Blueprint
from api.views.history import pin_parameter
from api.writing.body_guard import JSON, MERGE_PATCH, read_body, require_no_body
from api.writing.changes import Applied, Outcome, apply_change
from api.writing.drafts.creation import asks_for_draft, create_draft
from api.writing.essays import essays
from api.writing.execution import check_idempotency_key, execute
from api.writing.item_state import read_state
from api.writing.json_body import Fault, invalid_body, parse_object
from api.writing.preconditions import Preconditions
from api.writing.request_schemas import (
    RenameSchema,
    RestoreQuerySchema,
    WriteQuerySchema,
    patch_schema,
    post_schema,
    put_schema,
)
from api.writing.requested_change import Method, RequestedChange, new_item, require_writable
from api.writing.restoration import RestoreRequest, restore
from models import Versioned
from models.pin import Pin
from models.scopes import PUBLISH, write_scope

#: Responses of every write besides success, by the names of their components.
WRITE_RESPONSES = {
    400: "MalformedRequest",
    409: "ChangeConflict",
    422: "InvalidChange",
    429: "TooManyRequests",
    503: "NotWritable",
    507: "StorageFull",
}
BODY_RESPONSES = {411: "LengthRequired", 413: "ContentTooLarge", 415: "UnsupportedMediaType"}
ITEM_RESPONSES = {404: "NotFound", 410: "Gone", 412: "ChangedMeanwhile", 428: "PreconditionRequired"}
IF_MATCH, PUT_CONDITIONS = ("IfMatch",), ("IfMatchToReplace", "IfNoneMatchToCreate")
ITEM_HEADERS = ("ETag", "Cache-Control", "Idempotency-Replayed")
DRAFT_HINT = 'With "status": "draft" in the body, this request makes a draft.'
View = Callable[..., Response]
#: The maximum length of the header ``Restore-Dropped``.
MAX_DROPPED_CHARACTERS = 1_000


class Operation(NamedTuple):
    """What the document says of a write, besides what all writes share."""

    id: str
    summary: str
    description: str
    #: Statuses of success, with the headers of the response that are special to it.
    success: dict[int, tuple[str, ...]]
    responses: dict[int, str]
    parameters: Sequence[str] = ()
    schema: Any = None
    media_types: Sequence[str] = (JSON,)
    query: Any = WriteQuerySchema


@cache
def add_write_routes(blp: Blueprint, model: Any) -> None:
    """Add the write routes of a resource to its blueprint, once."""
    collection, type_name = f"/{model.__tablename__}", model.type_name
    item = f"{collection}/<slug:{type_name}>"
    parameters = [slug_parameter(type_name, type_name)]
    name, noun = type_name.title(), ITEM_NAMES.get(type_name, type_name)
    item_schema = get_schema_class(type_name)

    def add(rule: str, http_method: str, view: View, operation: Operation) -> None:
        view.__name__, view.__doc__ = operation.id, f"{operation.summary}\n\n{operation.description}"
        documented = _document(blp, model, item_schema, view, operation)
        options: dict[str, Any] = {} if rule == collection else {"parameters": parameters}
        blp.route(rule, methods=[http_method], **options)(documented)

    add(
        collection,
        "POST",
        _create(type_name),
        Operation(
            f"create{name}",
            f"Create {_article(noun)} {noun}",
            "Creates an item with the id that you choose, and publishes it. Send an `Idempotency-Key`: then "
            "the request can be repeated if its response is lost.",
            {201: ("Location", *ITEM_HEADERS)},
            BODY_RESPONSES,
            schema=post_schema(model),
        ),
    )
    add(
        item,
        "PATCH",
        _update(type_name),
        Operation(
            f"update{name}",
            f"Update {_article(noun)} {noun}",
            "Changes the members in the body, and leaves the others (RFC 7396). Lists are replaced as a "
            "whole. Null sets a member to null or, if it is never null, to its default. A change without "
            "effect makes no revision.",
            {200: ITEM_HEADERS},
            BODY_RESPONSES | ITEM_RESPONSES,
            IF_MATCH,
            patch_schema(model),
            (MERGE_PATCH, JSON),
        ),
    )
    add(
        item,
        "PUT",
        _replace(type_name),
        Operation(
            f"replace{name}",
            f"Replace or create {_article(noun)} {noun}",
            "With `If-Match`, replaces the item: members that the body leaves out get their defaults. With "
            "`If-None-Match` set to `*`, creates the item if the id was never used.",
            {200: ITEM_HEADERS, 201: ("Location", *ITEM_HEADERS)},
            BODY_RESPONSES | ITEM_RESPONSES,
            PUT_CONDITIONS,
            put_schema(model),
        ),
    )
    add(
        item,
        "DELETE",
        _delete(type_name),
        Operation(
            f"delete{name}",
            f"Delete {_article(noun)} {noun}",
            "Deletes an item that no other one refers to. Its URL returns 410 from then on, and its id is "
            "never used again. Its history stays.",
            {204: ("Cache-Control", "Idempotency-Replayed")},
            ITEM_RESPONSES,
            IF_MATCH,
        ),
    )
    add(
        f"{item}/rename",
        "POST",
        _rename(type_name),
        Operation(
            f"rename{name}",
            f"Rename {_article(noun)} {noun}",
            "Gives the item another id. The old id redirects to it for ever, and is never used again. "
            "References follow by themselves.",
            {200: ("Location", *ITEM_HEADERS)},
            BODY_RESPONSES | ITEM_RESPONSES,
            IF_MATCH,
            RenameSchema,
        ),
    )

    restored = f"{item}/revisions/<pin:revision>/restore"
    documented = _document(
        blp,
        model,
        item_schema,
        _named(
            _restore(model),
            restore_operation := Operation(
                f"restore{name}",
                f"Restore a revision of {_article(noun)} {noun}",
                "Gives the item the content of an earlier public revision again, in a new revision whose "
                "note says so. A deleted item is public again; `If-Match: *` restores it whatever its "
                "revision is. References to what is gone are refused (409), or left out with "
                "`drop_missing=true`: then the header `Restore-Dropped` has their JSON Pointers, and those "
                "of values that records have no more.",
                {200: (*ITEM_HEADERS, "Restore-Dropped")},
                ITEM_RESPONSES,
                IF_MATCH,
                query=RestoreQuerySchema,
            ),
        ),
        restore_operation,
    )
    pin = pin_parameter("revision", "Revision", "The pin of a revision, or its number.")
    blp.route(restored, methods=["POST"], parameters=[*parameters, pin])(documented)


def _named(view: View, operation: Operation) -> View:
    view.__name__, view.__doc__ = operation.id, f"{operation.summary}\n\n{operation.description}"
    return view


def _restore(model: Any) -> View:
    def restore_view(args: dict[str, Any], revision: Pin, **path: str) -> Response:
        conditions = _conditions()
        require_no_body()
        slug = path[model.type_name]
        wanted = RestoreRequest(model, slug, revision, conditions, args["drop_missing"], args.get("note"))

        def write(session: Session) -> tuple[Response, Versioned | None]:
            restored = restore(session, wanted, essays())
            response = _response(session, Applied(restored.resource, Outcome.UPDATED))
            if restored.dropped:
                response.headers["Restore-Dropped"] = ", ".join(restored.dropped)[:MAX_DROPPED_CHARACTERS]
            return response, restored.resource

        return execute(write, repr(sorted(args.items())).encode())

    return restore_view


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _document(
    blp: Blueprint, model: type[Versioned], item_schema: Any, view: View, operation: Operation
) -> View:
    """Return the view with its checks of the key and the query, documented."""
    endpoint = blp.arguments(operation.query(), location="query")(view)
    for status, headers in operation.success.items():
        components = {name: name for name in (*headers, *COMMON_HEADERS)}
        schema = None if status == 204 else item_schema
        description = {200: "The item as it is now.", 201: "The new item.", 204: "The item is deleted."}
        respond = blp.response if status == min(operation.success) else blp.alt_response
        endpoint = respond(status, schema=schema, description=description[status], headers=components)(
            endpoint
        )
    apidoc = endpoint._apidoc
    apidoc["arguments"]["responses"].clear()
    documented = apidoc["response"]["responses"]
    documented |= {status: [name] for status, name in (WRITE_RESPONSES | operation.responses).items()}
    doc: dict[str, Any] = {"operationId": operation.id}
    if operation.schema is not None:
        content = {media_type: {"schema": operation.schema} for media_type in operation.media_types}
        doc["requestBody"] = {"required": True, "content": content}
    endpoint = blp.doc(**doc)(endpoint)
    endpoint._apidoc = endpoint._apidoc | {"write_parameters": (*operation.parameters, "IdempotencyKey")}
    # Without PUBLISH, a POST can still make a draft.
    needed = () if operation.id.startswith("create") else (PUBLISH,)
    return blp.requires_scopes(write_scope(model.__tablename__), *needed)(endpoint)


def _create(type_name: str) -> View:
    def create(args: dict[str, Any]) -> Response:
        check_idempotency_key()
        body = read_body()
        values = parse_object(body)
        if asks_for_draft(values):
            return create_draft(type_name, values, body, args)
        require_scopes(PUBLISH, hint=DRAFT_HINT)
        return _write(new_item(type_name, values), body, args)

    return create


def _update(type_name: str) -> View:
    def update(args: dict[str, Any], **path: str) -> Response:
        conditions = _conditions()
        body = read_body((MERGE_PATCH, JSON))
        patch = parse_object(body)
        require_writable(type_name, patch)
        return _write(
            RequestedChange(Method.PATCH, type_name, path[type_name], patch, conditions), body, args
        )

    return update


def _replace(type_name: str) -> View:
    def replace(args: dict[str, Any], **path: str) -> Response:
        conditions = _conditions(may_create=True)
        body = read_body()
        values = parse_object(body)
        require_writable(type_name, values)
        return _write(RequestedChange(Method.PUT, type_name, path[type_name], values, conditions), body, args)

    return replace


def _delete(type_name: str) -> View:
    def delete(args: dict[str, Any], **path: str) -> Response:
        conditions = _conditions()
        require_no_body()
        change = RequestedChange(Method.DELETE, type_name, path[type_name], {}, conditions)
        return _write(change, b"", args)

    return delete


def _rename(type_name: str) -> View:
    def rename(args: dict[str, Any], **path: str) -> Response:
        conditions = _conditions()
        body = read_body()
        new_id = parse_new_id(parse_object(body))
        change = RequestedChange(Method.RENAME, type_name, path[type_name], {"id": new_id}, conditions)
        return _write(change, body, args)

    return rename


def parse_new_id(body: dict[str, Any]) -> str:
    """Return the new id in the body of a rename.

    Raises:
        ProblemException: 422, if it is no text, or there is something else.
    """
    faults = [Fault(f"/{name}", "Unknown field. Allowed: id.") for name in body if name != "id"]
    new_id = body.get("id")
    if not isinstance(new_id, str):
        faults.append(Fault("/id", "Must be a text: the new id."))
    if faults or not isinstance(new_id, str):
        raise invalid_body(faults)
    return new_id


def _conditions(*, may_create: bool = False) -> Preconditions:
    check_idempotency_key()
    conditions = Preconditions.from_request()
    conditions.require_any(may_create=may_create)
    return conditions


def _write(change: RequestedChange, body: bytes, args: dict[str, Any]) -> Response:
    def write(session: Session) -> tuple[Response, Versioned | None]:
        applied = apply_change(session, change, essays=essays())
        shown = None if applied.outcome is Outcome.DELETED else applied.resource
        return _response(session, applied), shown

    return execute(write, body, note=args.get("note"))


def _response(session: Session, applied: Applied) -> Response:
    """Return the item as GET returns it, or nothing if it is deleted."""
    resource = applied.resource
    if applied.outcome is Outcome.DELETED:
        response = Response(status=204)
        response.headers.pop("Content-Type", None)
    else:
        state = read_state(session, resource.type_name, resource.slug)
        response = Response(
            state.body, 201 if applied.outcome is Outcome.CREATED else 200, content_type=JSON_TYPE
        )
        response.set_etag(state.etag)
    if applied.outcome in (Outcome.CREATED, Outcome.RENAMED):
        response.headers["Location"] = absolute_url(f"{COLLECTION_PATHS[resource.type_name]}/{resource.slug}")
    response.headers["Cache-Control"] = "no-store"
    return response
