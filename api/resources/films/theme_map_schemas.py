"""Schemas of a film's theme map."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.coverage_fields import relation_field
from api.schemas.fields import ConstantField, StrictInteger
from api.schemas.list_queries import asserted_by_field
from api.schemas.reference_fields import ReferenceTo, URLField
from api.schemas.shared_schemas import RequestSchema, ResponseSchema
from models.theme_map import MAX_LINKS, MAX_SCENES, MAX_THEMES


class ThemeMapQuerySchema(RequestSchema):
    """Query parameters of a theme map."""

    max_severity = StrictInteger(
        0,
        3,
        metadata={
            "description": "Exclude scenes, quotes and commentary with an advisory above this severity. "
            "0 excludes all flagged content."
        },
    )
    asserted_by = asserted_by_field("count")


class ThemeMapSceneSchema(ResponseSchema):
    """A scene: a column of the map."""

    type = ConstantField("scene", "Always `scene`.")
    id = fields.String(attribute="slug", metadata={"description": "The id of the scene."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = URLField("/v1/scenes/", description="The URL of the scene.")
    position = fields.Integer(metadata={"description": "The position of the scene in the film, from 1."})


class ThemeMapThemeSchema(ResponseSchema):
    """A theme: a row of the map."""

    type = ConstantField("theme", "Always `theme`.")
    id = fields.String(attribute="slug", metadata={"description": "The id of the theme."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = URLField("/v1/themes/", description="The URL of the theme.")
    broader = fields.String(
        allow_none=True,
        metadata={"description": "The id of the broader theme, which is a row of the map too; null if none."},
    )
    weight = fields.Integer(
        metadata={"description": "The sum of the weights in this row; 0 if only its subthemes have cells."}
    )


class ThemeMapCellSchema(ResponseSchema):
    """The links between a scene and a theme, without those of its subthemes."""

    scene = fields.String(metadata={"description": "The id of the scene."})
    theme = fields.String(metadata={"description": "The id of the theme."})
    weight = fields.Integer(
        metadata={
            "description": "The number of links: one if the scene itself is tagged, and one for each quote "
            "and each commentary entry."
        }
    )
    tagged = fields.Boolean(metadata={"description": "Whether the scene itself is tagged with the theme."})
    quotes = fields.List(
        fields.String(),
        metadata={"description": "The ids of the scene's quotes that are tagged with the theme, sorted."},
    )
    commentary = fields.List(
        fields.String(),
        metadata={"description": "The ids of commentary on the scene that is tagged with the theme, sorted."},
    )


class ThemeMapSchema(ResponseSchema):
    """A grid of a film's scenes and themes, with the number of links between them."""

    type = ConstantField("theme-map", "Always `theme-map`.")
    film = ReferenceTo("film", metadata={"description": "The film."})
    relation = relation_field(
        f"the map only has the first {MAX_SCENES} scenes, the {MAX_THEMES} themes with the highest weights "
        f"(and their broader themes), and the first {MAX_LINKS:,} links."
    )
    scenes = fields.List(
        fields.Nested(ThemeMapSceneSchema),
        metadata={
            "description": "The columns: all scenes in the film's order, including those without cells."
        },
    )
    themes = fields.List(
        fields.Nested(ThemeMapThemeSchema),
        metadata={
            "description": "The rows: themes with cells and their broader themes, sorted by name. Each theme "
            "is followed by its subthemes."
        },
    )
    cells = fields.List(
        fields.Nested(ThemeMapCellSchema),
        metadata={
            "description": "The cells with a weight above 0, sorted by scene and then in the order of the "
            "rows."
        },
    )
