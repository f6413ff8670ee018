"""Shapes of advisories."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import ItemSchema, ResponseSchema
from api.schemas.create_bodies import CreateSchema
from api.schemas.fields import ConstantField, JSONObject, Text
from api.schemas.filters import IdFilter, ListQuerySchema, SortField
from api.schemas.links import ListURLField, URLField
from api.schemas.references import NestedObject
from models import Advisory

SEVERITIES = {"1": "What severity 1 means.", "2": "What severity 2 means.", "3": "What severity 3 means."}


class AdvisoryLinksSchema(ResponseSchema):
    """Where to go from an advisory."""

    quotes = ListURLField("quote", by="advisory", description="Quotes that carry it.")
    commentary = ListURLField("commentary", by="advisory", description="Commentary that carries it.")


class AdvisorySchema(ItemSchema):
    """A content note, with what each severity of it means."""

    type = ConstantField("advisory", "Always `advisory`.")
    url = URLField("/v1/advisories/", description="This advisory's address.")
    name = fields.String(metadata={"description": "Its name."})
    description = fields.String(metadata={"description": "What it warns of, in one sentence."})
    severities = JSONObject(SEVERITIES, metadata={"description": "What each severity means."})
    links = NestedObject(AdvisoryLinksSchema, metadata={"description": "Where to go from here."})


class AdvisoryQuerySchema(IdFilter, ListQuerySchema):
    """Order of advisories."""

    model = Advisory

    sort = SortField(Advisory)


class AdvisoryCreateSchema(CreateSchema):
    """An advisory, as it is written."""

    name = Text(120, required=True)
    description = Text(1000, required=True)
    severities = JSONObject(SEVERITIES, required=True)
