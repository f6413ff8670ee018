"""How the OpenAPI document is put together: its head, its shared responses and headers."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask
from flask_smorest.utils import prepare_response

from api.errors import PROBLEM_JSON
from api.json_schema import ATTRIBUTES, Plugin
from api.limiting import ON_EVERY_ANSWER
from api.problems import PROBLEMS
from api.schemas import ProblemSchema

HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "A strong validator of this answer, for If-None-Match.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "Relations (RFC 8288): the next and previous page, as in `page`; of what was chosen "
        "by lot, the `bookmark` that gives it again.",
        "schema": {"type": "string"},
    },
    "CacheControl": {
        "description": "How long the answer may be kept, and shown stale.",
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods that the address has.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}},
    "RateLimit": {
        "description": "Only where the service limits requests: how many a client may still send (`r`), "
        "until there are more in so many seconds (`t`); draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": "Only where the service limits requests: how many a client may send (`q`) in how many "
        "seconds (`w`); draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
    },
}
LIMITS = {name: {"$ref": f"#/components/headers/{component}"} for name, component in ON_EVERY_ANSWER.items()}
#: Response components by name: the problem each stands for, and the headers it carries.
ERROR_RESPONSES = {
    "BAD_REQUEST": ("bad-request", ()),
    "NOT_FOUND": ("not-found", ()),
    "NOT_ACCEPTABLE": ("not-acceptable", ()),
    "GONE": ("gone", ()),
    "PRECONDITION_FAILED": ("precondition-failed", ()),
    # Python names status 422 differently from version to version; both names are the same component.
    "UNPROCESSABLE_CONTENT": ("invalid-parameters", ()),
    "UNPROCESSABLE_ENTITY": ("invalid-parameters", ()),
    "TOO_MANY_REQUESTS": ("too-many-requests", ("RetryAfter",)),
    "UNAVAILABLE": ("unavailable", ("RetryAfter",)),
}


class Api(flask_smorest.Api):
    """flask-smorest with our converter and our problems; errors are answered by ``api/errors.py``."""

    ERROR_SCHEMA = ProblemSchema

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(marshmallow_plugin=Plugin(schema_name_resolver=_component_name), **options)
        for function in ATTRIBUTES:
            self.ma_plugin.converter.add_attribute_function(function)

    def _register_responses(self) -> None:
        # Headers first: a response that names a header not yet there keeps a dangling reference.
        for name, header in HEADERS.items():
            self.spec.components.header(name, header, lazy=True)
        for name, (code, headers) in ERROR_RESPONSES.items():
            self._register_problem(name, code, headers)
        self._register_problem("DEFAULT_ERROR", "internal-error", (), "Any other problem.")
        not_modified = {
            "description": "The client has the present state already.",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}} | LIMITS,
        }
        self.spec.components.response("NOT_MODIFIED", not_modified, lazy=True)

    def _register_problem(
        self, name: str, code: str, headers: tuple[str, ...], description: str | None = None
    ) -> None:
        problem = PROBLEMS[code]
        response: dict[str, Any] = {
            "description": description or problem.cause,
            "schema": ProblemSchema,
            "example": example_problem(code),
        }
        own = {_dashed(h): {"$ref": f"#/components/headers/{h}"} for h in headers}
        response["headers"] = own | LIMITS
        prepare_response(response, self.spec, PROBLEM_JSON)
        self.spec.components.response(name, response, lazy=True)

    def _register_etag_headers(self) -> None:
        self.spec.components.parameter(
            "IfNoneMatch",
            "header",
            {
                "name": "If-None-Match",
                "description": "ETags of states that the client has; if the present one is among them, 304.",
                "schema": {"type": "string"},
            },
        )

    def _register_pagination_header(self) -> None:
        """Register nothing: pages carry their place in the body."""

    def _register_error_handlers(self) -> None:
        """Register nothing: ``api/errors.py`` answers every error of the app."""

    def _register_doc_blueprint(self) -> None:
        """Register nothing: ``api/meta`` serves the document."""


def _dashed(name: str) -> str:
    return {"RetryAfter": "Retry-After", "CacheControl": "Cache-Control"}.get(name, name)


def _component_name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Schema")


def example_problem(code: str, base_url: str = "http://127.0.0.1:8000") -> dict[str, Any]:
    """Return what a problem of this kind looks like."""
    problem = PROBLEMS[code]
    fault = {
        "location": "query",
        "pointer": "limit",
        "detail": "It takes a whole number from 1 to 100, in digits 0–9.",
    }
    return {
        "type": f"{base_url}/docs/problems/{code}",
        "code": code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.example,
        "instance": "/v1/quotes/her-2013-withdrawn" if problem.status in (404, 410, 412) else "/v1/quotes",
        "request_id": "01KAQ8Z4W3M5T7V9X1B2C4D6F8",
        "errors": [fault] if code == "invalid-parameters" else [],
    }


def spec_options(app: Flask) -> None:
    """Configure the document's head."""
    app.config.update(
        API_TITLE="Subtext",
        API_VERSION="1.0.0",
        OPENAPI_VERSION="3.1.1",
        API_SPEC_OPTIONS={
            "info": {
                "summary": "Structured film commentary.",
                "description": (
                    "Films, scenes, quotes, themes, characters and commentary as JSON resources. "
                    "Reads need no key. Lists are filtered, sorted and paged alike; every error is an "
                    "RFC 9457 problem whose `type` is a page that explains it."
                ),
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/", "description": "This service."}],
            "security": [],
        },
    )
