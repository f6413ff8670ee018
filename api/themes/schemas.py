"""Shapes of themes."""

from __future__ import annotations

from marshmallow import fields, validate

from api.bodies import CreateBody
from api.fields import AnyOf, Const, Grouped, Reference, Slug, Text
from api.filters import IdFilter, ListQuerySchema, SortField
from api.links import Address
from api.schemas import ItemSchema, Out, ThemeRefSchema
from models import Theme


class ThemeLinksSchema(Out):
    """Where to go from a theme."""

    scenes = Address("/v1/scenes?theme=", description="Scenes about it.")
    quotes = Address("/v1/quotes?theme=", description="Quotes about it.")
    commentary = Address("/v1/commentary?theme=", description="Claims about it.")


class ThemeSchema(ItemSchema):
    """A concept of the shared vocabulary (SKOS), one level of hierarchy deep."""

    type = Const("theme", "Always `theme`.")
    url = Address("/v1/themes/", description="This theme's address.")
    name = fields.String(metadata={"description": "Its name."})
    definition = fields.String(metadata={"description": "What it means, in one sentence."})
    broader = fields.Nested(
        ThemeRefSchema, allow_none=True, metadata={"description": "The theme it is part of; null if of none."}
    )
    narrower = fields.List(
        fields.Nested(ThemeRefSchema), metadata={"description": "Themes that are part of it, by id."}
    )
    related = fields.List(fields.Nested(ThemeRefSchema), metadata={"description": "Themes akin to it."})
    links = Grouped(ThemeLinksSchema, metadata={"description": "Where to go from here."})


class ThemeQuerySchema(IdFilter, ListQuerySchema):
    """Filters and order of themes."""

    noun = Theme

    broader = AnyOf(Slug(), metadata={"description": "Only themes that are part of any of these."})
    related = AnyOf(Slug(), metadata={"description": "Only themes akin to any of these."})
    sort = SortField(Theme)


class ThemeCreateSchema(CreateBody):
    """A theme, as it is written; what is narrower follows from what is broader."""

    name = Text(120, required=True)
    definition = Text(1000, required=True)
    broader = Reference("theme", allow_none=True, load_default=None)
    related = fields.List(Reference("theme"), load_default=list, validate=validate.Length(max=50))
