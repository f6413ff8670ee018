"""Calls of the API from within, with the key of the session: the desk reads and writes as any client does."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from flask import request

from api.desk.request_checks import desk_session
from api.http.authentication import IDENTITY
from api.http.errors import ProblemException
from api.http.internal_calls import call_service
from api.http.problem_types import PROBLEM_TYPES

#: The most pages of a list that are read at once.
MAX_PAGES = 3


class APIResponse(NamedTuple):
    """A response of the API; ``etag`` is its tag in quotation marks, and ``json`` None without a body."""

    status: int
    json: Any
    etag: str | None

    @property
    def is_error(self) -> bool:
        """Whether the request was refused."""
        return self.status >= 400

    @property
    def reason(self) -> str:
        """Why the request was refused."""
        problem = self.json or {}
        return str(problem.get("detail") or "The API has refused this.")

    def require(self) -> APIResponse:
        """Return the response.

        Raises:
            ProblemException: the request was refused, for the same reason.
        """
        if not self.is_error:
            return self
        problem = self.json or {}
        code = str(problem.get("code"))
        code = code if code in PROBLEM_TYPES else "internal-error"
        raise ProblemException(code, problem.get("detail", ""), problem.get("errors"))


def call_api(
    method: str,
    path: str,
    body: Any = None,
    *,
    query: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> APIResponse:
    """Call the API: ``path`` begins with ``/v1``, and ``body`` is sent as JSON unless it is None."""
    data = b"" if body is None else orjson.dumps(body)
    environ = {
        "HTTP_ACCEPT": "application/json",
        "HTTP_X_FORWARDED_FOR": request.headers.get("X-Forwarded-For", ""),
        IDENTITY: desk_session().key,
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}
    if body is not None:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(data))}
    response = call_service(method, path, query, environ, data)
    content = response.get_data()
    is_json = (response.mimetype or "").endswith("json") and content
    return APIResponse(
        response.status_code, orjson.loads(content) if is_json else None, response.headers.get("ETag")
    )


def read_all(path: str, **query: Any) -> list[Any]:
    """Return the items of a list, up to ``MAX_PAGES`` pages of a hundred."""
    items: list[Any] = []
    args = {"limit": 100, **query}
    for _ in range(MAX_PAGES):
        page = call_api("GET", path, query=args).require().json
        items += page["data"]
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break
        args["cursor"] = cursor
    return items
