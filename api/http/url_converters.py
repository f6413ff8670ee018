"""URL converters for path segments, and the documentation of path parameters."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter, ValidationError

from api.core.resource_registry import require_type
from api.schemas.fields import RESERVED_SLUGS, SLUG
from api.schemas.shared_schemas import ITEM_NAMES
from models import MODELS_BY_TYPE
from models.pin import Pin
from models.types import SLUG_LENGTH


class SlugConverter(BaseConverter):
    """A path segment that is an id. Any other segment results in a 404.

    Reserved words are none: otherwise ``/v1/quotes/random`` would also match the route of a quote, and have
    its methods.
    """

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED_SLUGS))})(?![a-z0-9-])){SLUG.pattern}"


class NameConverter(BaseConverter):
    """A path segment that is a name like an id, but may be a reserved word."""

    regex = SLUG.pattern


class DayConverter(BaseConverter):
    """A path segment in the format of a date: ``2026-11-23``."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


class ExtensionConverter(BaseConverter):
    """A file extension at the end of a path segment; it may contain another dot, as in ``csl.json``."""

    regex = r"[a-z]+(?:\.[a-z]+)?"


class PinConverter(BaseConverter):
    """A path segment that names a revision: ``3`` or ``3.ab12cd``."""

    regex = r"[1-9][0-9]{0,8}(?:\.[0-9a-f]{6,64})?"

    def to_python(self, value: str) -> Pin:
        """Return the pin."""
        pin = Pin.parse(value)
        if pin is None:
            raise ValidationError
        return pin


#: The key for the component name of a path parameter; ``openapi/`` removes it.
COMPONENT_KEY = "x-component"
#: The names of the converters in URL rules.
CONVERTERS = {
    "slug": SlugConverter,
    "name": NameConverter,
    "day": DayConverter,
    "extension": ExtensionConverter,
    "pin": PinConverter,
}


def slug_parameter(name: str, type_name: str) -> dict[str, Any]:
    """Return the documentation of a path parameter that is an id."""
    return {
        "in": "path",
        "name": name,
        COMPONENT_KEY: f"{type_name.title()}Id",
        "required": True,
        "description": f"The id of the {ITEM_NAMES.get(type_name, type_name)}.",
        "example": MODELS_BY_TYPE[require_type(type_name)].example_id,
        "schema": {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": SLUG_LENGTH},
    }


PARAGRAPH_NUMBER = {
    "in": "path",
    "name": "number",
    COMPONENT_KEY: "NumberInSource",
    "required": True,
    "description": "The number of the paragraph in its source, counted from 1.",
    "example": 35,
    "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 100_000},
}
