"""Shapes of the themes that come with a theme."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import RequestSchema, ResponseSchema
from api.schemas.fields import CommaSeparated, ConstantField, Slug, StrictInteger
from api.schemas.links import URLField


class RelatedThemeQuerySchema(RequestSchema):
    """Which of the themes that come with a theme are listed."""

    film = CommaSeparated(
        Slug(), metadata={"description": "Only what belongs to any of these films is counted."}
    )
    limit = StrictInteger(
        1, 100, load_default=20, metadata={"description": "The most themes that are listed."}
    )


class RelatedThemeSchema(ResponseSchema):
    """A theme that comes with another one."""

    type = ConstantField("theme", "Always `theme`.")
    id = fields.String(attribute="slug", metadata={"description": "The theme's id."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = URLField("/v1/themes/", description="The theme's address.")
    count = fields.Integer(
        metadata={"description": "How often they come together; the list is in this order, then by id."}
    )
    scenes = fields.Integer(metadata={"description": "On how many scenes."})
    quotes = fields.Integer(metadata={"description": "On how many quotes."})
    commentary = fields.Integer(metadata={"description": "On how many claims."})
    is_related = fields.Boolean(metadata={"description": "Whether the vocabulary says that they are akin."})
