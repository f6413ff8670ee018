"""``POST /v1/bulk``: many changes in one request, one a line, of which all are made or none.

Each line is a JSON object (NDJSON): ``{"method": "PATCH", "type": "quote", "id": "…", "if_match": "…",
"body": {…}}``. The changes are checked as one: two themes may name each other (``api.writing.changes``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.http.authentication import require_scopes
from api.http.errors import ProblemException, handle_domain_error
from api.http.responses import JSON as JSON_TYPE
from api.schemas.fields import Enumerated
from api.schemas.shared_schemas import ResponseSchema
from api.views.blueprint import Blueprint
from api.writing.body_guard import NDJSON, read_body
from api.writing.changes import Applied, Outcome, RefusedChanges, apply_changes
from api.writing.essays import essays
from api.writing.execution import REPLAYED, check_idempotency_key, execute
from api.writing.item_state import read_state
from api.writing.json_body import Fault, invalid_body, parse_object
from api.writing.operations import BODY_RESPONSES, Operation, document
from api.writing.preconditions import Preconditions, Tags, parse_tags
from api.writing.requested_change import Method, RequestedChange, new_item, require_writable
from api.writing.routes import ITEM_RESPONSES, parse_new_id
from models import MODELS_BY_TYPE, DomainError, Versioned
from models.scopes import PUBLISH, write_scope

#: The most changes of one request. Each takes some milliseconds, and other writers wait.
MAX_LINES = 100
#: The number of lines whose errors one response lists.
MAX_REPORTED_LINES = 20
EXAMPLE = '{"method": "PATCH", "type": "theme", "id": "hope", "if_match": "*", "body": {"label": "Hope"}}\n'
MEMBERS = ("method", "type", "id", "if_match", "if_none_match", "body")


blp = Blueprint("bulk", __name__, url_prefix="/v1", description="Many changes in one request.")


class BulkResultSchema(ResponseSchema):
    """What a change of a bulk request has done."""

    outcome = Enumerated(
        "outcome",
        [outcome.value for outcome in Outcome],
        enumeration="ChangeOutcome",
        description="What a change has done.",
        metadata={"description": "What the change has done."},
    )
    type = fields.String(metadata={"description": "The type of the item."})
    id = fields.String(metadata={"description": "Its id now."})
    url = fields.String(metadata={"format": "uri", "description": "Its URL."})
    revision = fields.Integer(metadata={"description": "Its revision number now."})
    etag = fields.String(
        allow_none=True, metadata={"description": "Its ETag now, for `if_match`; null if it is deleted."}
    )


class BulkResultsSchema(ResponseSchema):
    """What the changes of a bulk request have done, in the order of its lines."""

    data = fields.List(fields.Nested(BulkResultSchema), metadata={"description": "The changes."})


def _bulk(args: dict[str, Any]) -> Response:
    """Change many items at once

    Takes one change a line (NDJSON), up to 100, and makes all of them or none. A line is an object with
    `method` (`POST`, `PATCH`, `PUT`, `DELETE` or `RENAME`), `type`, `id`, `body`, and `if_match` or
    `if_none_match` with the values of these headers. The changes are checked together: first all items are
    written whose bodies change, then items are renamed, then deleted. `errors` of a problem have the `line`
    of each fault. The key needs the scopes of all collections that change, and `publish`.
    """
    check_idempotency_key()
    body = read_body((NDJSON,))
    lines = parse_changes(body)
    changes = list(lines.values())
    collections = sorted({MODELS_BY_TYPE[change.type_name].__tablename__ for change in changes})
    require_scopes(*map(write_scope, collections), PUBLISH)

    def write(session: Session) -> tuple[Response, Versioned | None]:
        try:
            applied = apply_changes(session, changes, essays=essays())
        except RefusedChanges as refused:
            numbers = list(lines)
            raise refusal({numbers[index]: error for index, error in refused.errors.items()}) from None
        return _response(session, applied), None

    return execute(write, body, note=args.get("note"))


def _documented() -> Any:
    schema = {"type": "string", "description": "One JSON object a line."}
    content = {NDJSON: {"schema": schema, "examples": {"real": {"summary": "A new label", "value": EXAMPLE}}}}
    operation = Operation(
        "bulkChange", "", "", {200: ("Cache-Control", REPLAYED)}, BODY_RESPONSES | ITEM_RESPONSES
    )
    endpoint = document(blp, _bulk, operation, BulkResultsSchema, {200: "All changes are made."})
    return blp.requires_scopes()(blp.doc(requestBody={"required": True, "content": content})(endpoint))


blp.route("/bulk", methods=["POST"])(_documented())


def parse_changes(body: bytes) -> dict[int, RequestedChange]:
    """Return the changes in the lines of a body, by the numbers of the lines; empty lines are ignored.

    Raises:
        ProblemException: 422, with the line of each fault.
    """
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if not 1 <= len(lines) <= MAX_LINES:
        raise invalid_body([Fault("", f"Must have between 1 and {MAX_LINES} lines; it has {len(lines)}.")])
    changes: dict[int, RequestedChange] = {}
    errors: dict[int, Any] = {}
    for number, line in lines:
        try:
            changes[number] = _parse_change(parse_object(line))
        except ProblemException as error:
            errors[number] = error
    for number in _repeated(changes):
        errors[number] = invalid_body(
            [Fault("/id", "Another line changes this item, too. Use one line for it.")]
        )
    if errors:
        raise refusal(errors)
    return changes


def _repeated(changes: dict[int, RequestedChange]) -> Iterator[int]:
    seen = set()
    for index, change in changes.items():
        if change.key in seen:
            yield index
        seen.add(change.key)


def _parse_change(line: dict[str, Any]) -> RequestedChange:
    faults = [
        Fault(f"/{name}", f"Unknown. Allowed: {', '.join(MEMBERS)}.") for name in line if name not in MEMBERS
    ]
    method, type_name, slug, body = (line.get(name) for name in ("method", "type", "id", "body"))
    if method not in list(Method):
        faults.append(Fault("/method", f"Must be one of {', '.join(Method)}."))
    types = [name for name in COLLECTION_PATHS if name in MODELS_BY_TYPE]
    if type_name not in types:
        faults.append(Fault("/type", f"Must be one of {', '.join(types)}."))
    if not isinstance(slug, str):
        faults.append(Fault("/id", "Must be a text: the id of the item."))
    has_body = method != Method.DELETE
    if has_body != isinstance(body, dict) or (not has_body and "body" in line):
        faults.append(Fault("/body", "Must be an object." if has_body else "A DELETE has no body."))
    if faults:
        raise invalid_body(faults)
    return _change(Method(str(method)), str(type_name), str(slug), body or {}, _preconditions(line))


def _change(
    method: Method, type_name: str, slug: str, body: dict[str, Any], preconditions: Preconditions
) -> RequestedChange:
    """Return the change in a line.

    Raises:
        ProblemException: 422 or 428.
    """
    if method is Method.POST:
        return new_item(type_name, {"id": slug} | body)
    preconditions.require_any(may_create=method is Method.PUT)
    if method is Method.RENAME:
        body = {"id": parse_new_id(body)}
    else:
        require_writable(type_name, body)
    return RequestedChange(method, type_name, slug, body, preconditions)


def _preconditions(line: dict[str, Any]) -> Preconditions:
    return Preconditions(_tags(line, "if_match"), _tags(line, "if_none_match"))


def _tags(line: dict[str, Any], name: str) -> Tags | None:
    value = line.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid_body([Fault(f"/{name}", "Must be a text, as in the header of that name.")])
    return parse_tags(value, name)


def refusal(errors: dict[int, Any]) -> ProblemException:
    """Return the problem of a request of which some lines are refused; ``errors`` are by line.

    It has the type of the first one. Its ``errors`` have the line, and the code of the problem of that line.
    """
    listed = []
    for number, error in sorted(errors.items())[:MAX_REPORTED_LINES]:
        problem = _problem_of(error)
        parts = problem["errors"] or [{"location": "json", "pointer": "", "detail": problem["detail"]}]
        listed += [part | {"location": "json", "line": number, "code": problem["code"]} for part in parts]
    first = min(errors)
    count = "1 line is" if len(errors) == 1 else f"{len(errors)} lines are"
    detail = f"{count} refused, so nothing was changed. Line {first}: {listed[0]['detail']}"
    return ProblemException(listed[0]["code"], detail, listed)


def _problem_of(error: DomainError | ProblemException) -> dict[str, Any]:
    """Return the problem that the error would be, if it were the only one."""
    response = error.to_response() if isinstance(error, ProblemException) else handle_domain_error(error)
    return dict(orjson.loads(response.get_data()))


def _response(session: Session, applied: list[Applied]) -> Response:
    results = [_result(session, each) for each in applied]
    response = Response(orjson.dumps({"data": results}), content_type=JSON_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _result(session: Session, applied: Applied) -> dict[str, Any]:
    resource = applied.resource
    is_deleted = applied.outcome is Outcome.DELETED
    etag = None if is_deleted else f'"{read_state(session, resource.type_name, resource.slug).etag}"'
    return {
        "outcome": applied.outcome.value,
        "type": resource.type_name,
        "id": resource.slug,
        "url": absolute_url(f"{COLLECTION_PATHS[resource.type_name]}/{resource.slug}"),
        "revision": resource.revision,
        "etag": etag,
    }
