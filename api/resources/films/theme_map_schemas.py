"""Shapes of a film's theme map."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import RequestSchema, ResponseSchema
from api.schemas.coverage_fields import relation_field
from api.schemas.fields import ConstantField, StrictInteger
from api.schemas.links import URLField
from api.schemas.references import ReferenceTo
from models.theme_map import MAX_LINKS, MAX_SCENES, MAX_THEMES


class ThemeMapQuerySchema(RequestSchema):
    """What a theme map leaves out."""

    max_severity = StrictInteger(
        0,
        3,
        metadata={
            "description": "Only scenes, quotes and claims with no advisory above this severity; "
            "0 admits none at all."
        },
    )


class ThemeMapSceneSchema(ResponseSchema):
    """A column of the map."""

    type = ConstantField("scene", "Always `scene`.")
    id = fields.String(attribute="slug", metadata={"description": "The scene's id."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = URLField("/v1/scenes/", description="The scene's address.")
    position = fields.Integer(metadata={"description": "Its place in the narrated order, from 1."})


class ThemeMapThemeSchema(ResponseSchema):
    """A row of the map."""

    type = ConstantField("theme", "Always `theme`.")
    id = fields.String(attribute="slug", metadata={"description": "The theme's id."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = URLField("/v1/themes/", description="The theme's address.")
    broader = fields.String(
        allow_none=True,
        metadata={"description": "The id of the theme it is part of, a row of the map too; null if of none."},
    )
    weight = fields.Integer(
        metadata={"description": "The weights of its cells together; 0 where only what is narrower has some."}
    )


class ThemeMapCellSchema(ResponseSchema):
    """What ties a scene to a theme: to the theme itself, not to what is narrower."""

    scene = fields.String(metadata={"description": "The scene's id."})
    theme = fields.String(metadata={"description": "The theme's id."})
    weight = fields.Integer(
        metadata={"description": "How many ties: 1 if the scene carries the theme, each quote, each claim."}
    )
    tagged = fields.Boolean(metadata={"description": "Whether the scene itself carries the theme."})
    quotes = fields.List(
        fields.String(), metadata={"description": "Ids of its quotes about the theme, in order of id."}
    )
    commentary = fields.List(
        fields.String(),
        metadata={"description": "Ids of the claims about the scene and the theme, in order of id."},
    )


class ThemeMapSchema(ResponseSchema):
    """Which scenes of a film are about which themes, and how much."""

    type = ConstantField("theme-map", "Always `theme-map`.")
    film = ReferenceTo("film", metadata={"description": "The film."})
    relation = relation_field(
        f"it holds the first {MAX_SCENES} scenes, the {MAX_THEMES} heaviest themes and what is broader, "
        f"and the first {MAX_LINKS:,} ties."
    )
    scenes = fields.List(
        fields.Nested(ThemeMapSceneSchema),
        metadata={"description": "The columns: all scenes in narrated order, those too without a cell."},
    )
    themes = fields.List(
        fields.Nested(ThemeMapThemeSchema),
        metadata={
            "description": "The rows: themes with a cell, and those broader than one. By name, each followed "
            "by those that are narrower, by name."
        },
    )
    cells = fields.List(
        fields.Nested(ThemeMapCellSchema),
        metadata={"description": "Where they meet, scene by scene in the order of the rows; no weight is 0."},
    )
