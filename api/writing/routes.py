"""The write routes of every resource: create, update, replace, delete and rename.

They are the same for all resources, so they are generated from the models. Each view checks, in this order:
the API key and its scopes (401, 403), the headers (400, 428), the body (415, 411, 413, 400), the JSON (400,
422). Then one transaction does the rest (``api.writing.execution``, ``api.writing.changes``).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api.core.resource_registry import COLLECTION_PATHS, get_schema_class
from api.core.urls import absolute_url
from api.http.responses import JSON as JSON_TYPE
from api.http.url_converters import slug_parameter
from api.schemas.shared_schemas import ITEM_NAMES
from api.views.blueprint import Blueprint
from api.views.history import pin_parameter
from api.writing.body_guard import JSON, MERGE_PATCH, read_body, require_no_body
from api.writing.changes import Applied, Outcome, apply_change
from api.writing.essays import essays
from api.writing.execution import REPLAYED, check_idempotency_key, execute
from api.writing.item_state import read_state
from api.writing.json_body import Fault, invalid_body, parse_object
from api.writing.operations import BODY_RESPONSES, Operation, View, conditions, document
from api.writing.request_schemas import (
    RenameSchema,
    RestoreQuerySchema,
    patch_schema,
    post_schema,
    put_schema,
)
from api.writing.requested_change import Method, RequestedChange, new_item, require_writable
from api.writing.restoration import RestoreRequest, restore
from models import Versioned
from models.pin import Pin
from models.scopes import PUBLISH, write_scope

ITEM_RESPONSES = {404: "NotFound", 410: "Gone", 412: "ChangedMeanwhile", 428: "PreconditionRequired"}
IF_MATCH, PUT_CONDITIONS = ("IfMatch",), ("IfMatchToReplace", "IfNoneMatchToCreate")
ITEM_HEADERS = ("ETag", "Cache-Control", REPLAYED)
#: The maximum length of the header ``Restore-Dropped``.
MAX_DROPPED_CHARACTERS = 1_000


@cache
def add_write_routes(blp: Blueprint, model: Any) -> None:
    """Add the write routes of a resource to its blueprint, once."""
    collection, type_name = f"/{model.__tablename__}", model.type_name
    item = f"{collection}/<slug:{type_name}>"
    parameters = [slug_parameter(type_name, type_name)]
    name, noun = type_name.title(), ITEM_NAMES.get(type_name, type_name)

    def add(rule: str, http_method: str, view: View, operation: Operation, *more: dict[str, Any]) -> None:
        options: dict[str, Any] = {} if rule == collection else {"parameters": [*parameters, *more]}
        blp.route(rule, methods=[http_method], **options)(_documented(blp, model, view, operation))

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
            {204: ("Cache-Control", REPLAYED)},
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

    add(
        f"{item}/revisions/<pin:revision>/restore",
        "POST",
        _restore(model),
        Operation(
            f"restore{name}",
            f"Restore a revision of {_article(noun)} {noun}",
            "Gives the item the content of an earlier public revision again, in a new revision whose note "
            "says so. A deleted item is public again; `If-Match: *` restores it whatever its revision is. "
            "References to what is gone are refused (409), or left out with `drop_missing=true`: then the "
            "header `Restore-Dropped` has their JSON Pointers, and those of values that records have no "
            "more.",
            {200: (*ITEM_HEADERS, "Restore-Dropped")},
            ITEM_RESPONSES,
            IF_MATCH,
            query=RestoreQuerySchema,
        ),
        pin_parameter("revision", "Revision", "The pin of a revision, or its number."),
    )


def _restore(model: Any) -> View:
    def restore_view(args: dict[str, Any], revision: Pin, **path: str) -> Response:
        preconditions = conditions()
        require_no_body()
        slug = path[model.type_name]
        wanted = RestoreRequest(model, slug, revision, preconditions, args["drop_missing"], args.get("note"))

        def write(session: Session) -> tuple[Response, Versioned | None]:
            restored = restore(session, wanted, essays())
            response = item_response(session, Applied(restored.resource, Outcome.UPDATED))
            if restored.dropped:
                response.headers["Restore-Dropped"] = ", ".join(restored.dropped)[:MAX_DROPPED_CHARACTERS]
            return response, restored.resource

        return execute(write, b"")

    return restore_view


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _documented(blp: Blueprint, model: type[Versioned], view: View, operation: Operation) -> View:
    """Return the view with its checks of the key and the query, documented."""
    endpoint = document(blp, view, operation, get_schema_class(model.type_name))
    return blp.requires_scopes(write_scope(model.__tablename__), PUBLISH)(endpoint)


def _create(type_name: str) -> View:
    def create(args: dict[str, Any]) -> Response:
        check_idempotency_key()
        body = read_body()
        return _write(new_item(type_name, parse_object(body)), body, args)

    return create


def _update(type_name: str) -> View:
    def update(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions()
        body = read_body((MERGE_PATCH, JSON))
        patch = parse_object(body)
        require_writable(type_name, patch)
        return _write(
            RequestedChange(Method.PATCH, type_name, path[type_name], patch, preconditions), body, args
        )

    return update


def _replace(type_name: str) -> View:
    def replace(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions(may_create=True)
        body = read_body()
        values = parse_object(body)
        require_writable(type_name, values)
        return _write(
            RequestedChange(Method.PUT, type_name, path[type_name], values, preconditions), body, args
        )

    return replace


def _delete(type_name: str) -> View:
    def delete(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions()
        require_no_body()
        change = RequestedChange(Method.DELETE, type_name, path[type_name], {}, preconditions)
        return _write(change, b"", args)

    return delete


def _rename(type_name: str) -> View:
    def rename(args: dict[str, Any], **path: str) -> Response:
        preconditions = conditions()
        body = read_body()
        new_id = parse_new_id(parse_object(body))
        change = RequestedChange(Method.RENAME, type_name, path[type_name], {"id": new_id}, preconditions)
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


def _write(change: RequestedChange, body: bytes, args: dict[str, Any]) -> Response:
    def write(session: Session) -> tuple[Response, Versioned | None]:
        applied = apply_change(session, change, essays=essays())
        shown = None if applied.outcome is Outcome.DELETED else applied.resource
        return item_response(session, applied), shown

    return execute(write, body, note=args.get("note"))


def item_response(session: Session, applied: Applied) -> Response:
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
