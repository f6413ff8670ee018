"""An HTTP example for each problem type: a request that causes it, and the complete response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson
from werkzeug.http import HTTP_STATUS_CODES

from api.http.problem_types import PROBLEM_TYPES
from api.openapi_spec.spec import example_problem


@dataclass(frozen=True)
class HTTPExample:
    """A request that causes a problem.

    ``request_headers`` are sent besides ``Host``; ``response_headers`` are specific to this problem. ``…`` in
    ``target`` marks an abbreviation. ``note`` says under which condition the problem occurs.
    """

    target: str = "/v1/quotes"
    method: str = "GET"
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None

    @property
    def path(self) -> str:
        """The path without the query: the problem's ``instance``."""
        return urlsplit(self.target).path


#: The headers of a request with a body, which is not displayed.
JSON_BODY = {"Content-Type": "application/json", "Content-Length": "180"}
#: The ETag of an item.
ITEM_TAG = '"1.5f5175dd8af8c0d2d2f0a6a4b7d35c11"'
HTTP_EXAMPLES: dict[str, HTTPExample] = {
    "bad-request": HTTPExample(
        "/v1",
        request_headers={"Host": "elsewhere.example"},
        note="Occurs only if the trusted hosts are configured (SUBTEXT_TRUSTED_HOSTS).",
    ),
    "invalid-json": HTTPExample(
        "/v1/themes/loneliness",
        method="PATCH",
        request_headers=JSON_BODY,
        note="The body of this request has the name “title” twice.",
    ),
    "unauthorized": HTTPExample(
        method="POST",
        response_headers={"WWW-Authenticate": 'Bearer realm="subtext"'},
    ),
    "forbidden": HTTPExample(
        method="POST",
        request_headers={"Authorization": "Bearer subtext_…"},
        response_headers={
            "WWW-Authenticate": 'Bearer realm="subtext", error="insufficient_scope", '
            'scope="write:quotes publish"'
        },
        note="The key of this example has the scope write:quotes.",
    ),
    "not-found": HTTPExample("/v1/quotes/her-2013-no-such-line"),
    "method-not-allowed": HTTPExample(
        "/v1/search", method="POST", response_headers={"Allow": "GET, HEAD, OPTIONS"}
    ),
    "not-acceptable": HTTPExample("/v1/films", request_headers={"Accept": "image/png"}),
    "request-in-progress": HTTPExample(
        method="POST",
        request_headers=JSON_BODY | {"Idempotency-Key": '"5f0c9d1e"'},
        response_headers={"Retry-After": "1"},
        note="Occurs if a request is repeated before the first one has been answered.",
    ),
    "renamed": HTTPExample(
        "/v1/themes/solitude",
        method="DELETE",
        request_headers={"If-Match": ITEM_TAG},
        response_headers={"Link": '<http://127.0.0.1:8000/v1/themes/loneliness>; rel="canonical"'},
    ),
    "in-use": HTTPExample("/v1/themes/loneliness", method="DELETE", request_headers={"If-Match": ITEM_TAG}),
    "outdated-base": HTTPExample(
        "/v1/themes/loneliness/draft/publish", method="POST", request_headers={"If-Match": ITEM_TAG}
    ),
    "conflict": HTTPExample("/v1/themes", method="POST", request_headers=JSON_BODY),
    "gone": HTTPExample("/v1/quotes/her-2013-withdrawn"),
    "resync-required": HTTPExample("/v1/changes?after=c0ffee5eed5b1a2d-12-3"),
    "length-required": HTTPExample(method="POST", request_headers={"Content-Type": "application/json"}),
    "precondition-failed": HTTPExample(
        "/v1/quotes/her-2013-feel-by-proxy", request_headers={"If-Match": '"0"'}
    ),
    "content-too-large": HTTPExample(
        method="POST", request_headers={"Content-Type": "application/json", "Content-Length": "1048577"}
    ),
    "uri-too-long": HTTPExample("/v1/quotes?id=her-2013-feel-by-proxy,her-2013-feel-by-proxy,…"),
    "unsupported-media-type": HTTPExample(method="POST", request_headers={"Content-Type": "text/plain"}),
    "invalid-body": HTTPExample("/v1/themes", method="POST", request_headers=JSON_BODY),
    "idempotency-key-reused": HTTPExample(
        method="POST", request_headers=JSON_BODY | {"Idempotency-Key": '"5f0c9d1e"'}
    ),
    "invalid-parameters": HTTPExample("/v1/quotes?limit=0"),
    "precondition-required": HTTPExample("/v1/themes/loneliness", method="DELETE"),
    "too-many-requests": HTTPExample(
        response_headers={
            "Retry-After": "1",
            "RateLimit": '"default";r=0;t=1',
            "RateLimit-Policy": '"default";q=600;w=60',
        },
        note="Cached responses do not count.",
    ),
    "internal-error": HTTPExample(note="Any request may fail like this because of a bug in the service."),
    "not-implemented": HTTPExample("/oembed?format=yaml"),
    "read-only": HTTPExample(
        method="POST",
        request_headers=JSON_BODY,
        response_headers={"Retry-After": "10"},
        note="Occurs if the operator or a failure has made the database read-only.",
    ),
    "query-timeout": HTTPExample(
        response_headers={"Retry-After": "5"}, note="Occurs if the database takes too long to answer a query."
    ),
    "unavailable": HTTPExample(
        response_headers={"Retry-After": "2"},
        note="Occurs while the service is overloaded or its database is unavailable.",
    ),
    "storage-full": HTTPExample(
        method="POST",
        request_headers=JSON_BODY,
        response_headers={"Retry-After": "60"},
        note="Occurs if the disk of the database is full.",
    ),
}


def request_text(code: str, base_url: str) -> str:
    """Return the request that causes a problem."""
    example, base = HTTP_EXAMPLES[code], urlsplit(base_url)
    headers = {"Host": base.netloc} | dict(example.request_headers)
    return _message(f"{example.method} {base.path}{example.target} HTTP/1.1", headers)


def response_text(code: str, base_url: str) -> str:
    """Return the response to that request, with an indented body."""
    instance = f"{urlsplit(base_url).path}{HTTP_EXAMPLES[code].path}"
    body = example_problem(code, base_url) | {"instance": instance}
    status = PROBLEM_TYPES[code].status
    headers = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Request-Id": body["request_id"],
    }
    head = _message(
        f"HTTP/1.1 {status} {HTTP_STATUS_CODES[status]}", headers | dict(HTTP_EXAMPLES[code].response_headers)
    )
    return f"{head}\n{orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()}\n"


def _message(start_line: str, headers: Mapping[str, str]) -> str:
    return "".join(
        f"{line}\n" for line in (start_line, *(f"{name}: {value}" for name, value in headers.items()))
    )
