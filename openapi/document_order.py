"""Order the OpenAPI document for readers, and extract its shared path parameters."""

from __future__ import annotations

import re
from typing import Any

from api.openapi_spec.components import METHODS, remove_unused_components

#: The key with which a path parameter names its component.
COMPONENT_KEY = "x-component"
DOCUMENT_KEYS = ("openapi", "info", "servers", "security", "externalDocs", "tags", "paths", "components")
OPERATION_KEYS = (
    *("operationId", "summary", "description", "externalDocs", "deprecated", "tags"),
    *("security", "parameters", "requestBody", "responses"),
)


def extract_path_parameters(document: dict[str, Any]) -> None:
    """Move path parameters, and enumerations in them, to components; leave references to them."""
    components = document["components"]
    for path in document["paths"].values():
        path["parameters"] = [
            _extract_parameter(parameter, components) for parameter in path.get("parameters", [])
        ]
        if not path["parameters"]:
            del path["parameters"]


def _extract_parameter(parameter: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    name = parameter.pop(COMPONENT_KEY)
    schema = parameter["schema"]
    if "enum" in schema:
        components["schemas"][name] = schema | {"description": parameter["description"]}
        parameter["schema"] = {"$ref": f"#/components/schemas/{name}"}
    if components["parameters"].setdefault(name, parameter) != parameter:
        raise ValueError(f"Two different path parameters have the component name {name}.")
    return {"$ref": f"#/components/parameters/{name}"}


def rename_id_parameters(document: dict[str, Any]) -> None:
    """Rename path parameters with ids from `quote` to `quote_id`, in paths, parameters and links.

    Generated clients name their arguments after them. In Python, an argument `quote` would also shadow the
    function that escapes it.
    """
    parameters = document["components"]["parameters"].values()
    ids = [
        parameter
        for parameter in parameters
        if parameter["in"] == "path" and "pattern" in parameter["schema"]
    ]
    names = {parameter["name"]: f"{parameter['name']}_id" for parameter in ids}
    for parameter in ids:
        parameter["name"] = names[parameter["name"]]
    for path in list(document["paths"]):
        renamed = re.sub(r"{(\w+)}", lambda match: f"{{{names.get(match[1], match[1])}}}", path)
        document["paths"][renamed] = document["paths"].pop(path)
    for link in document["components"]["links"].values():
        link["parameters"] = {names.get(name, name): value for name, value in link["parameters"].items()}


def sort_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document in reading order, without unused components."""
    for path in document["paths"].values():
        for method in METHODS:
            if method in path:
                path[method] = _sort_keys(path[method], OPERATION_KEYS)
                path[method]["responses"] = dict(sorted(path[method]["responses"].items()))
    remove_unused_components(document)
    return _sort_keys(document, DOCUMENT_KEYS)


def _sort_keys(mapping: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    return {key: mapping[key] for key in first if key in mapping} | mapping
