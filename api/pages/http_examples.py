"""Problems as they come over the wire: for each kind a request that meets it, and the answer, whole."""

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
    """A request that meets a problem.

    ``sent`` are its headers besides ``Host``, and ``headers`` those of the answer that other problems do
    not have. ``…`` in the ``target`` stands for more of the same. ``note`` says when it is so.
    """

    target: str = "/v1/quotes"
    method: str = "GET"
    sent: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None

    @property
    def path(self) -> str:
        """The path alone, which a problem calls its ``instance``."""
        return urlsplit(self.target).path


HTTP_EXAMPLES: dict[str, HTTPExample] = {
    "bad-request": HTTPExample(
        "/v1",
        sent={"Host": "elsewhere.example"},
        note="So it is where the service was told which hosts are its own (SUBTEXT_TRUSTED_HOSTS).",
    ),
    "not-found": HTTPExample("/v1/quotes/her-2013-no-such-line"),
    "method-not-allowed": HTTPExample(method="POST", headers={"Allow": "GET, HEAD, OPTIONS"}),
    "not-acceptable": HTTPExample(sent={"Accept": "image/png"}),
    "gone": HTTPExample("/v1/quotes/her-2013-withdrawn"),
    "precondition-failed": HTTPExample("/v1/quotes/her-2013-feel-by-proxy", sent={"If-Match": '"0"'}),
    "content-too-large": HTTPExample(
        method="POST",
        sent={"Content-Type": "application/json", "Content-Length": "1048577"},
        note="No operation of this version takes a body: reads ignore one. So one that does will answer.",
    ),
    "uri-too-long": HTTPExample("/v1/quotes?id=her-2013-feel-by-proxy,her-2013-feel-by-proxy,…"),
    "invalid-parameters": HTTPExample("/v1/quotes?limit=0"),
    "too-many-requests": HTTPExample(
        headers={
            "Retry-After": "1",
            "RateLimit": '"default";r=0;t=1',
            "RateLimit-Policy": '"default";q=600;w=60',
        },
        note="So it is where requests are limited, to 600 a minute.",
    ),
    "internal-error": HTTPExample(note="Any request may meet it, by a fault that is ours."),
    "not-implemented": HTTPExample("/oembed?format=yaml"),
    "query-timeout": HTTPExample(
        headers={"Retry-After": "5"}, note="So it is where the database is too slow for what was asked."
    ),
    "unavailable": HTTPExample(headers={"Retry-After": "2"}, note="So it is while the database is away."),
}


def request_text(code: str, base_url: str) -> str:
    """Return the request that meets a problem."""
    exchange = HTTP_EXAMPLES[code]
    lines = {"Host": urlsplit(base_url).netloc} | dict(exchange.sent)
    return _message(f"{exchange.method} {exchange.target} HTTP/1.1", lines)


def response_text(code: str, base_url: str) -> str:
    """Return the answer to that request, with its body laid out."""
    body = example_problem(code, base_url) | {"instance": HTTP_EXAMPLES[code].path}
    status = PROBLEM_TYPES[code].status
    lines = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Request-Id": body["request_id"],
    }
    head = _message(
        f"HTTP/1.1 {status} {HTTP_STATUS_CODES[status]}", lines | dict(HTTP_EXAMPLES[code].headers)
    )
    return f"{head}\n{orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()}\n"


def _message(first: str, headers: Mapping[str, str]) -> str:
    return "".join(f"{line}\n" for line in (first, *(f"{name}: {value}" for name, value in headers.items())))
