"""The deprecations of an operation, derived from the declarations, and how the OpenAPI document marks them.

An operation has a view, and the view has its query parameters and its response schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, request
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.routing import Rule

from api.http.deprecation.declaration import (
    EXTENSION_KEY,
    Deprecated,
    append_deprecation,
)
from api.http.deprecation.response_fields import SHAPING_PARAMETERS, DeprecatedField, deprecated_fields_in
from api.http.responses import JSON
from api.schemas.shared_schemas import ResponseSchema


@dataclass(frozen=True)
class OperationDeprecations:
    """The deprecations of one operation: its own, its parameters' by name, and its response fields'."""

    name: str
    deprecated: Deprecated | None
    parameters: dict[str, Deprecated]
    fields: frozenset[DeprecatedField]
    schema: type[ResponseSchema]

    @property
    def all(self) -> list[Deprecated]:
        """Every declaration that can apply to a request."""
        own = [self.deprecated] if self.deprecated else []
        return [*own, *self.parameters.values(), *(field.deprecated for field in self.fields)]

    def applying(self, response: Response) -> Iterator[Deprecated]:
        """Yield the declarations that apply to the current request and its response."""
        if self.deprecated:
            yield self.deprecated
        yield from (deprecated for name, deprecated in self.parameters.items() if name in request.args)
        # With a 304, the client uses its copy of the response, which has the same fields.
        if self.fields and response.status_code in (200, 304) and response.mimetype == JSON:
            args = ((name, ",".join(request.args.getlist(name))) for name in SHAPING_PARAMETERS)
            query_args = tuple((name, tuple(values.split(","))) for name, values in args if values)
            yield from (field.deprecated for field in deprecated_fields_in(self.schema, query_args))


def deprecations_of_operation(rule: Rule, method: str) -> OperationDeprecations | None:
    """Return the deprecations of the operation with this URL rule; None if it has none."""
    view = current_app.view_functions[rule.endpoint]
    view = getattr(getattr(view, "view_class", None), method.lower(), view)
    apidoc = getattr(view, "_apidoc", {})
    operation = deprecations_of_view(apidoc, f"{method} {FlaskPlugin.flaskpath2openapi(rule.rule)}")
    return operation if operation.all else None


def deprecations_of_view(apidoc: dict[str, Any], name: str = "") -> OperationDeprecations:
    """Return the deprecations in a view's ``_apidoc``, which its decorators have filled."""
    query_schemas = [
        parameter["schema"]
        for parameter in apidoc.get("arguments", {}).get("parameters", ())
        if parameter["in"] == "query"
    ]
    parameters = {
        name: field.metadata[EXTENSION_KEY]
        for schema in query_schemas
        for name, field in schema._declared_fields.items()
        if EXTENSION_KEY in field.metadata
    }
    response_schema = _success_response(apidoc).get("schema", ResponseSchema)
    schema = response_schema if isinstance(response_schema, type) else type(response_schema)
    return OperationDeprecations(
        name, apidoc.get(EXTENSION_KEY), parameters, deprecated_fields_in(schema), schema
    )


def _success_response(apidoc: dict[str, Any]) -> dict[str, Any]:
    """Return the documentation of the 200 response; empty if there is none."""
    responses: list[dict[str, Any]] = apidoc.get("response", {}).get("responses", {}).get(200, [{}])
    return responses[0]


def document_deprecation(doc: dict[str, Any], apidoc: dict[str, Any]) -> dict[str, Any]:
    """Mark an operation as deprecated in the OpenAPI document, and document its deprecation headers.

    Parameters and fields are marked where they are documented.
    """
    operation = deprecations_of_view(apidoc)
    if operation.deprecated:
        doc["deprecated"] = True
        docstring = apidoc["docstring"]
        docstring["description"] = append_deprecation(docstring.get("description", ""), operation.deprecated)
    if operation.all:
        names = ["Link", "Deprecation"] + ["Sunset"] * any(one.sunset for one in operation.all)
        headers = _success_response(apidoc).setdefault("headers", {})
        headers |= {name: name for name in names}
    return doc
