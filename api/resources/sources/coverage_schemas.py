"""Schemas of a source's coverage: how much content cites it."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.coverage_fields import relation_field, themes_field
from api.schemas.fields import Choice, ConstantField
from api.schemas.shared_schemas import REFERENCE_SCHEMAS, ResponseSchema
from models import ParagraphKind
from models.source_coverage import MAX_PARAGRAPHS


class ParagraphCoverageSchema(ResponseSchema):
    """The amount of content that cites a paragraph."""

    number = fields.Integer(metadata={"description": "The number of the paragraph."})
    kind = Choice(ParagraphKind, metadata={"description": "The function of the paragraph in the source."})
    scenes = fields.Integer(metadata={"description": "The number of scenes that cite the paragraph."})
    quotes = fields.Integer(metadata={"description": "The number of quotes that cite the paragraph."})
    commentary = fields.Integer(
        metadata={"description": "The number of commentary entries that cite the paragraph."}
    )


class SourceCoverageSchema(ResponseSchema):
    """The amount of content that cites a source, and the paragraphs that nothing cites."""

    type = ConstantField("coverage", "Always `coverage`.")
    source = fields.Nested(REFERENCE_SCHEMAS["source"], metadata={"description": "The source."})
    relation = relation_field(
        f"counts are lower bounds and only the first {MAX_PARAGRAPHS:,} paragraphs are considered."
    )
    scenes = fields.Integer(metadata={"description": "The number of scenes that cite the source."})
    quotes = fields.Integer(metadata={"description": "The number of quotes from the source."})
    commentary = fields.Integer(metadata={"description": "The number of commentary entries from the source."})
    paragraphs = fields.Integer(metadata={"description": "The number of paragraphs in the source."})
    body_paragraphs = fields.Integer(
        metadata={"description": "The number of body paragraphs, without titles, headings and the like."}
    )
    cited_body_paragraphs = fields.Integer(
        metadata={"description": "The number of body paragraphs that are cited."}
    )
    percent_cited = fields.Integer(
        allow_none=True,
        metadata={
            "description": "The percentage of body paragraphs that are cited, rounded down; null if there "
            "are no body paragraphs."
        },
    )
    uncited_paragraphs = fields.List(
        fields.Integer(),
        metadata={"description": "The numbers of the body paragraphs that are not cited."},
    )
    by_paragraph = fields.List(
        fields.Nested(ParagraphCoverageSchema),
        metadata={"description": "Counts by paragraph, in order."},
    )
    by_theme = themes_field()
