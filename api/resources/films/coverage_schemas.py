"""Shapes of what there is of a film."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import REFERENCE_SCHEMAS, ResponseSchema
from api.schemas.coverage_fields import relation_field, themes_field
from api.schemas.fields import Choice, ConstantField
from api.schemas.references import NestedObject, ReferenceTo
from models import CommentaryKind
from models.film_coverage import MAX_SCENES, MAX_SOURCES


class KindCoverageSchema(ResponseSchema):
    """How many claims are of a kind."""

    kind = Choice(CommentaryKind, metadata={"description": "The kind."})
    commentary = fields.Integer(metadata={"description": "How many claims of the film are of it."})


class SceneCoverageSchema(ResponseSchema):
    """How much there is of a scene."""

    scene = NestedObject(REFERENCE_SCHEMAS["scene"], metadata={"description": "The scene."})
    position = fields.Integer(metadata={"description": "Its place in the narrated order, from 1."})
    quotes = fields.Integer(metadata={"description": "How many quotes belong to it."})
    commentary = fields.Integer(metadata={"description": "How many claims are about it."})


class SourceUseSchema(ResponseSchema):
    """How much of a source is cited for a film."""

    source = NestedObject(REFERENCE_SCHEMAS["source"], metadata={"description": "The source."})
    paragraphs = fields.Integer(metadata={"description": "How many paragraphs it has."})
    cited_paragraphs = fields.Integer(
        metadata={"description": "How many of them the film's scenes, quotes and claims cite."}
    )


class FilmCoverageSchema(ResponseSchema):
    """How much there is of a film here, and what is missing."""

    type = ConstantField("coverage", "Always `coverage`.")
    film = ReferenceTo("film", metadata={"description": "The film."})
    relation = relation_field("counts are lower bounds, lists are cut.")
    characters = fields.Integer(metadata={"description": "How many characters."})
    scenes = fields.Integer(metadata={"description": "How many scenes."})
    quotes = fields.Integer(metadata={"description": "How many quotes."})
    commentary = fields.Integer(metadata={"description": "How many claims."})
    by_kind = fields.List(
        fields.Nested(KindCoverageSchema),
        metadata={"description": "Claims by kind: every kind, those too of which there is none."},
    )
    by_theme = themes_field()
    by_scene = fields.List(
        fields.Nested(SceneCoverageSchema),
        metadata={"description": f"Its scenes in narrated order, the first {MAX_SCENES}."},
    )
    uncovered_scenes = fields.List(
        fields.Nested(REFERENCE_SCHEMAS["scene"]),
        metadata={"description": "Those of these scenes of which there is neither a quote nor a claim."},
    )
    by_source = fields.List(
        fields.Nested(SourceUseSchema),
        metadata={
            "description": "The sources that speak of the film or are cited for it, by id, "
            f"the first {MAX_SOURCES}."
        },
    )
