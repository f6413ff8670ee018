"""Operations of the write API: what they have in common, and how the OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import Response

from api.views.blueprint import Blueprint, success
from api.writing.body_guard import JSON
from api.writing.execution import REPLAYED, check_idempotency_key
from api.writing.preconditions import Preconditions
from api.writing.request_schemas import WriteQuerySchema

#: Responses of every write besides success, by the names of their components.
WRITE_RESPONSES = {
    400: "MalformedRequest",
    409: "ChangeConflict",
    422: "InvalidChange",
    429: "TooManyRequests",
    503: "NotWritable",
    507: "StorageFull",
}
#: The same of what needs an API key, but changes nothing.
READ_RESPONSES = {
    400: "BadRequest",
    422: "InvalidParameters",
    429: "TooManyRequests",
    503: "TemporarilyUnavailable",
}
BODY_RESPONSES = {411: "LengthRequired", 413: "ContentTooLarge", 415: "UnsupportedMediaType"}
#: What success means, unless the operation says it in other words.
SUCCESS = {200: "The item as it is now.", 201: "The new item.", 204: "The item is deleted."}
View = Callable[..., Response]


class Operation(NamedTuple):
    """What the document says of an operation, besides what all have in common.

    ``success`` has the headers of its successful responses that are special to it, by their statuses, and
    ``responses`` the names of other responses. It is a write if its responses may be replayed.
    """

    id: str
    summary: str
    description: str
    success: dict[int, tuple[str, ...]]
    responses: dict[int, str]
    parameters: Sequence[str] = ()
    #: The schema of the body of the request, or None if it has none.
    schema: Any = None
    media_types: Sequence[str] = (JSON,)
    query: Any = WriteQuerySchema

    @property
    def is_write(self) -> bool:
        """Whether it changes something, so that it takes an ``Idempotency-Key``."""
        return any(REPLAYED in headers for headers in self.success.values())


def conditions(*, may_create: bool = False) -> Preconditions:
    """Return the preconditions of the current request, which changes something.

    Raises:
        ProblemException: 400, if a header is malformed; 428, if there are none.
    """
    check_idempotency_key()
    found = Preconditions.from_request()
    found.require_any(may_create=may_create)
    return found


def document(
    blp: Blueprint,
    view: View,
    operation: Operation,
    item: Any,
    descriptions: dict[int, str] | None = None,
) -> View:
    """Return the view with its checks of the query, documented; who may use it is still to be said.

    ``item`` is the schema of a successful response, and ``descriptions`` say what its statuses mean.
    """
    view.__name__ = operation.id
    if operation.summary:
        view.__doc__ = f"{operation.summary}\n\n{operation.description}"
    successes = {
        status: success(None if status == 204 else item, (descriptions or SUCCESS)[status], headers)
        for status, headers in operation.success.items()
    }
    responses = (WRITE_RESPONSES if operation.is_write else READ_RESPONSES) | operation.responses
    doc: dict[str, Any] = {"operationId": operation.id}
    if operation.schema is not None:
        content = {media_type: {"schema": operation.schema} for media_type in operation.media_types}
        doc["requestBody"] = {"required": True, "content": content}
    endpoint = blp.document_view(view, operation.query, successes, responses, doc)
    parameters = (*operation.parameters, "IdempotencyKey") if operation.is_write else operation.parameters
    endpoint._apidoc["write_parameters"] = parameters  # type: ignore[attr-defined]
    return endpoint
