"""Problems as responses without Flask: for middleware in front of it, and where Flask itself has failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.core.config import Settings
from api.http.errors import PROBLEM_JSON, problem_body, quote_path
from api.http.observability.request_record import request_record
from api.http.problem_types import PROBLEM_TYPES
from api.http.security import DATA_POLICY, EXPOSED_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = [
    ("Content-Type", PROBLEM_JSON),
    ("Cache-Control", "no-store"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", ", ".join(EXPOSED_HEADERS)),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Content-Security-Policy", DATA_POLICY),
    ("X-Frame-Options", "DENY"),
]
HEADER_NAMES = {name.lower() for name, _ in HEADERS}


def bare_problem(
    settings: Settings,
    code: str,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    *,
    detail: str | None = None,
    retry_after: int | None = None,
    headers: Sequence[tuple[str, str]] = (),
) -> tuple[bytes, ...]:
    """Respond with the problem of type ``code``; return the parts of the body, none for HEAD.

    ``detail`` is the example of the problem type by default, and ``retry_after`` is in seconds.
    ``headers`` are sent in addition to those of every problem, which they do not replace.
    """
    problem = PROBLEM_TYPES[code]
    # Servers decode percent-encoded paths as Latin-1 (PEP 3333).
    path = environ["PATH_INFO"].encode("latin-1", "replace").decode("utf-8", "replace")
    body = problem_body(
        problem,
        detail or problem.example,
        base_url=settings.base_url,
        instance=f"{settings.base_path}{quote_path(path)}",
        request_id=request_record(environ).request_id,
    )
    # Those of a file say how long it may be cached, even if a precondition fails.
    added = [(name, value) for name, value in headers if name.lower() not in HEADER_NAMES]
    all_headers = [*HEADERS, ("Content-Length", str(len(body))), *added]
    if retry_after is not None:
        all_headers.append(("Retry-After", str(retry_after)))
    start_response(f"{problem.status} {problem.title.upper()}", all_headers)
    return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)
