"""Schemas of related themes: themes that often occur together with another theme."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.fields import CommaSeparated, ConstantField, Reference, StrictInteger
from api.schemas.list_queries import asserted_by_field
from api.schemas.reference_fields import URLField
from api.schemas.shared_schemas import RequestSchema, ResponseSchema


class RelatedThemeQuerySchema(RequestSchema):
    """Query parameters of related themes."""

    film = CommaSeparated(
        Reference("film"), metadata={"description": "Count only the content of these films."}
    )
    asserted_by = asserted_by_field("count")
    limit = StrictInteger(
        1, 100, load_default=20, metadata={"description": "The maximum number of themes to return."}
    )


class RelatedThemeSchema(ResponseSchema):
    """A theme that occurs together with another one."""

    type = ConstantField("theme", "Always `theme`.")
    id = fields.String(attribute="slug", metadata={"description": "The id of the theme."})
    label = fields.String(metadata={"description": "A short, neutral display name."})
    url = URLField("/v1/themes/", description="The URL of the theme.")
    count = fields.Integer(
        metadata={
            "description": "The number of items tagged with both themes. The list is sorted by it in "
            "descending order, then by id."
        }
    )
    scenes = fields.Integer(metadata={"description": "The number of scenes tagged with both themes."})
    quotes = fields.Integer(metadata={"description": "The number of quotes tagged with both themes."})
    commentary = fields.Integer(
        metadata={"description": "The number of commentary entries tagged with both themes."}
    )
    is_related = fields.Boolean(
        metadata={"description": "Whether the theme is also among the `related` themes of the other."}
    )
