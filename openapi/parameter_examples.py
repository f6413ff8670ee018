"""Add an example to every query parameter: a value for which the first pack has something to return."""

from __future__ import annotations

from typing import Any

from api.schemas.item_shape import ALWAYS_INCLUDED
from models import MODELS_BY_TYPE
from openapi.examples import InvalidExample

#: The resource type whose example id is the value of a parameter, by the parameter's name if that is another.
TYPES = {
    "theme_all": "theme",
    "broader": "theme",
    "related": "theme",
    "exclude_advisory": "advisory",
    "exclude": "quote",
    "speaker": "character",
    "object": "commentary",
}
#: Examples by the parameter's name, if they are no ids and no values of an enumeration.
BY_NAME: dict[str, Any] = {
    "note": "Follows the second edition",
    "release": "second-edition",
    "editor": "newsroom",
    "base": "3",
    "expires_in": 86_400,
    "If-None-Match": '"5f5175dd8af8c0d2d2f0a6a4b7d35c11"',
    "q": "Theodore",
    "release_year": 2013,
    "number": 35,
    "max_severity": 1,
    "limit": 5,
    "language": "en",
    "seed": "tuesday",
    "date": "2026-11-24",
    "tz": "Europe/Berlin",
    "as_of": "1",
    "drop_missing": True,
    "newest": True,
    "revision": "2.489d9d",
}
#: Examples by the parameter's component, if another one would return nothing.
BY_COMPONENT: dict[str, Any] = {
    "Count": True,
    "HowMany": 3,
    "SearchQ": "loneliness",
    "DraftType": "quote",
    "SearchKind": "interpretation",
    "Advisory": "spoiler",
    "ThemeBroader": "human-connection",
    "CommentaryIds": "her-2013-catherines-verdict-strikes-home",
    "CommentaryKind": "interpretation",
    "CommentaryRelatesTo": "her-2013-feelings-out-of-reach",
    "ClaimRelationSubject": "her-2013-a-logical-conclusion",
}


def add_parameter_examples(document: dict[str, Any]) -> None:
    """Add the examples, to the parameter and to the items of an array, which forms add one by one.

    The schema of a parameter has none: forms such as Swagger UI's would be filled in with it, although they
    leave out the examples of optional parameters.
    A cursor has none: it is only valid for one list with its filters, or for one database.
    """
    components = document["components"]
    for name, parameter in components["parameters"].items():
        if "example" in parameter or parameter["name"] in ("cursor", "after"):
            continue
        schema = parameter["schema"]
        value = _example(name, parameter, components)
        if schema.get("type") == "array":
            parameter["example"] = [value]
            if "$ref" not in schema["items"]:
                schema["items"]["examples"] = [value]
        else:
            parameter["example"] = value


def _example(component: str, parameter: dict[str, Any], components: dict[str, Any]) -> Any:
    """Return the example of a parameter.

    Raises:
        InvalidExample: there is no rule for this parameter.
    """
    name, schema = parameter["name"], parameter["schema"]
    values = components["schemas"].get(schema.get("items", schema).get("$ref", "").rsplit("/", 1)[-1], {})
    if component in BY_COMPONENT:
        return BY_COMPONENT[component]
    if "enum" in values:
        # What is always included is no use as an example of `fields`.
        return next(value for value in values["enum"] if value not in ALWAYS_INCLUDED)
    if name in BY_NAME:
        return BY_NAME[name]
    type_name = component.removesuffix("Ids").lower() if name == "id" else TYPES.get(name, name)
    try:
        return MODELS_BY_TYPE[type_name].example_id
    except KeyError:
        raise InvalidExample(
            f"openapi/parameter_examples.py: the parameter {component} ({name}) has no example."
        ) from None
