"""Edits of the OpenAPI document, each judged by hand: what breaks a client of v1, and what does not.

An edit changes the document it is given. A breaking one stands with words that the gate's message must
have. Where an edit is named ``…though…``, a comparison that knows no direction judges it wrongly.
"""

from openapi.compatibility_facts import resolve_reference

BREAKING = {}
COMPATIBLE = []


def breaking(words):
    """Enter an edit among the breaking ones, with words of the message."""

    def enter(edit):
        BREAKING[edit] = words
        return edit

    return enter


def compatible(edit):
    """Enter an edit among the compatible ones."""
    COMPATIBLE.append(edit)
    return edit


def operation(document, name):
    found = (one for path in document["paths"].values() for one in path.values() if isinstance(one, dict))
    return next(one for one in found if one["operationId"] == name)


def parameter(document, operation_id, name):
    written = operation(document, operation_id)["parameters"]
    return next(one for one in (resolve_reference(document, each) for each in written) if one["name"] == name)


def without(document, operation_id, name):
    """Leave a parameter out of an operation."""
    one = operation(document, operation_id)
    one["parameters"] = [
        each for each in one["parameters"] if resolve_reference(document, each)["name"] != name
    ]


def response(document, operation_id, status):
    return resolve_reference(document, operation(document, operation_id)["responses"][status])


def schema(document, name):
    return document["components"]["schemas"][name]


def fields(document, name):
    return schema(document, name)["properties"]


def values(document, operation_id, name):
    """Return the list of what an item of a parameter may be."""
    return resolve_reference(document, parameter(document, operation_id, name)["schema"]["items"])["enum"]


def renamed(document, kind, old, new):
    """Give a component another name, and follow it everywhere."""
    components = document["components"][kind]
    components[new] = components.pop(old)
    follow(document, f"#/components/{kind}/{old}", f"#/components/{kind}/{new}")


def follow(node, old, new):
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        if value == old:
            node[key] = new
        elif isinstance(value, dict | list):
            follow(value, old, new)
