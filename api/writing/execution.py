"""Execute a write: one transaction, in which the response is stored under the request's ``Idempotency-Key``.

What is replayed was decided after the write began: success, and what contradicts the stored content (404,
409, 410, 412). A request that is refused before that, or fails, leaves no record, so that it can be corrected
or repeated with the same key.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from flask import Response, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.core.app_context import database
from api.http.authentication import authenticate
from api.http.errors import ProblemException, handle_domain_error
from models import DomainError, Versioned
from models.idempotency_record import KEY_LENGTH, IdempotencyRecord, RequestIdentity
from models.revision import change_set

IDEMPOTENCY_KEY, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
#: A string as in structured field values (RFC 9651, section 3.3.3), or the same without quotation marks.
KEY_PATTERN = re.compile(r'"(?P<text>(?:[ !#-\[\]-~]|\\["\\])+)"|(?P<token>[!#$%&\'*+./0-9:=@A-Z^_`a-z|~-]+)')
#: Refusals that are replayed.
REPLAYED_REFUSALS = frozenset({404, 409, 410, 412})
#: Headers of a response that are replayed with it; the others belong to each response.
REPLAYED_HEADERS = ("Content-Type", "Location", "ETag", "Link", "Restore-Dropped")
#: PostgreSQL's error that a lock was not free in time.
LOCK_TIMEOUT = "55P03"
#: Writes in a session, and returns the response and the resource that its body shows, if it shows one.
Write = Callable[[Session], tuple[Response, Versioned | None]]


def execute(write: Write, body: bytes, *, note: str | None = None) -> Response:
    """Run ``write`` in a transaction, or replay its response if the request was executed before.

    ``body`` is that of the request, and ``note`` says why the content changes. The editor is the name of the
    API key.

    Raises:
        DomainError, ProblemException: the write is refused, or another request has the same key.
    """
    key = authenticate()
    identity = _request_identity(key.public_id, body)
    with database().write_session() as session, change_set(session, key.name, note=note):
        if identity is None:
            return write(session)[0]
        record = _claim(session, identity)
        if record is None:
            return _replay(session, identity)
        response, resource = _write_or_refuse(session, write)
        if resource is not None:
            record.type_name, record.resource_id = resource.type_name, resource.id
        headers = [[name, response.headers[name]] for name in REPLAYED_HEADERS if name in response.headers]
        record.complete(response.status_code, headers, response.get_data())
    return response


def parse_idempotency_key(value: str) -> str:
    """Return the key in a header; quotation marks do not belong to it.

    Raises:
        ProblemException: 400, if it is empty, too long, or has other characters than it may.
    """
    match = KEY_PATTERN.fullmatch(value.strip(" \t")) if len(value) <= 2 * KEY_LENGTH + 2 else None
    text = match and (re.sub(r"\\(.)", r"\1", match["text"]) if match["text"] else match["token"])
    if not text or len(text) > KEY_LENGTH:
        detail = (
            f"{IDEMPOTENCY_KEY} must be one string of 1 to {KEY_LENGTH} ASCII characters, such as a UUID."
        )
        error = {"location": "headers", "pointer": IDEMPOTENCY_KEY, "detail": detail}
        raise ProblemException("bad-request", detail, [error])
    return text


def check_idempotency_key() -> None:
    """Check the header of the current request, before its body is read.

    Raises:
        ProblemException: 400, if it is malformed, or is missing from a POST with ``Prefer: handling=strict``.
    """
    value = request.headers.get(IDEMPOTENCY_KEY)
    if value is not None:
        g.idempotency_key = parse_idempotency_key(value)
    elif request.method == "POST" and _is_strict(request.headers.get("Prefer", "")):
        raise ProblemException("bad-request", f"Prefer: handling=strict requires an {IDEMPOTENCY_KEY}.")


def _is_strict(prefer: str) -> bool:
    """Whether a ``Prefer`` header asks for strict handling (RFC 7240, section 4.4)."""
    preferences = (part.partition(";")[0].strip().lower() for part in prefer.split(","))
    return any(re.fullmatch(r'handling\s*=\s*"?strict"?', preference) for preference in preferences)


def _request_identity(owner: str, body: bytes) -> RequestIdentity | None:
    if "idempotency_key" not in g:
        return None
    conditions = (
        *(request.headers.get(name) for name in ("If-Match", "If-None-Match", "Content-Type")),
        request.query_string.decode("latin-1"),
    )
    return RequestIdentity(owner, g.idempotency_key, request.method, request.path, body, conditions)


def _claim(session: Session, identity: RequestIdentity) -> IdempotencyRecord | None:
    """Claim the key for this request; None if it was executed before. Wait a little for one that runs."""
    try:
        return IdempotencyRecord.claim(session, identity, dt.datetime.now(dt.UTC))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_TIMEOUT:
            raise
        detail = f"A request with this {IDEMPOTENCY_KEY} is in progress."
        raise ProblemException("request-in-progress", detail, headers=[("Retry-After", "1")]) from None


def _replay(session: Session, identity: RequestIdentity) -> Response:
    """Return the stored response.

    Raises:
        ProblemException: 422, if the key belongs to another request; 410, if the response was purged.
    """
    record = IdempotencyRecord.of(session, identity)
    if record is None or record.status is None:
        # Removed at this moment, as it is a day old.
        detail = f"The response to this {IDEMPOTENCY_KEY} has just expired."
        raise ProblemException("request-in-progress", detail, headers=[("Retry-After", "1")])
    if not record.is_of(identity):
        detail = f"This {IDEMPOTENCY_KEY} belongs to another request: {record.method} {record.path[:200]}"
        if (record.method, record.path) == (identity.method, identity.path):
            detail += " with another body, precondition or query"
        raise ProblemException("idempotency-key-reused", f"{detail}. Use a new key for each request.")
    if record.body is None:
        raise ProblemException("gone", "The response to this request was removed, as its content was purged.")
    response = Response(record.body, record.status)
    # An empty response has no type, and Flask would add one.
    response.headers.pop("Content-Type", None)
    response.headers.extend([(name, value) for name, value in record.headers or ()])
    response.headers["Cache-Control"] = "no-store"
    response.headers[REPLAYED] = "true"
    return response


def _write_or_refuse(session: Session, write: Write) -> tuple[Response, Versioned | None]:
    """Run the write. If the content contradicts it, undo it alone, so that the refusal can be stored."""
    savepoint = session.begin_nested()
    try:
        result = write(session)
        savepoint.commit()
    except (DomainError, ProblemException) as error:
        response = _refusal(error)
        if response.status_code not in REPLAYED_REFUSALS:
            raise
        savepoint.rollback()
        return response, None
    return result


def _refusal(error: Any) -> Response:
    response: Response = (
        error.to_response() if isinstance(error, ProblemException) else handle_domain_error(error)
    )
    return response
