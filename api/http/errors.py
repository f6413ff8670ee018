"""Errors as RFC 9457 problems, in one shape everywhere; the only place that knows a domain error's status."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from ulid import ULID
from werkzeug.exceptions import HTTPException

from api.core.logging import get_logger
from api.core.urls import absolute_url
from api.http.problem_types import PROBLEM_TYPES, ProblemType, problem_for_status
from models import DomainError, Gone, InvalidQuery, NotFound, QueryTimeout, Renamed, Unavailable
from models.database import as_unavailable

PROBLEM_JSON = "application/problem+json"
log = get_logger("subtext.errors")

# The nearest ancestor of a domain error that stands here decides.
PROBLEM_CODES: dict[type[DomainError], str] = {
    Gone: "gone",
    InvalidQuery: "invalid-parameters",
    NotFound: "not-found",
    QueryTimeout: "query-timeout",
    Unavailable: "unavailable",
}


class ProblemException(HTTPException):
    """A request refused with a problem of our own, naming each fault in ``errors``."""

    def __init__(self, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        """Refuse with the problem ``code``; each error has a location, a pointer and a detail."""
        super().__init__(detail)
        self.problem = PROBLEM_TYPES[code]
        self.code = self.problem.status
        self.errors = errors or []


def init_app(app: Flask) -> None:
    """Answer every error, foreseen or not, with a problem."""
    app.register_error_handler(HTTPException, handle_http_exception)
    app.register_error_handler(DomainError, handle_domain_error)
    app.register_error_handler(DBAPIError, handle_database_error)
    app.register_error_handler(PoolTimeout, handle_database_error)


def problem_response(
    problem: ProblemType, detail: str, *, errors: list[dict[str, Any]] | None = None, headers: Any = ()
) -> Response:
    """Return the problem as an answer that nobody may keep."""
    request_id = str(ULID())
    body = {
        "type": absolute_url(f"/docs/problems/{problem.code}"),
        "code": problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        # A path may hold what a URI reference may not: RFC 9457 wants it encoded.
        "instance": quote(request.path, safe="/:@!$&'()*+,;=-._~"),
        "request_id": request_id,
        "errors": errors or [],
    }
    response = Response(orjson.dumps(body), problem.status, content_type=PROBLEM_JSON)
    response.headers.extend(headers)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Request-Id"] = request_id
    return response


def handle_http_exception(error: HTTPException) -> Any:
    """Answer an HTTP error, keeping the headers that it must carry (``Allow``, ``Retry-After`` …)."""
    if error.code is None or error.code < 400:
        return error
    headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    if isinstance(error, ProblemException):
        return problem_response(error.problem, str(error.description), errors=error.errors, headers=headers)
    problem = problem_for_status(error.code)
    response = problem_response(problem, _detail(error, problem), headers=headers)
    if error.code >= 500:
        cause = getattr(error, "original_exception", None) or error
        request_id = response.headers["X-Request-Id"]
        log.error("internal error", request_id=request_id, path=request.path, exc_info=cause)
    return response


def _detail(error: HTTPException, problem: ProblemType) -> str:
    if problem.code == "not-found":
        return "Nothing lives at this address. Every list is linked from /v1."
    if problem.code == "method-not-allowed":
        allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return f"{request.method} is not allowed here; {allowed} are."
    return problem.example


def handle_domain_error(error: DomainError) -> Any:
    """Answer a domain error; what was renamed is sent on to its new address."""
    if isinstance(error, Renamed):
        return _redirect_to_new_id(error)
    code = next((PROBLEM_CODES[kind] for kind in type(error).__mro__ if kind in PROBLEM_CODES), None)
    if code is None:
        raise error
    headers = [("Retry-After", str(error.retry_after))] if isinstance(error, Unavailable) else []
    return problem_response(PROBLEM_TYPES[code], str(error), headers=headers)


def _redirect_to_new_id(error: Renamed) -> Response:
    segments = [_replace_segment(part, error) for part in request.path.split("/")]
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return Response(status=308, headers={"Location": f"{absolute_url('/'.join(segments))}{query}"})


def _replace_segment(segment: str, error: Renamed) -> str:
    slug, dot, extension = segment.partition(".")
    return f"{error.new_slug}{dot}{extension}" if slug == error.slug else segment


def handle_database_error(error: Exception) -> Any:
    """Answer what the database could not do: 503 when it will pass, otherwise a bug of ours."""
    meant = as_unavailable(error)
    if meant is None:
        raise error
    log.warning("database unavailable", problem=type(meant).__name__, path=request.path)
    return handle_domain_error(meant)
