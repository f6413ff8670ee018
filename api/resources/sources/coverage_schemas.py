"""Shapes of what rests on a source."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import REFERENCE_SCHEMAS, ResponseSchema
from api.schemas.coverage_fields import relation_field, themes_field
from api.schemas.fields import Choice, ConstantField
from models import ParagraphKind
from models.source_coverage import MAX_PARAGRAPHS


class ParagraphCoverageSchema(ResponseSchema):
    """How much rests on a paragraph."""

    number = fields.Integer(metadata={"description": "The paragraph's number."})
    kind = Choice(ParagraphKind, metadata={"description": "The part it plays."})
    scenes = fields.Integer(metadata={"description": "How many scenes cite it."})
    quotes = fields.Integer(metadata={"description": "How many quotes."})
    commentary = fields.Integer(metadata={"description": "How many claims."})


class SourceCoverageSchema(ResponseSchema):
    """How much rests on a source, and what of it nothing cites."""

    type = ConstantField("coverage", "Always `coverage`.")
    source = fields.Nested(REFERENCE_SCHEMAS["source"], metadata={"description": "The source."})
    relation = relation_field(
        f"counts are lower bounds, and the first {MAX_PARAGRAPHS:,} paragraphs are all that is looked at."
    )
    scenes = fields.Integer(metadata={"description": "How many scenes cite it."})
    quotes = fields.Integer(metadata={"description": "How many quotes are from it."})
    commentary = fields.Integer(metadata={"description": "How many claims are its."})
    paragraphs = fields.Integer(metadata={"description": "How many paragraphs it has."})
    body_paragraphs = fields.Integer(
        metadata={"description": "How many of them are its body: no headings, titles and the like."}
    )
    cited_body_paragraphs = fields.Integer(
        metadata={"description": "How many paragraphs of its body something cites."}
    )
    percent_cited = fields.Integer(
        allow_none=True,
        metadata={"description": "Their share in whole percent, rounded down; null without a body."},
    )
    uncited_paragraphs = fields.List(
        fields.Integer(),
        metadata={"description": "Numbers of the body paragraphs that nothing cites."},
    )
    by_paragraph = fields.List(
        fields.Nested(ParagraphCoverageSchema), metadata={"description": "Its paragraphs in order."}
    )
    by_theme = themes_field()
