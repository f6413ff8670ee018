"""Shapes of themes."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import ItemSchema, ResponseSchema
from api.schemas.create_bodies import CreateSchema
from api.schemas.fields import CommaSeparated, ConstantField, Reference, Slug, Text
from api.schemas.filters import IdFilter, ListQuerySchema, SortField, TextFilter
from api.schemas.links import ListURLField, URLField
from api.schemas.references import NestedObject, ReferencesTo, ReferenceTo
from models import Theme


class ThemeLinksSchema(ResponseSchema):
    """Where to go from a theme."""

    scenes = ListURLField("scene", by="theme", description="Scenes about it.")
    quotes = ListURLField("quote", by="theme", description="Quotes about it.")
    commentary = ListURLField("commentary", by="theme", description="Claims about it.")


class ThemeSchema(ItemSchema):
    """A concept of the shared vocabulary (SKOS), one level of hierarchy deep."""

    type = ConstantField("theme", "Always `theme`.")
    url = URLField("/v1/themes/", description="This theme's address.")
    html_url = URLField("/themes/", description="The address of its page, for people.")
    name = fields.String(metadata={"description": "Its name."})
    definition = fields.String(metadata={"description": "What it means, in one sentence."})
    broader = ReferenceTo(
        "theme", allow_none=True, metadata={"description": "The theme it is part of; null if of none."}
    )
    narrower = ReferencesTo("theme", metadata={"description": "Themes that are part of it, by id."})
    related = ReferencesTo("theme", metadata={"description": "Themes akin to it."})
    links = NestedObject(ThemeLinksSchema, metadata={"description": "Where to go from here."})


class ThemeQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Filters and order of themes."""

    model = Theme

    broader = CommaSeparated(Slug(), metadata={"description": "Only themes that are part of any of these."})
    related = CommaSeparated(Slug(), metadata={"description": "Only themes akin to any of these."})
    sort = SortField(Theme)


class ThemeCreateSchema(CreateSchema):
    """A theme, as it is written; what is narrower follows from what is broader."""

    name = Text(120, required=True)
    definition = Text(1000, required=True)
    broader = Reference("theme", allow_none=True, load_default=None)
    related = fields.List(Reference("theme"), load_default=list, validate=validate.Length(max=50))
