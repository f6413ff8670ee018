"""What clients depend on in a document and ``redocly diff`` does not look at.

It follows references and compares what is on the wire. But a generated client names its types after
schemas, its modules after tags and its arguments after path parameters; it reads a `date-time` into
another type than a text; and who leaves a parameter out is given its default.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Facts = dict[str, frozenset[str]]
Fact = Iterator[tuple[str, frozenset[str]]]


def lost(base: dict[str, Any], revision: dict[str, Any]) -> list[str]:
    """Return a sentence for each fact of the base that is gone though what it is a fact of is not."""
    now = facts(revision)
    return [
        f"{place} lost {', '.join(f'`{value}`' for value in sorted(gone))}."
        for place, values in facts(base).items()
        if place in now and (gone := values - now[place])
    ]


def facts(document: dict[str, Any]) -> Facts:
    """Return what clients are named after and assume, by the place that it is a fact of."""
    schemas = document["components"]["schemas"]
    found: Facts = {"The list of schemas": frozenset(schemas)}
    for name, schema in schemas.items():
        found.update(_of_schema(f"`{name}`", schema))
        for key, value in schema.get("properties", {}).items():
            found.update(_of_schema(f"`{name}.{key}`", value))
    for path, item in document["paths"].items():
        found[f"The path of {_unnamed(path)}"] = frozenset([path])
        for method, operation in item.items():
            if isinstance(operation, dict):
                written = item.get("parameters", []) + operation.get("parameters", [])
                whole = operation | {"parameters": [resolved(document, one) for one in written]}
                found.update(_of_operation(document, f"{method.upper()} {_unnamed(path)}", whole))
    return found


def _of_schema(place: str, schema: dict[str, Any]) -> Fact:
    yield f"The type of {place}", frozenset(_names(schema))
    yield f"The format of {place}", frozenset([schema.get("format", "no format")])
    told = schema.get("discriminator", {})
    yield f"The discriminator of {place}", frozenset([told.get("propertyName", ""), *told.get("mapping", ())])
    if "enum" in schema:
        yield f"The values of {place}", frozenset(map(str, schema["enum"]))


def _of_operation(document: dict[str, Any], place: str, operation: dict[str, Any]) -> Fact:
    yield f"The tag of {place}", frozenset(operation.get("tags", [])[:1])
    for status, written in operation["responses"].items():
        content = resolved(document, written).get("content", {})
        yield f"The type of {status} from {place}", frozenset(_names(content))
    for parameter in operation["parameters"]:
        name, schema = parameter["name"], parameter["schema"]
        yield f"The type of `{name}` in {place}", frozenset(_names(schema))
        yield f"The format of `{name}` in {place}", frozenset([schema.get("format", "no format")])
        yield f"The default of `{name}` in {place}", frozenset([str(schema.get("default", "no default"))])


def _names(node: Any) -> Iterator[str]:
    """Yield the schemas that a node names, not those that they name in turn."""
    if isinstance(node, list):
        for one in node:
            yield from _names(one)
    elif isinstance(node, dict):
        reference = node.get("$ref", "")
        if reference.startswith("#/components/schemas/"):
            yield reference.rsplit("/", 1)[1]
        for key, value in node.items():
            if key not in ("examples", "example", "properties", "mapping"):
                yield from _names(value)


def resolved(document: dict[str, Any], node: dict[str, Any]) -> Any:
    """Return what a node refers to, or itself."""
    while "$ref" in node:
        node = at(document, node["$ref"])
    return node


def at(document: dict[str, Any], pointer: str) -> Any:
    """Return what a JSON Pointer in a fragment (RFC 6901, section 6) leads to; KeyError if to nothing."""
    found: Any = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        found = found[int(key)] if isinstance(found, list) else found[key]
    return found


def _unnamed(path: str) -> str:
    """Return a path without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
