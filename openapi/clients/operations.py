"""Describe the operations of the document as methods of the clients, for both languages.

Names come from paths: ``/v1/quotes`` is ``quotes.list``, ``/v1/quotes/{quote_id}`` is ``quotes.get``,
``/v1/films/{film_id}/theme-map`` is ``films.theme_map``, and
``/v1/quotes/{quote_id}/revisions/{revision}/diff/{other}`` is ``quotes.diff``. Writes, and reads of
drafts, are named after their ``operationId`` without the noun: ``publishQuoteDraft`` is
``quotes.publish_draft``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from api.openapi_spec.components import has_public_get

#: Parameters that the clients send themselves, have a method of their own for, or that every write has.
OWN_PARAMETERS = {"If-None-Match", "If-Match", "Idempotency-Key", "fields", "format", "note"}
WRITE_METHODS = {"post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Parameter:
    """A query parameter; ``schema`` is that of one value if it is a list."""

    name: str
    description: str
    schema: dict[str, Any]
    is_list: bool
    required: bool

    @property
    def enumeration(self) -> str | None:
        """The name of the enumeration that lists its values, if there is one."""
        return name_of(self.schema) if "$ref" in self.schema else None


@dataclass(frozen=True)
class Operation:
    """A GET operation, and the method that calls it."""

    resource: str
    method: str
    path: str
    raw: dict[str, Any]
    parameters: list[Parameter]
    path_parameters: list[str]
    response: str
    item: str

    @property
    def id(self) -> str:
        """The ``operationId``."""
        return str(self.raw["operationId"])

    @property
    def query(self) -> str:
        """The name of the type of its parameters: ``ListQuotesQuery``."""
        return f"{self.id[0].upper()}{self.id[1:]}Query"

    @property
    def returns(self) -> str:
        """``pages`` of a list, all ``items`` of a list that has one page, or one ``item``."""
        if "cursor" in self.names:
            return "pages"
        return "item" if self.response == self.item else "items"

    @cached_property
    def names(self) -> set[str]:
        """The names of all query parameters, those of the clients' own included."""
        return {parameter.name for parameter in self.parameters}

    @property
    def fields(self) -> str | None:
        """The name of the enumeration of its fields, if it takes `fields`."""
        return next((each.enumeration for each in self.parameters if each.name == "fields"), None)

    @property
    def format(self) -> str | None:
        """The name of the enumeration of its formats, if it takes `format`."""
        return next((each.enumeration for each in self.parameters if each.name == "format"), None)

    @property
    def options(self) -> list[Parameter]:
        """The parameters that a caller passes by name."""
        return [each for each in self.parameters if each.name not in OWN_PARAMETERS]


@dataclass(frozen=True)
class Write:
    """An operation that changes something, and the method that calls it.

    ``body`` is the schema of what it takes besides ids, ``item`` that of what it returns; or they are None.
    """

    method: str
    http_method: str
    path: str
    raw: dict[str, Any]
    parameters: list[Parameter]
    body: str | None
    item: str | None

    @property
    def id(self) -> str:
        """The ``operationId``."""
        return str(self.raw["operationId"])

    @property
    def path_parameters(self) -> list[str]:
        """The names of the parameters in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @cached_property
    def names(self) -> set[str]:
        """The names of all query parameters and headers."""
        return {parameter.name for parameter in self.parameters}

    @property
    def needs_match(self) -> bool:
        """Whether it needs the ETag of what it changes."""
        return "If-Match" in self.names and not self.may_create

    @property
    def may_create(self) -> bool:
        """Whether it creates what it names, or needs the ETag of it."""
        return "If-None-Match" in self.names

    @property
    def is_versioned(self) -> bool:
        """Whether the response has the ETag of what it returns."""
        return any("ETag" in each.get("headers", ()) for each in _successes(self.raw))

    @property
    def options(self) -> list[Parameter]:
        """The parameters that only this write has."""
        return [each for each in self.parameters if each.name not in OWN_PARAMETERS]


@dataclass(frozen=True)
class Resource:
    """The operations of one tag: an attribute of the client."""

    name: str
    description: str
    operations: list[Operation]
    writes: list[Write]


def read_operations(document: dict[str, Any]) -> list[Operation]:
    """Return the GET operations of the document in its order."""
    return [_operation(document, path, item) for path, item in document["paths"].items() if "get" in item]


def read_writes(document: dict[str, Any]) -> dict[str, list[Write]]:
    """Return the operations that change something in the order of the document, by their resource.

    Those of the client itself, such as ``bulk``, have the resource ``""``.
    """
    found: dict[str, list[Write]] = {}
    for path, item in document["paths"].items():
        for http_method in item:
            if http_method in WRITE_METHODS:
                resource, write = _write(document, path, http_method)
                found.setdefault(resource, []).append(write)
    return found


def read_resources(document: dict[str, Any]) -> list[Resource]:
    """Return the resources that have operations; the client itself has the others."""
    descriptions = {tag["name"]: tag["description"] for tag in document["tags"]}
    grouped: dict[str, list[Operation]] = {}
    for operation in read_operations(document):
        grouped.setdefault(operation.resource, []).append(operation)
    writes = read_writes(document)
    return [
        # A resource without a tag, `releases`, has that of its operations.
        Resource(name, descriptions[grouped[name][0].raw["tags"][0]], grouped[name], writes.get(name, []))
        for name in grouped
        if name
    ]


def request_bodies(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the schemas of the bodies of writes, and of the objects in them, by their names."""
    schemas = document["components"]["schemas"]
    found: dict[str, dict[str, Any]] = {}
    names = [each.body for writes in read_writes(document).values() for each in writes if each.body]
    while names:
        name = names.pop(0)
        if name not in found and schemas[name].get("type") == "object":
            found[name] = schemas[name]
            names += references_of(schemas[name])
    return found


def without_writes(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document without writes: with the schemas that reads refer to, and that writes return."""
    schemas = document["components"]["schemas"]
    paths = {
        path: {name: value for name, value in item.items() if name in ("get", "parameters")}
        for path, item in document["paths"].items()
        if "get" in item
    }
    found: set[str] = set()
    names = references_of([paths, document["components"]["responses"], document["components"]["parameters"]])
    names += [each.item for writes in read_writes(document).values() for each in writes if each.item]
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            names += references_of(schemas[name])
    # Enumerations have a type, wherever they are used.
    kept = {name: schema for name, schema in schemas.items() if name in found or "enum" in schema}
    return document | {"paths": paths, "components": document["components"] | {"schemas": kept}}


def problem_codes(document: dict[str, Any]) -> dict[str, tuple[str, int, str]]:
    """Return the status and title of each type of problem by the name of its schema, with its code first."""
    found = {}
    for name, schema in document["components"]["schemas"].items():
        code = schema.get("properties", {}).get("code", {}).get("const")
        if code and name.endswith("Problem"):
            found[name] = (code, schema["properties"]["status"]["const"], schema["description"])
    return found


def union_items(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the variants of each schema that is a union and the item of a list, by its name."""
    schemas = document["components"]["schemas"]
    names = {each.item: schemas[each.item].get("oneOf") for each in read_operations(document)}
    return {name: [name_of(each) for each in variants] for name, variants in names.items() if variants}


def references(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return the schemas that refer to an item, references and search hits, by the name of its schema."""
    found: dict[str, list[str]] = {}
    for name in document["components"]["schemas"]:
        if (match := re.fullmatch(r"(\w+)(?:Ref|Hit)", name)) and match[1] in document["components"][
            "schemas"
        ]:
            found.setdefault(match[1], []).append(name)
    return found


def references_of(value: Any) -> list[str]:
    """Return the names of the schemas that a part of the document refers to."""
    if isinstance(value, dict):
        found = [name_of(value)] if str(value.get("$ref", "")).startswith("#/components/schemas/") else []
        return found + [name for each in value.values() for name in references_of(each)]
    return [name for each in value for name in references_of(each)] if isinstance(value, list) else []


def name_of(reference: dict[str, str]) -> str:
    """Return the name of the component that a ``$ref`` points to."""
    return reference["$ref"].rpartition("/")[2]


def _write(document: dict[str, Any], path: str, http_method: str) -> tuple[str, Write]:
    """Return the resource of a write, which is empty for the client's own methods, and the write."""
    item = document["paths"][path]
    raw = item[http_method]
    resource, method = _names(path)
    if resource:
        method = _method_of(document, resource, raw)
    # The bodies of all media types are the same. That of `rename` is an id, that of `bulk` has lines.
    contents = raw.get("requestBody", {}).get("content", {})
    body = next(iter(references_of([each["schema"] for each in contents.values()])), None)
    returned = next(iter(references_of([each.get("content") for each in _successes(raw)])), None)
    parameters = [each for each in _declared(document, item, raw) if each["in"] != "path"]
    return resource, Write(
        method,
        http_method.upper(),
        path,
        raw,
        [_parameter(document, each) for each in parameters],
        None if method == "rename" else body,
        returned,
    )


def _method_of(document: dict[str, Any], resource: str, raw: dict[str, Any]) -> str:
    """Return the ``operationId`` without its noun: ``publish_draft`` of ``publishQuoteDraft``."""
    get = next(
        item["get"]["operationId"]
        for path, item in document["paths"].items()
        if re.fullmatch(rf"/v\d+/{resource}/\{{\w+\}}", path)
    )
    name = raw["operationId"].replace(get.removeprefix("get"), "", 1)
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def _successes(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the responses of an operation that succeeds."""
    return [response for status, response in raw["responses"].items() if status.startswith("2")]


def _declared(document: dict[str, Any], item: dict[str, Any], raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of an operation and of its path."""
    return [_resolve(document, each) for each in [*item.get("parameters", ()), *raw.get("parameters", ())]]


def _operation(document: dict[str, Any], path: str, item: dict[str, Any]) -> Operation:
    raw = item["get"]
    resource, method = _names(path)
    if not has_public_get(item) and path.count("/") > 3:
        # /v1/quotes/{quote_id}/draft/preview
        method = _method_of(document, resource, raw)
    content = raw["responses"]["200"]["content"]["application/json"]
    response = _complete(document, name_of(content["schema"]))
    return Operation(
        resource,
        method,
        path,
        raw,
        [_parameter(document, each) for each in _declared(document, item, raw) if each["in"] != "path"],
        re.findall(r"\{(\w+)\}", path),
        response,
        _item_of(document, response),
    )


def _names(path: str) -> tuple[str, str]:
    """Return the resource and the method of a path; the resource is empty for the client's own methods."""
    _, _, *segments = path.split("/")
    if not segments:
        return "", "index"
    resource, *rest = segments
    if not rest:
        return (resource, "list") if resource not in ("meta", "search", "bulk") else ("", resource)
    if len(rest) == 1:
        return resource, "get" if rest[0].startswith("{") else rest[0]
    names = [segment.replace("-", "_") for segment in rest if not segment.startswith("{")]
    if len(names) > 1:
        # /v1/quotes/{quote_id}/revisions/{revision}/diff/{other}
        return resource, names[-1]
    # /v1/sources/{source_id}/paragraphs/{number} is one of the paragraphs.
    return resource, names[0].removesuffix("s") if len(rest) > 2 else names[0]


def _parameter(document: dict[str, Any], declared: dict[str, Any]) -> Parameter:
    schema = declared["schema"]
    is_list = schema.get("type") == "array"
    value = schema["items"] if is_list else schema
    if "$ref" in value:
        component = document["components"]["schemas"][name_of(value)]
        # Clients have a type for an enumeration only. A named string with a pattern is a string.
        value = value if "enum" in component else component
    required = declared.get("required", False)
    return Parameter(declared["name"], declared["description"], value, is_list, required)


def _complete(document: dict[str, Any], response: str) -> str:
    """Return the name of a schema: of the complete one, if `fields` makes it a union with a sparse one."""
    union = document["components"]["schemas"][response].get("anyOf")
    return name_of(union[0]) if union else response


def _item_of(document: dict[str, Any], response: str) -> str:
    data = document["components"]["schemas"][response]["properties"].get("data")
    return name_of(data["items"]) if data else response


def _resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    resolved: dict[str, Any] = document["components"]["parameters"][name_of(value)]
    return resolved


def read_document(path: Path) -> dict[str, Any]:
    """Return the parsed document."""
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document
