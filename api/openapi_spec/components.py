"""Operations, references and components of an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
COMPONENT_KINDS = ("schemas", "parameters", "responses", "headers", "links")
SECURITY_SCHEMES = "securitySchemes"


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all operations of the document."""
    return [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]


def has_public_get(item: dict[str, Any]) -> bool:
    """Whether a path has a GET that needs no API key."""
    return "get" in item and not item["get"].get("security")


def remove_unused_components(document: dict[str, Any]) -> None:
    """Remove the components that no operation uses, and sort the others by their first use."""
    components = document["components"]
    used = list(dict.fromkeys(_used_components(document["paths"], components)))
    by_kind = {
        kind: {name: components[kind][name] for other, name in used if other == kind}
        for kind in COMPONENT_KINDS
    }
    # Requirements name security schemes without a reference.
    schemes = {name for one in operations(document) for entry in one.get("security", ()) for name in entry}
    by_kind[SECURITY_SCHEMES] = {name: components[SECURITY_SCHEMES][name] for name in sorted(schemes)}
    document["components"] = {kind: by_name for kind, by_name in by_kind.items() if by_name}


def name_of_reference(reference: dict[str, str]) -> str:
    """Return the name of the component that a reference leads to."""
    return reference["$ref"].rsplit("/", 1)[1]


def _used_components(node: Any, components: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each component that is used directly or indirectly, in the order of use."""
    seen: set[str] = set()
    queue = [node]
    while queue:
        for reference in references(queue.pop(0)):
            if reference not in seen:
                seen.add(reference)
                _, _, kind, name = reference.split("/")
                queue.append(components[kind][name])
                yield kind, name


def references(node: Any) -> Iterator[str]:
    """Yield the ``$ref`` values in a part of the document, in order."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for key, value in node.items():
            # Examples and discriminator mappings contain no references of the document itself.
            if key not in ("examples", "example", "mapping"):
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def remove_examples(document: dict[str, Any]) -> None:
    """Remove code samples and the examples of bodies, more than a third of the document.

    The examples of parameters remain.
    """
    for operation in operations(document):
        operation.pop("x-codeSamples", None)
    responses = [response for one in operations(document) for response in one["responses"].values()]
    bodies = [one["requestBody"] for one in operations(document) if "requestBody" in one]
    for response in (*responses, *bodies, *document["components"]["responses"].values()):
        for content in response.get("content", {}).values():
            content.pop("examples", None)
