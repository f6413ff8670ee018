"""Shapes that what is computed of a film and of a source share."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import REFERENCE_SCHEMAS, ResponseSchema
from api.schemas.fields import Enumerated, count_relation_field
from api.schemas.references import NestedObject


def relation_field(what: str) -> Enumerated:
    """Return the field that says whether an answer is whole; ``what`` is said of one that is not."""
    return count_relation_field(f"`exact`; of more than is gone through `at-least`: {what}")


class ThemeCoverageSchema(ResponseSchema):
    """How much there is about a theme or what is narrower."""

    theme = NestedObject(REFERENCE_SCHEMAS["theme"], metadata={"description": "The theme."})
    scenes = fields.Integer(metadata={"description": "How many scenes."})
    quotes = fields.Integer(metadata={"description": "How many quotes."})
    commentary = fields.Integer(metadata={"description": "How many claims."})


def themes_field() -> fields.List[object]:
    """Return the field of what there is by theme."""
    return fields.List(
        fields.Nested(ThemeCoverageSchema),
        metadata={"description": "The themes there is anything about, by all counts together, descending."},
    )
