"""URL converters for path segments, and the OpenAPI descriptions of path parameters."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter

from api.core.resource_registry import example_id, require_type
from api.schemas.fields import SLUG
from models import MODELS_BY_TYPE
from models.types import SLUG_LENGTH


class SlugConverter(BaseConverter):
    """A path segment that is an id."""

    regex = SLUG.pattern


class DayConverter(BaseConverter):
    """A path segment that looks like a date: ``2026-11-23``."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


class ExtensionConverter(BaseConverter):
    """The extension of a path segment, after its first dot: ``json`` or ``apa.txt``."""

    regex = r"[a-z]+(?:\.[a-z]+)?"


#: The key with which a parameter names its OpenAPI component; ``openapi/`` removes it.
COMPONENT_KEY = "x-component"
#: The converters by their names in URL rules.
CONVERTERS = {"slug": SlugConverter, "day": DayConverter, "extension": ExtensionConverter}


def slug_parameter(name: str, type_name: str) -> dict[str, Any]:
    """Return the documentation of a path parameter that is an id."""
    return {
        "in": "path",
        "name": name,
        COMPONENT_KEY: f"{type_name.title()}Id",
        "required": True,
        "description": f"The id of the {type_name}.",
        "example": example_id(MODELS_BY_TYPE[require_type(type_name)]),
        "schema": {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": SLUG_LENGTH},
    }


PARAGRAPH_NUMBER = {
    "in": "path",
    "name": "number",
    COMPONENT_KEY: "NumberInSource",
    "required": True,
    "description": "The number of the paragraph in its source, starting at 1.",
    "example": 35,
}
