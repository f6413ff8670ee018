"""Schemas of a film's coverage: how much content it has here."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.coverage_fields import relation_field, themes_field
from api.schemas.fields import Choice, ConstantField
from api.schemas.reference_fields import NestedObject, ReferenceTo
from api.schemas.shared_schemas import REFERENCE_SCHEMAS, ResponseSchema
from models import CommentaryKind
from models.film_coverage import MAX_SCENES, MAX_SOURCES


class KindCoverageSchema(ResponseSchema):
    """The number of commentary entries of one kind."""

    kind = Choice(CommentaryKind, metadata={"description": "The kind of argument."})
    commentary = fields.Integer(metadata={"description": "The number of commentary entries of this kind."})


class SceneCoverageSchema(ResponseSchema):
    """The amount of content for a scene."""

    scene = NestedObject(REFERENCE_SCHEMAS["scene"], metadata={"description": "The scene."})
    position = fields.Integer(metadata={"description": "The position of the scene in the film, from 1."})
    quotes = fields.Integer(metadata={"description": "The number of quotes from or about the scene."})
    commentary = fields.Integer(metadata={"description": "The number of commentary entries on the scene."})


class SourceUseSchema(ResponseSchema):
    """How much of a source is cited for a film."""

    source = NestedObject(REFERENCE_SCHEMAS["source"], metadata={"description": "The source."})
    paragraphs = fields.Integer(metadata={"description": "The number of paragraphs in the source."})
    cited_paragraphs = fields.Integer(
        metadata={
            "description": "The number of paragraphs cited by the film's scenes, quotes and commentary."
        }
    )
    commentary = fields.Integer(
        metadata={"description": "The number of commentary entries on the film that belong to the source."}
    )


class FilmCoverageSchema(ResponseSchema):
    """The amount of content for a film, and the scenes that have none."""

    type = ConstantField("coverage", "Always `coverage`.")
    film = ReferenceTo("film", metadata={"description": "The film."})
    relation = relation_field("counts are lower bounds and lists are truncated.")
    characters = fields.Integer(metadata={"description": "The number of characters."})
    scenes = fields.Integer(metadata={"description": "The number of scenes."})
    quotes = fields.Integer(metadata={"description": "The number of quotes."})
    commentary = fields.Integer(metadata={"description": "The number of commentary entries."})
    by_kind = fields.List(
        fields.Nested(KindCoverageSchema),
        metadata={"description": "Counts of commentary by kind, for all kinds, including those with none."},
    )
    by_theme = themes_field()
    by_scene = fields.List(
        fields.Nested(SceneCoverageSchema),
        metadata={"description": f"Counts by scene, for the first {MAX_SCENES} scenes of the film."},
    )
    uncovered_scenes = fields.List(
        fields.Nested(REFERENCE_SCHEMAS["scene"]),
        metadata={"description": "The scenes of `by_scene` that have neither quotes nor commentary."},
    )
    by_source = fields.List(
        fields.Nested(SourceUseSchema),
        metadata={
            "description": "The sources that discuss the film or are cited for it: the first "
            f"{MAX_SOURCES}, sorted by id."
        },
    )
