"""How the OpenAPI document is put together: its head, its shared responses and headers."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask
from flask_smorest.utils import prepare_response

from api.core.release import VERSION
from api.http.errors import PROBLEM_JSON
from api.http.problem_schemas import PROBLEM_SCHEMAS, ProblemSchema, problem_class_name
from api.http.problem_types import PROBLEM_TYPES
from api.http.responses import RATE_LIMIT_HEADERS
from api.openapi_spec.json_schema import SchemaPlugin
from api.schemas.base import component_name

HEADER_COMPONENTS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "A strong validator of this answer, for If-None-Match; of an item, for If-Match too.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "Relations (RFC 8288): the next and previous page, as in `page`; of what was chosen "
        "by lot, the `bookmark` that gives it again.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "How long the answer may be kept, and shown stale; `no-store` where it may not.",
        "schema": {"type": "string"},
    },
    "Vary": {
        "description": "The request headers that the answer depends on.",
        "schema": {"type": "string"},
    },
    "Location": {"description": "The address it has now.", "schema": {"type": "string", "format": "uri"}},
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit": {
        "description": "Only where the service limits requests: how many a client may still send (`r`), "
        "until there are more in so many seconds (`t`); draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "Only where the service limits requests: how many a client may send (`q`) in how many "
        "seconds (`w`); draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
    },
    "X-Request-Id": {
        "description": "Names this request in our logs; the problem's `request_id`.",
        "schema": {"type": "string"},
    },
    "Deprecation": {
        "description": "Since when what was asked for is deprecated, as `@` and Unix time (RFC 9745): an "
        "operation on every answer, errors too, a parameter where it was sent, a field where it is in the "
        "answer. `Link` leads to the guide that says what to use instead (`deprecation`).",
        "schema": {"type": "string"},
    },
    "Sunset": {
        "description": "When what is deprecated goes away (RFC 8594).",
        "schema": {"type": "string"},
    },
}
#: The problems that each response component may hold, and the headers it carries besides what all do.
PROBLEM_RESPONSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **{problem_class_name(code): ((code,), ()) for code in PROBLEM_TYPES if PROBLEM_TYPES[code].status < 500},
    "TooManyRequests": (("too-many-requests",), ("Retry-After",)),
    "TemporarilyUnavailable": (("query-timeout", "unavailable"), ("Retry-After",)),
}


class Api(flask_smorest.Api):
    """flask-smorest with our converter and our problems; errors are answered by ``api/http/errors.py``.

    Nothing is documented before :meth:`document` is asked for: whoever serves the committed file never does.
    """

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = "AnyProblem"

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take the app and the options of ``flask_smorest.Api``."""
        self._registered: list[flask_smorest.Blueprint] = []
        super().__init__(*args, **options)

    def register_blueprint(self, blp: flask_smorest.Blueprint) -> None:
        """Serve a blueprint, and remember to document it."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._registered.append(blp)

    def document(self) -> dict[str, Any]:
        """Return the document of all that is registered, built when it is first asked for."""
        if not self.spec:
            super()._init_spec(marshmallow_plugin=SchemaPlugin(schema_name_resolver=_component_name))
            for blp in self._registered:
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
        made: dict[str, Any] = self.spec.to_dict()
        return made

    def _init_spec(self) -> None:
        """Build nothing: that takes longer than all else of a start."""

    def _register_responses(self) -> None:
        # Headers first: a response that names a header not yet there keeps a dangling reference. None is
        # lazy, because what a lazy response names would stay unregistered; openapi/ drops what is unused.
        for name, header in HEADER_COMPONENTS.items():
            self.spec.components.header(name, header)
        for name, (codes, headers) in PROBLEM_RESPONSES.items():
            self._register_problem(name, codes, headers)
        unforeseen = {
            "description": "Any other problem: 405, 413, 500, or one that is new.",
            "schema": ProblemSchema,
            "example": example_problem("internal-error"),
        }
        self._register_response(self.DEFAULT_ERROR_RESPONSE_NAME, unforeseen, ("X-Request-Id",))
        self._register_response(
            "NotModified",
            {"description": "The client has the present state already."},
            ("ETag", "Cache-Control", "Vary"),
        )
        self._register_response("Renamed", {"description": "It has another id now."}, ("Location",))

    def _register_problem(self, name: str, codes: tuple[str, ...], headers: tuple[str, ...]) -> None:
        first = PROBLEM_TYPES[codes[0]]
        response: dict[str, Any] = {
            "description": " ".join(PROBLEM_TYPES[code].cause for code in codes),
            "schema": PROBLEM_SCHEMAS[first.code],
            "examples": {
                code: {"summary": PROBLEM_TYPES[code].title, "value": example_problem(code)} for code in codes
            },
        }
        if len(codes) > 1:
            response["schema"] = self._union_of_problems(f"{name}Problem", codes)
        self._register_response(name, response, (*headers, "X-Request-Id"))

    def _union_of_problems(self, name: str, codes: tuple[str, ...]) -> dict[str, str]:
        resolve = self.ma_plugin.converter.resolve_nested_schema
        members = {code: resolve(PROBLEM_SCHEMAS[code]) for code in codes}
        mapping = {code: reference["$ref"] for code, reference in members.items()}
        union = {
            "description": "Any of these problems; `code` says which.",
            "oneOf": list(members.values()),
            "discriminator": {"propertyName": "code", "mapping": mapping},
        }
        self.spec.components.schema(name, union)
        return {"$ref": f"#/components/schemas/{name}"}

    def _register_response(self, name: str, response: dict[str, Any], headers: tuple[str, ...]) -> None:
        carried = (*headers, *RATE_LIMIT_HEADERS)
        response["headers"] = {header: {"$ref": f"#/components/headers/{header}"} for header in carried}
        prepare_response(response, self.spec, PROBLEM_JSON)
        self.spec.components.response(name, response)

    def _register_etag_headers(self) -> None:
        described = {
            "name": "If-None-Match",
            "description": "ETags of states that the client has; if the present one is among them, 304.",
            "schema": {"type": "string"},
        }
        self.spec.components.parameter("IfNoneMatch", "header", described)

    def _register_pagination_header(self) -> None:
        """Register nothing: pages carry their place in the body."""

    def _register_error_handlers(self) -> None:
        """Register nothing: ``api/http/errors.py`` answers every error of the app."""

    def _register_doc_blueprint(self) -> None:
        """Register nothing: ``api/resources/meta`` serves the document."""


def _component_name(schema: Any) -> str:
    return component_name(schema if isinstance(schema, type) else type(schema))


def example_problem(code: str, base_url: str = "http://127.0.0.1:8000") -> dict[str, Any]:
    """Return what a problem of this kind looks like."""
    problem = PROBLEM_TYPES[code]
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


def spec_options(app: Flask, prefix: str = "", version: str = VERSION) -> None:
    """Configure a document's head; the settings of one beside the first have a ``prefix``."""
    options: dict[str, Any] = {
        "API_TITLE": "Subtext",
        "API_VERSION": version,
        "OPENAPI_VERSION": "3.1.1",
        "API_SPEC_OPTIONS": {
            "info": {
                "summary": "Structured film commentary.",
                "description": (
                    "Films, scenes, quotes, themes, characters and commentary as JSON resources. "
                    "Reads need no key. Lists are filtered, sorted and paged alike; every error is an "
                    "RFC 9457 problem whose `type` is a page that explains it. The "
                    "[guides](/docs/guides) show how to use them, with code to copy."
                ),
                "contact": {"name": "The maintainers of Subtext"},
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/", "description": "This service."}],
            "security": [],
        },
    }
    app.config.update({f"{prefix}{name}": value for name, value in options.items()})
