"""Shapes of the themes that come with a theme."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import Body, Out
from api.schemas.fields import AnyOf, Const, Digits, Slug
from api.schemas.links import Address


class RelatedThemeQuerySchema(Body):
    """Which of the themes that come with a theme are listed."""

    film = AnyOf(Slug(), metadata={"description": "Only what belongs to any of these films is counted."})
    limit = Digits(1, 100, load_default=20, metadata={"description": "The most themes that are listed."})


class RelatedThemeSchema(Out):
    """A theme that comes with another one."""

    type = Const("theme", "Always `theme`.")
    id = fields.String(attribute="slug", metadata={"description": "The theme's id."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = Address("/v1/themes/", description="The theme's address.")
    count = fields.Integer(
        metadata={"description": "How often they come together; the list is in this order, then by id."}
    )
    scenes = fields.Integer(metadata={"description": "On how many scenes."})
    quotes = fields.Integer(metadata={"description": "On how many quotes."})
    commentary = fields.Integer(metadata={"description": "On how many claims."})
    is_related = fields.Boolean(metadata={"description": "Whether the vocabulary says that they are akin."})
