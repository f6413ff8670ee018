"""Add links from responses to related operations (OpenAPI 3.1, Link Object)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from api.openapi_spec.components import METHODS, has_public_get

REFERENCE = re.compile(r"#/components/schemas/(\w+)Ref")


def add_links(document: dict[str, Any]) -> None:
    """Link every response with ids to the operations that have such an id in their path.

    An item links to its nested lists and to the items that it refers to; a list links to its first item. If
    the id is empty or null in a response, the link does not apply.
    """
    schemas = document["components"]["schemas"]
    operations_by_type = _operations_by_type(document)
    links: dict[str, Any] = document["components"].setdefault("links", {})
    for path in document["paths"].values():
        for operation in (path[method] for method in METHODS if method in path):
            response = operation["responses"].get("200") or operation["responses"].get("201", {})
            if "content" not in response:
                continue
            schema_name = _response_schema(response)
            response_links = dict(_links(schema_name, schemas, operations_by_type, operation["operationId"]))
            links |= response_links
            if response_links:
                response["links"] = {
                    name[0].lower() + name[1:]: {"$ref": f"#/components/links/{name}"}
                    for name in response_links
                }


def _operations_by_type(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return, by type, the operations whose only path parameter is an id: operation ids by path."""
    operations: dict[str, dict[str, str]] = {}
    for path, item in document["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if len(names) == 1 and names[0] != "date" and has_public_get(item):
            operations.setdefault(names[0], {})[path] = item["get"]["operationId"]
    return operations


def _response_schema(response: dict[str, Any]) -> str:
    return str(response["content"]["application/json"]["schema"]["$ref"]).rsplit("/", 1)[1]


def _links(
    schema_name: str,
    schemas: dict[str, Any],
    operations_by_type: dict[str, dict[str, str]],
    source_operation: str,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the names and Link Objects of a response."""
    type_name = schema_name.removesuffix("List").lower()
    operations = operations_by_type.get(type_name, {})
    if schema_name.endswith("List"):
        if operations:
            name = f"First{schema_name.removesuffix('List')}"
            yield name, _link(_item_operation(operations), type_name, "/data/0/id")
        return
    for path, operation in operations.items():
        if operation != source_operation:
            suffix = "".join(word.title() for word in re.split(r"[/-]", path.partition("}")[2]))
            yield f"{schema_name}{suffix or 'Item'}", _link(operation, type_name, "/id")
    for name, target, pointer in _references(schema_name, schemas):
        if target in operations_by_type:
            operation = _item_operation(operations_by_type[target])
            yield f"{schema_name}{name}", _link(operation, target, pointer)


def _item_operation(operations: dict[str, str]) -> str:
    """Return the operation whose path ends with the id."""
    return next(operation for path, operation in operations.items() if path.endswith("}"))


def _references(
    schema_name: str, schemas: dict[str, Any], parent: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Yield the references in a schema: their name in a link, their type and the JSON Pointer of their id."""
    schema = schemas[schema_name]
    for key in schema.get("required", ()):
        property_ = schema["properties"][key]
        is_list = property_.get("type") == "array"
        pointer = f"{parent}/{key}{'/0' if is_list else ''}"
        for reference in _referenced_schemas(property_["items"] if is_list else property_):
            match = REFERENCE.fullmatch(reference)
            if match:
                name = f"First{match[1]}" if "/0" in pointer else key.title()
                yield name, match[1].lower(), f"{pointer}/id"
            elif not parent:
                yield from _references(reference.rsplit("/", 1)[1], schemas, pointer)


def _referenced_schemas(property_: dict[str, Any]) -> list[str]:
    return [part["$ref"] for part in (property_, *property_.get("anyOf", ())) if "$ref" in part]


def _link(operation: str, type_name: str, pointer: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": {type_name: f"$response.body#{pointer}"}}
