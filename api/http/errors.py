"""Error responses as RFC 9457 problems. Only this module maps domain errors to HTTP statuses.

Only this module decides about error responses, too: none may be cached, and each has a problem or a page as
its body. ``complete_error_response`` sees to it for every response of the application. ``bare_problem`` is
for the middleware in front of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from api.core.app_context import database, settings
from api.core.metrics import DATABASE_UNAVAILABLE, STATEMENT_TIMEOUTS
from api.core.resource_registry import COLLECTION_PATHS, TYPE_BY_COLLECTION
from api.core.urls import absolute_url, relative_url
from api.http.observability.request_record import request_record
from api.http.path_hints import hint_for_path
from api.http.problem_types import PROBLEM_TYPES, ProblemType, problem_for_status
from models import (
    Conflict,
    DomainError,
    Gone,
    InUse,
    InvalidQuery,
    InvalidReference,
    NotFound,
    QueryTimeout,
    ReadOnly,
    Renamed,
    StorageFull,
    Unavailable,
)
from models.database import UNMIGRATED, as_unavailable, is_schema_error
from models.errors import enumerate_choices

PROBLEM_JSON = "application/problem+json"
#: The extension of an app that may render a problem in another format: it takes and returns a response.
ERROR_RENDERER = "error_renderer"
#: Headers that an error response keeps from the response it replaces.
KEPT_HEADERS = frozenset({"Allow", "Retry-After", "Vary", "WWW-Authenticate"})
VALIDATORS = ("ETag", "Last-Modified")

# The nearest base class of a domain error in this mapping determines its problem type.
PROBLEM_CODES: dict[type[DomainError], str] = {
    Conflict: "conflict",
    Gone: "gone",
    InUse: "in-use",
    InvalidQuery: "invalid-parameters",
    InvalidReference: "invalid-body",
    NotFound: "not-found",
    QueryTimeout: "query-timeout",
    ReadOnly: "read-only",
    StorageFull: "storage-full",
    Unavailable: "unavailable",
}
#: The status with which a write is refused because of the ETag; the response has the current one.
PRECONDITION_FAILED = 412
READING_METHODS = ("GET", "HEAD", "OPTIONS")


class ProblemException(HTTPException):
    """Ends a request with a problem; ``errors`` lists the invalid parts of the request.

    ``headers`` are sent besides those of every problem, and ``members`` are the problem's own members (RFC
    9457, section 3.2).
    """

    def __init__(
        self,
        code: str,
        detail: str,
        errors: list[dict[str, Any]] | None = None,
        headers: Sequence[tuple[str, str]] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        """Use the problem type ``code``. Each error has a location, a pointer and a detail."""
        super().__init__(detail)
        self.problem = PROBLEM_TYPES[code]
        self.code = self.problem.status
        self.errors = errors or []
        self.headers, self.members = tuple(headers), dict(members or {})

    def to_response(self) -> Response:
        """Return the response to the current request."""
        return problem_response(
            self.problem,
            str(self.description),
            errors=self.errors,
            headers=self.headers,
            members=self.members,
        )


def init_app(app: Flask) -> None:
    """Register the error handlers, which turn every error into a problem response."""
    app.register_error_handler(HTTPException, handle_http_exception)
    app.register_error_handler(DomainError, handle_domain_error)
    app.register_error_handler(DBAPIError, handle_database_error)
    app.register_error_handler(PoolTimeout, handle_database_error)


def problem_response(
    problem: ProblemType,
    detail: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: Any = (),
    members: Mapping[str, Any] | None = None,
) -> Response:
    """Return an uncacheable response with the problem."""
    body = problem_body(
        problem,
        detail,
        base_url=settings().base_url,
        instance=relative_url(quote_path(request.path)),
        request_id=request_record(request.environ).request_id,
        errors=errors,
        members=members,
    )
    response = Response(body, problem.status, content_type=PROBLEM_JSON)
    response.headers.extend(headers)
    response.headers["Cache-Control"] = "no-store"
    render = current_app.extensions.get(ERROR_RENDERER)
    return render(response) if render else response


def problem_body(
    problem: ProblemType,
    detail: str,
    *,
    base_url: str,
    instance: str,
    request_id: str,
    errors: list[dict[str, Any]] | None = None,
    members: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a problem as JSON (RFC 9457), with further ``members`` at its end.

    ``instance`` is the path of the request, as a URI reference.
    """
    return orjson.dumps(
        {
            "type": f"{base_url}/docs/problems/{problem.code}",
            "code": problem.code,
            "title": problem.title,
            "status": problem.status,
            "detail": detail,
            "instance": instance,
            "request_id": request_id,
            "errors": errors or [],
            **(members or {}),
        }
    )


def quote_path(path: str) -> str:
    """Return a decoded path percent-encoded, as URI references must be (RFC 9457, section 3.1.5)."""
    return quote(path, safe="/:@!$&'()*+,;=-._~")


def complete_error_response(response: Response) -> Response:
    """Replace an error response that a view has made itself, with headers of its own."""
    if response.status_code < 400:
        return response
    headers = response.headers
    if headers.get("Cache-Control") == "no-store":
        if response.status_code != PRECONDITION_FAILED or request.method in READING_METHODS:
            for name in VALIDATORS:
                headers.pop(name, None)
        return response
    response.close()
    problem = problem_for_status(response.status_code)
    kept = [(name, value) for name, value in headers if name in KEPT_HEADERS]
    return problem_response(problem, problem.example, headers=kept)


def handle_http_exception(error: HTTPException) -> Any:
    """Return the problem response for an HTTP error, with its own headers (``Allow``, ``Retry-After`` …)."""
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, ProblemException):
        return error.to_response()
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    problem = problem_for_status(error.code)
    response = problem_response(problem, _detail(error, problem), headers=headers)
    if error.code >= 500:
        # The middleware in front logs it, with the request.
        request_record(request.environ).error = getattr(error, "original_exception", None) or error
    return response


def _detail(error: HTTPException, problem: ProblemType) -> str:
    if problem.code == "not-found":
        router = current_app.url_map.bind("")
        hint = hint_for_path(request.path, lambda path: router.test(path, "GET"))
        return f"This URL does not exist. {hint}"
    if problem.code == "method-not-allowed":
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return f"{request.method} is not allowed here. Allowed methods: {allowed}."
    return problem.example


def handle_domain_error(error: DomainError) -> Any:
    """Return the response for a domain error; for a renamed resource, a redirect to its new URL.

    A write is not redirected: the redirected request might lose its body or its ``Authorization``.
    """
    if isinstance(error, Renamed):
        is_read = request.method in READING_METHODS
        return _redirect_to_new_id(error) if is_read else _refuse_old_id(error)
    code = next((PROBLEM_CODES[kind] for kind in type(error).__mro__ if kind in PROBLEM_CODES), None)
    if code is None:
        raise error
    headers = [("Retry-After", str(error.retry_after))] if isinstance(error, Unavailable) else []
    detail = f"{error}{_hint_for_id(error)}" if isinstance(error, NotFound) else str(error)
    members = {"referrers": _referrers(error)} if isinstance(error, InUse) else {}
    return problem_response(PROBLEM_TYPES[code], detail, headers=headers, members=members)


def _referrers(error: InUse) -> list[dict[str, str]]:
    return [
        {"type": type_name, "id": slug, "url": absolute_url(f"{COLLECTION_PATHS[type_name]}/{slug}")}
        for type_name, slug in error.referrers
    ]


def _refuse_old_id(error: Renamed) -> Response:
    url = absolute_url(f"{COLLECTION_PATHS[error.type_name]}/{error.new_slug}")
    headers = [("Link", f'<{url}>; rel="canonical"')]
    return problem_response(PROBLEM_TYPES["renamed"], f"{error} Its URL is {url}.", headers=headers)


def _hint_for_id(error: NotFound) -> str:
    """Return a sentence with the URLs of this request for the ids that are near; empty if there are none."""
    paths = [_path_with_new_id(error.slug, slug) for slug in error.near]
    urls = [absolute_url(path) for path in paths if path != request.path]
    return f" Try {enumerate_choices(urls)}." if urls else ""


def _redirect_to_new_id(error: Renamed) -> Response:
    path = _path_with_new_id(error.slug, error.new_slug)
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return Response(status=308, headers={"Location": f"{absolute_url(path)}{query}"})


def _path_with_new_id(old_slug: str, new_slug: str) -> str:
    """Return the path of the request with another id; extensions such as ``.bib`` stay."""
    segments = request.path.split("/")
    for index, segment in enumerate(segments[1:], 1):
        slug, dot, extension = segment.partition(".")
        # A theme may be called “quotes”, as a collection is.
        if slug == old_slug and segments[index - 1] in TYPE_BY_COLLECTION:
            segments[index] = f"{new_slug}{dot}{extension}"
            break
    return "/".join(segments)


def handle_database_error(error: Exception) -> Any:
    """Return 503 for a temporary database error; raise any other, which is a bug."""
    unavailable = as_unavailable(error) or _as_unmigrated(error)
    if unavailable is None:
        raise error
    (STATEMENT_TIMEOUTS if isinstance(unavailable, QueryTimeout) else DATABASE_UNAVAILABLE).inc()
    request_record(request.environ).cause = _database_message(error)
    return handle_domain_error(unavailable)


def _as_unmigrated(error: Exception) -> DomainError | None:
    """Return an error for a missing table or column if the database is that of another version.

    Otherwise the statement is wrong, which is a bug.
    """
    return None if not is_schema_error(error) or database().is_migrated() else Unavailable(UNMIGRATED)


def _database_message(error: Exception) -> str:
    """Return the message of a database's driver, without the statement and its parameters."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {' '.join(str(cause).split())}"[:300]
