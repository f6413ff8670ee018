"""Schemas of advisories."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.fields import ConstantField, JSONObject, Text
from api.schemas.list_queries import IdFilter, ListQuerySchema, SortField
from api.schemas.pack_entry_schemas import CreateSchema
from api.schemas.reference_fields import ListURLField, NestedObject, URLField
from api.schemas.shared_schemas import ItemSchema, ResponseSchema
from models import Advisory

SEVERITIES = {
    "1": "The meaning of severity 1.",
    "2": "The meaning of severity 2.",
    "3": "The meaning of severity 3.",
}


class AdvisoryLinksSchema(ResponseSchema):
    """Links from an advisory to related resources."""

    quotes = ListURLField("quote", by="advisory", description="Quotes flagged with this advisory.")
    commentary = ListURLField(
        "commentary", by="advisory", description="Commentary flagged with this advisory."
    )


class AdvisorySchema(ItemSchema):
    """A kind of sensitive content, with the meaning of each severity."""

    type = ConstantField("advisory", "Always `advisory`.")
    url = URLField("/v1/advisories/", description="The URL of this advisory.")
    name = fields.String(metadata={"description": "The name of the advisory."})
    description = fields.String(metadata={"description": "What the advisory warns of, in one sentence."})
    severities = JSONObject(SEVERITIES, metadata={"description": "The meaning of each severity."})
    links = NestedObject(AdvisoryLinksSchema, metadata={"description": "URLs of related lists."})


class AdvisoryQuerySchema(IdFilter, ListQuerySchema):
    """Query parameters of advisories."""

    model = Advisory

    sort = SortField(Advisory)


class AdvisoryCreateSchema(CreateSchema):
    """An advisory, as written in a pack."""

    name = Text(120, required=True)
    description = Text(1000, required=True)
    severities = JSONObject(SEVERITIES, required=True)
