"""Edits of the OpenAPI document, classified by hand as breaking for clients of v1 or compatible.

An edit is a function that changes a document in place. A breaking edit is registered with words of the expected
message. Edits named ``…_though_…`` are those that a comparison without direction would classify wrongly.
"""

from openapi.compatibility_facts import resolve_reference

BREAKING = {}
COMPATIBLE = []


def breaking(words):
    """Register an edit as breaking, with words of the expected message."""

    def register(edit):
        BREAKING[edit] = words
        return edit

    return register


def compatible(edit):
    """Register an edit as compatible."""
    COMPATIBLE.append(edit)
    return edit


def operation(document, name):
    operations = (
        operation_
        for path in document["paths"].values()
        for operation_ in path.values()
        if isinstance(operation_, dict)
    )
    return next(operation_ for operation_ in operations if operation_["operationId"] == name)


def parameter(document, operation_id, name):
    parameters = operation(document, operation_id)["parameters"]
    return next(
        parameter_
        for parameter_ in (resolve_reference(document, reference) for reference in parameters)
        if parameter_["name"] == name
    )


def remove_parameter(document, operation_id, name):
    """Remove a parameter from an operation."""
    operation_ = operation(document, operation_id)
    operation_["parameters"] = [
        reference
        for reference in operation_["parameters"]
        if resolve_reference(document, reference)["name"] != name
    ]


def response(document, operation_id, status):
    return resolve_reference(document, operation(document, operation_id)["responses"][status])


def schema(document, name):
    return document["components"]["schemas"][name]


def fields(document, name):
    return schema(document, name)["properties"]


def values(document, operation_id, name):
    """Return the enumeration of the items of a parameter."""
    return resolve_reference(document, parameter(document, operation_id, name)["schema"]["items"])["enum"]


def rename_component(document, kind, old, new):
    """Rename a component and all references to it."""
    components = document["components"][kind]
    components[new] = components.pop(old)
    replace_value(document, f"#/components/{kind}/{old}", f"#/components/{kind}/{new}")


def replace_value(node, old, new):
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        if value == old:
            node[key] = new
        elif isinstance(value, dict | list):
            replace_value(value, old, new)
