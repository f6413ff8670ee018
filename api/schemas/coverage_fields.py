"""Shapes that what is computed of a film and of a source share."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import REFERENCES, Out
from api.schemas.fields import Named, count_relation
from api.schemas.references import Grouped


def relation_field(what: str) -> Named:
    """Return the field that says whether an answer is whole; ``what`` is said of one that is not."""
    return count_relation(f"`exact`; of more than is gone through `at-least`: {what}")


class ThemeCoverageSchema(Out):
    """How much there is about a theme or what is narrower."""

    theme = Grouped(REFERENCES["theme"], metadata={"description": "The theme."})
    scenes = fields.Integer(metadata={"description": "How many scenes."})
    quotes = fields.Integer(metadata={"description": "How many quotes."})
    commentary = fields.Integer(metadata={"description": "How many claims."})


def themes_field() -> fields.List[object]:
    """Return the field of what there is by theme."""
    return fields.List(
        fields.Nested(ThemeCoverageSchema),
        metadata={"description": "The themes there is anything about, by all counts together, descending."},
    )
