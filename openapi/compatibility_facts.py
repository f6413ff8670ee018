"""Facts in the document that clients depend on and that ``redocly diff`` does not compare.

`redocly diff` compares the data on the wire. But a generated client names its types after schemas, its
modules after tags and its arguments after path parameters. It maps a `date-time` to a different type than a
string, and clients that omit a parameter rely on its default.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FactsByPlace = dict[str, frozenset[str]]
FactPairs = Iterator[tuple[str, frozenset[str]]]


def lost_facts(base: dict[str, Any], revision: dict[str, Any]) -> list[str]:
    """Return a sentence for each fact that ``revision`` has lost about a part that it still has."""
    current = facts(revision)
    return [
        f"{place} lost {', '.join(f'`{value}`' for value in sorted(removed))}."
        for place, values in facts(base).items()
        if place in current and (removed := values - current[place])
    ]


def facts(document: dict[str, Any]) -> FactsByPlace:
    """Return all facts: sets of names, types and defaults, by the place in the document."""
    schemas = document["components"]["schemas"]
    result: FactsByPlace = {"The list of schemas": frozenset(schemas)}
    for name, schema in schemas.items():
        result.update(_of_schema(f"`{name}`", schema))
        for key, value in schema.get("properties", {}).items():
            result.update(_of_schema(f"`{name}.{key}`", value))
    for path, item in document["paths"].items():
        result[f"The path of {_anonymous_path(path)}"] = frozenset([path])
        for method, operation in item.items():
            if isinstance(operation, dict):
                parameters = item.get("parameters", []) + operation.get("parameters", [])
                resolved = operation | {
                    "parameters": [resolve_reference(document, parameter) for parameter in parameters]
                }
                place = f"{method.upper()} {_anonymous_path(path)}"
                result.update(_of_operation(document, place, resolved))
    return result


def _of_schema(place: str, schema: dict[str, Any]) -> FactPairs:
    yield f"The type of {place}", frozenset(_schema_names(schema))
    yield f"The format of {place}", frozenset([schema.get("format", "no format")])
    discriminator = schema.get("discriminator", {})
    values = [discriminator.get("propertyName", ""), *discriminator.get("mapping", ())]
    yield f"The discriminator of {place}", frozenset(values)
    if "enum" in schema:
        yield f"The values of {place}", frozenset(map(str, schema["enum"]))


def _of_operation(document: dict[str, Any], place: str, operation: dict[str, Any]) -> FactPairs:
    yield f"The tag of {place}", frozenset(operation.get("tags", [])[:1])
    for status, response in operation["responses"].items():
        content = resolve_reference(document, response).get("content", {})
        yield f"The type of {status} from {place}", frozenset(_schema_names(content))
    for parameter in operation["parameters"]:
        name, schema = parameter["name"], parameter["schema"]
        yield f"The type of `{name}` in {place}", frozenset(_schema_names(schema))
        yield f"The format of `{name}` in {place}", frozenset([schema.get("format", "no format")])
        yield f"The default of `{name}` in {place}", frozenset([str(schema.get("default", "no default"))])


def _schema_names(node: Any) -> Iterator[str]:
    """Yield the names of the schemas that a node refers to directly."""
    if isinstance(node, list):
        for child in node:
            yield from _schema_names(child)
    elif isinstance(node, dict):
        reference = node.get("$ref", "")
        if reference.startswith("#/components/schemas/"):
            yield reference.rsplit("/", 1)[1]
        for key, value in node.items():
            if key not in ("examples", "example", "properties", "mapping"):
                yield from _schema_names(value)


def resolve_reference(document: dict[str, Any], node: dict[str, Any]) -> Any:
    """Return the target of a node's ``$ref``, or the node itself if it has none."""
    while "$ref" in node:
        node = resolve_pointer(document, node["$ref"])
    return node


def resolve_pointer(document: dict[str, Any], pointer: str) -> Any:
    """Return the target of a JSON Pointer in a URI fragment (RFC 6901, section 6).

    Raises:
        KeyError: there is no such part of the document.
    """
    target: Any = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        target = target[int(key)] if isinstance(target, list) else target[key]
    return target


def _anonymous_path(path: str) -> str:
    """Return a path without the names of its parameters: ``/v1/quotes/{}``."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
