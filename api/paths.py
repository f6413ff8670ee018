"""Segments of paths: what they match, and how the document describes them."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter

from api.fields import SLUG
from api.representations import forms_of
from models.types import SLUG_LENGTH


class SlugConverter(BaseConverter):
    """A path segment that is an id; anything else is no such address."""

    regex = SLUG.pattern


class DayConverter(BaseConverter):
    """A path segment that looks like a date: ``2026-11-23``."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


class ExtensionConverter(BaseConverter):
    """What stands behind the dot of a path segment, and may hold another dot."""

    regex = r"[a-z]+(?:\.[a-z]+)?"


#: What a rule calls each of them.
CONVERTERS = {"slug": SlugConverter, "day": DayConverter, "extension": ExtensionConverter}

#: An id of each type that the first pack has, to try an operation with.
EXAMPLES = {
    "film": "her-2013",
    "source": "her-perfection-is-the-enemy-of-real",
    "character": "her-2013-catherine",
    "scene": "her-2013-lunch-with-catherine",
    "quote": "her-2013-a-wife-without-the-challenges",
    "commentary": "her-2013-perfection-opposes-reality",
    "theme": "loneliness",
    "advisory": "gender-generalisation",
}


def slug_parameter(name: str, noun: str) -> dict[str, Any]:
    """Return the documentation of a path parameter that is an id."""
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": f"The {noun}'s id.",
        "example": EXAMPLES[noun],
        "schema": {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": SLUG_LENGTH},
    }


def form_parameters(type_name: str) -> list[dict[str, Any]]:
    """Return the documentation of the path of a form: the id, and the form's extension."""
    known = [form.extension for form in forms_of(type_name) if form.extension]
    extension = {
        "in": "path",
        "name": "extension",
        "required": True,
        "description": "The form's usual extension.",
        "example": "json",
        "schema": {"type": "string", "enum": known},
    }
    return [slug_parameter(type_name, type_name), extension]


DAY = {
    "in": "path",
    "name": "date",
    "required": True,
    "description": "The day, as `YYYY-MM-DD`.",
    "example": "2026-11-23",
    "schema": {"type": "string", "format": "date"},
}
