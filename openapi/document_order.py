"""The parts of a document: its operations, what they share, and the order they are read in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
#: The key under which a path parameter names its component.
COMPONENT = "x-component"
FIRST = ("openapi", "info", "servers", "security", "externalDocs", "tags", "paths", "components")
OF_AN_OPERATION = ("operationId", "summary", "description", "deprecated", "tags", "parameters", "responses")
KINDS = ("schemas", "parameters", "responses", "headers", "links")


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every operation of a document."""
    return [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]


def extract_path_parameters(document: dict[str, Any]) -> None:
    """Make path parameters, and enumerations in them, the components that they name."""
    components = document["components"]
    for path in document["paths"].values():
        path["parameters"] = [_shared(one, components) for one in path.get("parameters", [])]
        if not path["parameters"]:
            del path["parameters"]


def _shared(parameter: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    name = parameter.pop(COMPONENT)
    schema = parameter["schema"]
    if "enum" in schema:
        components["schemas"][name] = schema | {"description": parameter["description"]}
        parameter["schema"] = {"$ref": f"#/components/schemas/{name}"}
    if components["parameters"].setdefault(name, parameter) != parameter:
        raise ValueError(f"Two path parameters would be called {name}.")
    return {"$ref": f"#/components/parameters/{name}"}


def rename_id_parameters(document: dict[str, Any]) -> None:
    """Call an id in a path `quote_id` rather than `quote`, in paths, parameters and links.

    Arguments of generated clients are named after it. `get_quote(quote)` would not say what it takes,
    and in Python it would hide the function `quote` that escapes it.
    """
    parameters = document["components"]["parameters"].values()
    ids = [one for one in parameters if one["in"] == "path" and "pattern" in one["schema"]]
    names = {one["name"]: f"{one['name']}_id" for one in ids}
    for one in ids:
        one["name"] = names[one["name"]]
    for path in list(document["paths"]):
        renamed = re.sub(r"{(\w+)}", lambda found: f"{{{names.get(found[1], found[1])}}}", path)
        document["paths"][renamed] = document["paths"].pop(path)
    for link in document["components"]["links"].values():
        link["parameters"] = {names.get(name, name): value for name, value in link["parameters"].items()}


def sort_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document in the order in which a person reads it; components nobody names are left out."""
    for path in document["paths"].values():
        for method in METHODS:
            if method in path:
                path[method] = _ordered(path[method], OF_AN_OPERATION)
                path[method]["responses"] = dict(sorted(path[method]["responses"].items()))
    named = list(dict.fromkeys(_named(document["paths"], document["components"])))
    used = {
        kind: {name: document["components"][kind][name] for of, name in named if of == kind} for kind in KINDS
    }
    document["components"] = {kind: found for kind, found in used.items() if found}
    return _ordered(document, FIRST)


def _ordered(mapping: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    return {key: mapping[key] for key in first if key in mapping} | mapping


def _named(node: Any, components: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each component that is named from here on, where it is named first."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        for reference in references(waiting.pop(0)):
            if reference not in seen:
                seen.add(reference)
                _, _, kind, name = reference.split("/")
                waiting.append(components[kind][name])
                yield kind, name


def references(node: Any) -> Iterator[str]:
    """Yield what a part of the document refers to, in the order in which it does."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for key, value in node.items():
            # What stands in an example or a discriminator's mapping is no reference of the document.
            if key not in ("examples", "example", "mapping"):
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
