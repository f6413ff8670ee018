"""Schemas of themes."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.fields import CommaSeparated, ConstantField, Line, Reference, Text
from api.schemas.list_queries import IdFilter, ListQuerySchema, SortField, TextFilter
from api.schemas.pack_entry_schemas import CreateSchema
from api.schemas.reference_fields import ListURLField, NestedObject, ReferencesTo, ReferenceTo, URLField
from api.schemas.shared_schemas import ItemSchema, ResponseSchema
from models import Theme


class ThemeLinksSchema(ResponseSchema):
    """Links from a theme to related resources."""

    scenes = ListURLField("scene", by="theme", description="Scenes tagged with the theme.")
    quotes = ListURLField("quote", by="theme", description="Quotes tagged with the theme.")
    commentary = ListURLField("commentary", by="theme", description="Commentary tagged with the theme.")


class ThemeSchema(ItemSchema):
    """A topic of the shared vocabulary, with at most one broader theme (as in SKOS)."""

    type = ConstantField("theme", "Always `theme`.")
    url = URLField("/v1/themes/", description="The URL of this theme.")
    html_url = URLField("/themes/", description="The URL of the theme's web page.")
    name = fields.String(metadata={"description": "The name of the theme."})
    definition = fields.String(metadata={"description": "What the theme means, in one sentence."})
    broader = ReferenceTo(
        "theme", allow_none=True, metadata={"description": "The broader theme; null if there is none."}
    )
    narrower = ReferencesTo("theme", metadata={"description": "The subthemes, sorted by id."})
    related = ReferencesTo("theme", metadata={"description": "Themes with a similar meaning."})
    links = NestedObject(ThemeLinksSchema, metadata={"description": "URLs of related lists."})


class ThemeQuerySchema(IdFilter, TextFilter, ListQuerySchema):
    """Query parameters of themes."""

    model = Theme

    broader = CommaSeparated(
        Reference("theme"), metadata={"description": "Return only subthemes of these themes."}
    )
    related = CommaSeparated(
        Reference("theme"), metadata={"description": "Return only themes related to these themes."}
    )
    sort = SortField(Theme)


class ThemeCreateSchema(CreateSchema):
    """A theme, as written in a pack. Subthemes are not written: they name their broader theme."""

    name = Line(120, required=True)
    definition = Text(1000, required=True)
    broader = Reference("theme", allow_none=True, load_default=None)
    related = fields.List(Reference("theme"), load_default=list, validate=validate.Length(max=50))
