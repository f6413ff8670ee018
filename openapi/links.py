"""Links: from an answer to the operations that go on from it (OpenAPI 3.1, Link Object)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from openapi.document_order import METHODS

REFERENCE = re.compile(r"#/components/schemas/(\w+)Ref")


def add_links(document: dict[str, Any]) -> None:
    """Link every answer that holds ids to the operations whose path takes one of them.

    An item leads to the lists below it and to what it refers to, a list to its first item. A link
    whose place in the answer is empty or null leads nowhere that time.
    """
    schemas = document["components"]["schemas"]
    taking = _operations_by_type(document)
    links: dict[str, Any] = document["components"].setdefault("links", {})
    for path in document["paths"].values():
        for operation in (path[method] for method in METHODS if method in path):
            answer = operation["responses"]["200"]
            found = dict(_links(_shown(answer), schemas, taking, operation["operationId"]))
            links |= found
            if found:
                answer["links"] = {
                    name[0].lower() + name[1:]: {"$ref": f"#/components/links/{name}"} for name in found
                }


def _operations_by_type(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return, for each noun, the operations that need the id of one and nothing else, by their paths."""
    found: dict[str, dict[str, str]] = {}
    for path, item in document["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        if len(names) == 1 and names[0] != "date":
            found.setdefault(names[0], {})[path] = item["get"]["operationId"]
    return found


def _shown(answer: dict[str, Any]) -> str:
    return str(answer["content"]["application/json"]["schema"]["$ref"]).rsplit("/", 1)[1]


def _links(
    shown: str, schemas: dict[str, Any], taking: dict[str, dict[str, str]], origin: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    model = shown.removesuffix("List").lower()
    if shown.endswith("List"):
        if model in taking:
            yield f"First{shown.removesuffix('List')}", _link(_item(taking[model]), model, "/data/0/id")
        return
    if model in taking:
        for path, operation in taking[model].items():
            if operation != origin:
                below = "".join(word.title() for word in re.split(r"[/-]", path.partition("}")[2]))
                yield f"{shown}{below or 'Item'}", _link(operation, model, "/id")
    for name, target, pointer in _references(shown, schemas):
        if target in taking:
            yield f"{shown}{name}", _link(_item(taking[target]), target, pointer)


def _item(operations: dict[str, str]) -> str:
    """Return the operation whose path ends in the id."""
    return next(operation for path, operation in operations.items() if path.endswith("}"))


def _references(shown: str, schemas: dict[str, Any], at: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield what a shape refers to: what to call it, its noun, and where in the answer its id is."""
    schema = schemas[shown]
    for key in schema.get("required", ()):
        property_ = schema["properties"][key]
        many = property_.get("type") == "array"
        place = f"{at}/{key}{'/0' if many else ''}"
        for inner in _inner(property_["items"] if many else property_):
            referred = REFERENCE.fullmatch(inner)
            if referred:
                first = "First" if "/0" in place else ""
                yield first + referred[1] if first else key.title(), referred[1].lower(), f"{place}/id"
            elif not at:
                yield from _references(inner.rsplit("/", 1)[1], schemas, place)


def _inner(property_: dict[str, Any]) -> list[str]:
    return [one["$ref"] for one in (property_, *property_.get("anyOf", ())) if "$ref" in one]


def _link(operation: str, model: str, pointer: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": {model: f"$response.body#{pointer}"}}
