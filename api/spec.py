"""How the OpenAPI document is made of schemas and views: what apispec leaves out or gets wrong."""

from __future__ import annotations

from typing import Any

import flask_smorest
import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from flask_smorest.utils import prepare_response

from api.chance import TimeZone, zones
from api.errors import PROBLEM_JSON
from api.fields import Choice, Const, Fixed, Mapped, Matching, Slug
from api.problems import PROBLEMS
from api.references import MOST_LISTED, OneOfReference, lists, schema_of
from api.schemas import Out, ProblemSchema, ReferenceSchema
from models.types import SLUG_LENGTH

HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "A strong validator of this answer, for If-None-Match.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "The next and the previous page (RFC 8288), as in `page`.",
        "schema": {"type": "string"},
    },
    "CacheControl": {
        "description": "How long the answer may be kept, and shown stale.",
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods that the address has.", "schema": {"type": "string"}},
    "RetryAfter": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}},
}
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
    "UNAVAILABLE": ("unavailable", ("RetryAfter",)),
}


class Converter(OpenAPIConverter):
    """Turns marshmallow schemas into JSON Schema that says what is enforced."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Add the docstring, closed bodies, and required keys in the order of the keys."""
        instance = schema() if isinstance(schema, type) else schema
        converted: dict[str, Any] = super().schema2jsonschema(instance)  # type: ignore[no-untyped-call]
        converted.pop("additionalProperties", None)
        if isinstance(instance, Out):
            whole = converted.get("properties", {}) | self._included(instance)
            converted["properties"] = type(instance).in_order(whole)
        if instance.unknown == marshmallow.RAISE:
            converted["additionalProperties"] = False
        for property_ in converted.get("properties", {}).values():
            # Whole shapes are either served or taken here: a mark on each property says nothing more.
            property_.pop("readOnly", None)
        if "required" in converted:
            needed = set(converted["required"])
            converted["required"] = [name for name in converted["properties"] if name in needed]
        return {"description": _first_line(type(instance).__doc__)} | converted

    def _included(self, schema: Out) -> dict[str, Any]:
        """Return the properties that items and references have only when they are included."""
        led = lists(schema._declared_fields)
        listed = {name: self._listed(name, link) for name, link in led.items() if link.lists}
        if not isinstance(schema, ReferenceSchema):
            return listed
        whole = schema_of(schema.fields["type"].constant)()  # type: ignore[attr-defined]
        shown: dict[str, Any] = super().schema2jsonschema(whole)["properties"]  # type: ignore[no-untyped-call]
        return {name: shown[name] for name in shown if name not in schema.fields}

    def _listed(self, name: str, link: Any) -> dict[str, Any]:
        only = f"Only with `include={name}`: the first {MOST_LISTED}."
        item = self.resolve_nested_schema(schema_of(link.lists[0]))  # type: ignore[no-untyped-call]
        description = f"{only} {link.metadata['description']}"
        return {"type": "array", "maxItems": MOST_LISTED, "items": item, "description": description}


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().split("\n")[0]


class Plugin(MarshmallowPlugin):
    """Uses our converter."""

    Converter = Converter


def choice_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make each enumeration one named component, which a client generator names well."""
    if not isinstance(field, Choice):
        return {}
    name = field.enum.__name__
    if name not in self.spec.components.schemas:
        self.spec.components.schema(
            name,
            {"type": "string", "enum": field.allowed, "description": _first_line(field.enum.__doc__)},
        )
    for key in ("type", "enum"):
        ret.pop(key, None)
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference


def constant_to_const(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Say that a constant is one."""
    if not isinstance(field, Const | Fixed):
        return {}
    ret.pop("default", None)
    if isinstance(field, Const):
        return {"type": "string", "const": field.constant}
    return {"type": "string" if field.constant else ["string", "null"]}


def union_to_one_of(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make a union of references a named component with a discriminator."""
    if not isinstance(field, OneOfReference):
        return {}
    if field.union_name not in self.spec.components.schemas:
        members = {name: self.resolve_nested_schema(schema_of(name, "Ref")) for name in field.type_names}
        union = {
            "description": "A reference to a resource of any of these types; `type` says which.",
            "oneOf": list(members.values()),
            "discriminator": {
                "propertyName": "type",
                "mapping": {name: reference["$ref"] for name, reference in members.items()},
            },
        }
        self.spec.components.schema(field.union_name, union)
    return {"$ref": f"#/components/schemas/{field.union_name}"}


def bounds_of_text(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """State the bounds that our own fields enforce: slugs, patterns, texts by key."""
    if isinstance(field, Slug):
        return {"type": "string", "maxLength": SLUG_LENGTH, "pattern": field.metadata["pattern"]}
    for rule in field.validators:
        if isinstance(rule, Matching):
            return {"pattern": f"^{rule.pattern.pattern}$"}
    if isinstance(field, Mapped):
        keys = {key: {"type": "string", "description": text} for key, text in field.described_keys.items()}
        return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}
    return {}


def zone_to_reference(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Make the time zones one named component."""
    if not isinstance(field, TimeZone):
        return {}
    if "TimeZone" not in self.spec.components.schemas:
        described = {
            "type": "string",
            "enum": list(zones()),
            "description": "The name of a time zone (IANA).",
        }
        self.spec.components.schema("TimeZone", described)
    ret.pop("type", None)
    return {"$ref": "#/components/schemas/TimeZone"}


class Api(flask_smorest.Api):
    """flask-smorest with our converter and our problems; errors are answered by ``api/errors.py``."""

    ERROR_SCHEMA = ProblemSchema

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(marshmallow_plugin=Plugin(schema_name_resolver=_component_name), **options)
        for function in (
            choice_to_reference,
            constant_to_const,
            union_to_one_of,
            zone_to_reference,
            bounds_of_text,
        ):
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
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
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
        if headers:
            response["headers"] = {_dashed(h): {"$ref": f"#/components/headers/{h}"} for h in headers}
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
