"""Schemas of advisories."""

from __future__ import annotations

import datetime as dt

from marshmallow import fields, validate

from api.http.deprecation.declaration import Deprecated
from api.schemas.fields import ConstantField, JSONObject, JSONObjectEntries, Line, Text
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


class SeverityLevelSchema(ResponseSchema):
    """What one severity of an advisory means."""

    severity = fields.Integer(
        validate=validate.Range(1, 3), metadata={"description": "From 1 (mild) to 3 (severe)."}
    )
    meaning = fields.String(metadata={"description": "What this severity means for this advisory."})


class AdvisorySchema(ItemSchema):
    """A kind of sensitive content, with the meaning of each severity."""

    type = ConstantField("advisory", "Always `advisory`.")
    url = URLField("/v1/advisories/", description="The URL of this advisory.")
    name = fields.String(metadata={"description": "The name of the advisory."})
    description = fields.String(metadata={"description": "What the advisory warns of, in one sentence."})
    severities = JSONObject(
        SEVERITIES,
        metadata={
            "description": "The meaning of each severity: an object with the keys `1`, `2` and `3`.",
            "deprecated": Deprecated(dt.date(2026, 11, 30), instead="`severity_levels`"),
        },
    )
    severity_levels = JSONObjectEntries(
        SeverityLevelSchema,
        SEVERITIES,
        attribute="severities",
        metadata={"description": "The severities from 1 to 3, each with its meaning."},
    )
    links = NestedObject(AdvisoryLinksSchema, metadata={"description": "URLs of related lists."})


class AdvisoryQuerySchema(IdFilter, ListQuerySchema):
    """Query parameters of advisories."""

    model = Advisory

    sort = SortField(Advisory)


class AdvisoryCreateSchema(CreateSchema):
    """An advisory, as written in a pack."""

    name = Line(120, required=True)
    description = Text(1000, required=True)
    severities = JSONObject(SEVERITIES, required=True)
