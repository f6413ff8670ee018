"""Deprecation headers of responses, and the deprecations in the OpenAPI document and the guide.

All are derived from the declarations: an operation has a view, and the view has its query parameters and its
response schema.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, request
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.routing import Rule

from api.core.urls import absolute_url
from api.http.deprecation.declaration import (
    EXTENSION_KEY,
    GUIDE,
    SECTION,
    Deprecated,
    append_deprecation,
    declared,
    deprecation_headers,
)
from api.http.deprecation.deprecated_fields import SHAPING_PARAMETERS, DeprecatedField, deprecated_fields_in
from api.http.responses import JSON
from api.schemas.shared_schemas import ResponseSchema

DOCUMENTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


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


def init_app(app: Flask) -> None:
    """Add the deprecation headers to all responses, including errors and 304, if anything is deprecated."""
    if declared:
        app.after_request(add_deprecation_headers)


def add_deprecation_headers(response: Response) -> Response:
    """Add the headers and a ``Link`` to the guide; keep the other links."""
    operation = _operation_for_endpoint(request.endpoint, request.method)
    headers = deprecation_headers(operation.applying(response)) if operation else {}
    if headers:
        link = f'<{absolute_url(GUIDE)}#{SECTION}>; rel="deprecation"; type="text/html"'
        response.headers["Link"] = ", ".join([*response.headers.getlist("Link"), link])
        response.headers.update(headers)
    return response


def _operation_for_endpoint(endpoint: str | None, method: str) -> OperationDeprecations | None:
    """Return the deprecations of the requested operation; None if it has none. Memoized per app."""
    if endpoint is None or method == "OPTIONS":
        return None
    operations = current_app.extensions.setdefault("deprecations", {})
    key = endpoint, method
    if key not in operations:
        rule = next(current_app.url_map.iter_rules(endpoint))
        operations[key] = deprecations_of_operation(rule, "GET" if method == "HEAD" else method)
    operation: OperationDeprecations | None = operations[key]
    return operation


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


@dataclass(frozen=True)
class DeprecationEntry:
    """An entry of the guide's list of deprecations.

    ``kind`` is ``operation``, ``parameter`` or ``field``. ``operations`` are those that have the parameter.
    """

    kind: str
    name: str
    operations: tuple[str, ...]
    deprecated: Deprecated

    @property
    def title(self) -> str:
        """The name of the deprecated part, with the operations of a parameter."""
        return f"{self.name} ({', '.join(self.operations)})" if self.operations else self.name

    @property
    def since(self) -> dt.date:
        """The date of the deprecation."""
        return self.deprecated.since

    @property
    def sunset(self) -> dt.date | None:
        """The date of the removal; None if there is none yet."""
        return self.deprecated.sunset

    @property
    def instead(self) -> str:
        """A sentence (CommonMark) that names the replacement."""
        return f"Use {self.deprecated.instead} instead."


def active_deprecations(app: Flask) -> list[DeprecationEntry]:
    """Return all current deprecations, sorted by date."""
    with app.app_context():
        rules = [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
        documented = [
            (rule, method)
            for rule, method in rules
            if method in DOCUMENTED_METHODS and _is_documented(app, rule)
        ]
        operations = [
            operation for rule, method in documented if (operation := deprecations_of_operation(rule, method))
        ]
    entries = {
        DeprecationEntry("operation", operation.name, (), operation.deprecated)
        for operation in operations
        if operation.deprecated
    }
    entries |= {
        DeprecationEntry("field", field.name, (), field.deprecated)
        for operation in operations
        for field in operation.fields
    }
    parameters = {item for operation in operations for item in operation.parameters.items()}
    entries |= {
        DeprecationEntry(
            "parameter", name, _operations_with_parameter(operations, name, deprecated), deprecated
        )
        for name, deprecated in parameters
    }
    return sorted(
        entries, key=lambda entry: (entry.deprecated.since, entry.kind, entry.name, entry.operations)
    )


def _is_documented(app: Flask, rule: Rule) -> bool:
    """Whether the OpenAPI document has the rule; alternative URLs of an operation are left out."""
    blueprint, _, endpoint = rule.endpoint.rpartition(".")
    return endpoint in getattr(app.blueprints.get(blueprint), "_docs", ())


def _operations_with_parameter(
    operations: list[OperationDeprecations], name: str, deprecated: Deprecated
) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in operations if (name, deprecated) in one.parameters.items()))
