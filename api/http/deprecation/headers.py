"""Notices of what is deprecated: found where it is declared; said in the document and with answers.

An operation knows its view, the view its query and what it shows; so nothing has to be told twice.
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
    deprecation_headers,
)
from api.http.deprecation.fields import SHAPING_PARAMETERS, DeprecatedField, deprecated_fields_in
from api.http.responses import JSON
from api.schemas.base import ResponseSchema

DOCUMENTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class OperationDeprecations:
    """What of one operation is deprecated: itself, its parameters by name, what it may show."""

    name: str
    deprecated: Deprecated | None
    parameters: dict[str, Deprecated]
    fields: frozenset[DeprecatedField]
    shown: type[ResponseSchema]

    @property
    def all(self) -> list[Deprecated]:
        """Every declaration that can apply to it."""
        own = [self.deprecated] if self.deprecated else []
        return [*own, *self.parameters.values(), *(field.deprecated for field in self.fields)]

    def applying(self, response: Response) -> Iterator[Deprecated]:
        """Yield what of it applies to the request at hand, and to the answer to it."""
        if self.deprecated:
            yield self.deprecated
        yield from (known for name, known in self.parameters.items() if name in request.args)
        # A 304 stands for the answer that the client has.
        if self.fields and response.status_code in (200, 304) and response.mimetype == JSON:
            given = ((name, ",".join(request.args.getlist(name))) for name in SHAPING_PARAMETERS)
            asked = tuple((name, tuple(values.split(","))) for name, values in given if values)
            yield from (field.deprecated for field in deprecated_fields_in(self.shown, asked))


def init_app(app: Flask) -> None:
    """Say with every answer what of it is deprecated, errors and 304 among them."""
    app.after_request(add_deprecation_headers)


def add_deprecation_headers(response: Response) -> Response:
    """Add the headers, and where to read on; what else ``Link`` has stays."""
    operation = _operation_for_endpoint(request.endpoint, request.method)
    said = deprecation_headers(operation.applying(response)) if operation else {}
    if said:
        link = f'<{absolute_url(GUIDE)}#{SECTION}>; rel="deprecation"; type="text/html"'
        response.headers["Link"] = ", ".join([*response.headers.getlist("Link"), link])
        response.headers.update(said)
    return response


def _operation_for_endpoint(endpoint: str | None, method: str) -> OperationDeprecations | None:
    """Return the operation that was asked for, if any of it can be deprecated; found once for each app."""
    if endpoint is None or method == "OPTIONS":
        return None
    known = current_app.extensions.setdefault("notices", {})
    key = endpoint, method
    if key not in known:
        rule = next(current_app.url_map.iter_rules(endpoint))
        known[key] = deprecations_of_operation(rule, "GET" if method == "HEAD" else method)
    found: OperationDeprecations | None = known[key]
    return found


def deprecations_of_operation(rule: Rule, method: str) -> OperationDeprecations | None:
    """Return what is deprecated of the operation with this rule; None where nothing is, or it is none."""
    view = current_app.view_functions[rule.endpoint]
    view = getattr(getattr(view, "view_class", None), method.lower(), view)
    documented = getattr(view, "_apidoc", {})
    found = deprecations_of_view(documented, f"{method} {FlaskPlugin.flaskpath2openapi(rule.rule)}")
    return found if found.all else None


def deprecations_of_view(documented: dict[str, Any], name: str = "") -> OperationDeprecations:
    """Return what is deprecated of what a view's decorators have documented."""
    taken = [p["schema"] for p in documented.get("arguments", {}).get("parameters", ()) if p["in"] == "query"]
    parameters = {
        name: field.metadata[EXTENSION_KEY]
        for schema in taken
        for name, field in schema._declared_fields.items()
        if EXTENSION_KEY in field.metadata
    }
    schema = _success_response(documented).get("schema", ResponseSchema)
    shown = schema if isinstance(schema, type) else type(schema)
    return OperationDeprecations(
        name, documented.get(EXTENSION_KEY), parameters, deprecated_fields_in(shown), shown
    )


def _success_response(documented: dict[str, Any]) -> dict[str, Any]:
    """Return what is documented of the answer with status 200; nothing of what is no operation."""
    answers: list[dict[str, Any]] = documented.get("response", {}).get("responses", {}).get(200, [{}])
    return answers[0]


def document_deprecation(doc: dict[str, Any], documented: dict[str, Any]) -> dict[str, Any]:
    """Say in an operation of the document that it is deprecated, and which headers it may send for that.

    What its parameters and its fields say is written where they are.
    """
    found = deprecations_of_view(documented)
    if found.deprecated:
        doc["deprecated"] = True
        said = documented["docstring"]
        said["description"] = append_deprecation(said.get("description", ""), found.deprecated)
    if found.all:
        names = ["Link", "Deprecation"] + ["Sunset"] * any(one.sunset for one in found.all)
        sent = _success_response(documented).setdefault("headers", {})
        sent |= {name: name for name in names}
    return doc


@dataclass(frozen=True)
class DeprecationEntry:
    """One declaration in force, as the guide lists it.

    ``kind`` is ``operation``, ``parameter`` or ``field``; ``name`` is what a reader knows it by, and
    ``places`` are the operations that take a parameter.
    """

    kind: str
    name: str
    places: tuple[str, ...]
    deprecated: Deprecated

    @property
    def what(self) -> str:
        """What it is, as a reader of the document knows it."""
        return f"{self.name} ({', '.join(self.places)})" if self.places else self.name

    @property
    def since(self) -> dt.date:
        """Since when it is deprecated."""
        return self.deprecated.since

    @property
    def sunset(self) -> dt.date | None:
        """When it goes away; None while that is not known."""
        return self.deprecated.sunset

    @property
    def instead(self) -> str:
        """What to use instead, as a sentence (CommonMark)."""
        return f"Use {self.deprecated.instead} instead."


def active_deprecations(app: Flask) -> list[DeprecationEntry]:
    """Return all that is deprecated now, what was declared first first."""
    with app.app_context():
        rules = [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
        listed = [
            (rule, method) for rule, method in rules if method in DOCUMENTED_METHODS and _is_listed(app, rule)
        ]
        known = [found for rule, method in listed if (found := deprecations_of_operation(rule, method))]
    entries = {DeprecationEntry("operation", one.name, (), one.deprecated) for one in known if one.deprecated}
    entries |= {
        DeprecationEntry("field", field.name, (), field.deprecated) for one in known for field in one.fields
    }
    taken = {item for one in known for item in one.parameters.items()}
    entries |= {
        DeprecationEntry("parameter", *item[:1], _takes_parameter(known, item), item[1]) for item in taken
    }
    return sorted(entries, key=lambda entry: (entry.deprecated.since, entry.kind, entry.name, entry.places))


def _is_listed(app: Flask, rule: Rule) -> bool:
    """Whether the document has the rule: some addresses lead to an operation that it has under another."""
    blueprint, _, endpoint = rule.endpoint.rpartition(".")
    return endpoint in getattr(app.blueprints.get(blueprint), "_docs", ())


def _takes_parameter(
    known: list[OperationDeprecations], parameter: tuple[str, Deprecated]
) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in known if parameter in one.parameters.items()))
