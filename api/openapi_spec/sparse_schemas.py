"""Schemas of the responses to ``fields=``, which lack keys that the schemas of items require (ADR 24).

`AnyQuote` is the union of `Quote` and `SparseQuote`, and `AnyQuoteList` of `QuoteList` and `SparseQuoteList`.
"""

from __future__ import annotations

from typing import Any

from api.openapi_spec.components import name_of_reference, operations, remove_unused_components
from api.schemas.item_shape import ALWAYS_INCLUDED

#: Prefixes of the names of schemas; no other names begin with them.
UNION, SPARSE = "Any", "Sparse"


def add_sparse_schemas(document: dict[str, Any]) -> None:
    """Give each operation with ``fields`` a response that is either complete or sparse.

    The complete schema comes first, so clients that try one after the other read a complete item as such.
    """
    for operation in operations(document):
        if _fields_parameters(operation, document):
            content = _json_content(operation)
            content["schema"] = _either(
                name_of_reference(content["schema"]), document["components"]["schemas"]
            )


def remove_sparse_schemas(document: dict[str, Any]) -> None:
    """Undo :func:`add_sparse_schemas`: give each operation the schema of complete responses."""
    schemas = document["components"]["schemas"]
    for operation in operations(document):
        content = _json_content(operation)
        name = name_of_reference(content.get("schema", {"$ref": "/"}))
        if name.startswith(UNION):
            content["schema"] = schemas[name]["anyOf"][0]
    for name in [name for name in schemas if name.startswith((UNION, SPARSE))]:
        del schemas[name]


def remove_fields_parameters(document: dict[str, Any]) -> None:
    """Remove the parameter ``fields`` and with it the sparse responses: for clients that never use it."""
    for operation in operations(document):
        for reference in _fields_parameters(operation, document):
            operation["parameters"].remove(reference)
    remove_sparse_schemas(document)
    remove_unused_components(document)


def _fields_parameters(operation: dict[str, Any], document: dict[str, Any]) -> list[dict[str, str]]:
    parameters = document["components"]["parameters"]
    references = operation.get("parameters", ())
    return [one for one in references if parameters[name_of_reference(one)]["name"] == "fields"]


def _json_content(operation: dict[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = operation["responses"].get("200", {})
    content: dict[str, Any] = response.get("content", {}).get("application/json", {})
    return content


def _either(name: str, schemas: dict[str, Any]) -> dict[str, str]:
    """Return a reference to the union of a schema and its sparse variant."""
    schemas[f"{UNION}{name}"] = {
        # The Model Context Protocol requires a type here.
        "type": "object",
        "description": f"A `{name}` or, with `fields=`, a `Sparse{name}`.",
        "anyOf": [_reference(name), _sparse(name, schemas)],
    }
    return _reference(f"{UNION}{name}")


def _sparse(name: str, schemas: dict[str, Any]) -> dict[str, str]:
    """Return a reference to the sparse variant of a schema: of an item, or of a list of items."""
    complete = schemas[name]
    if name.endswith("List"):
        item = name.removesuffix("List")
        data = complete["properties"]["data"] | {"items": _sparse(item, schemas)}
        changes = {
            "description": f"A page of a list of `{item}` objects with the fields that `fields=` selects.",
            "properties": complete["properties"] | {"data": data},
        }
    else:
        changes = {
            "description": f"A `{name}` with the fields that `fields=` selects.",
            "required": [key for key in ALWAYS_INCLUDED if key in complete["properties"]],
        }
    schemas[f"{SPARSE}{name}"] = complete | changes
    return _reference(f"{SPARSE}{name}")


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
