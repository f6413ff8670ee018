"""Shapes of advisories."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import ItemSchema, Out
from api.schemas.create_bodies import CreateBody
from api.schemas.fields import Const, Mapped, Text
from api.schemas.filters import IdFilter, ListQuerySchema, SortField
from api.schemas.links import Address, ListAddress
from api.schemas.references import Grouped
from models import Advisory

SEVERITIES = {"1": "What severity 1 means.", "2": "What severity 2 means.", "3": "What severity 3 means."}


class AdvisoryLinksSchema(Out):
    """Where to go from an advisory."""

    quotes = ListAddress("quote", by="advisory", description="Quotes that carry it.")
    commentary = ListAddress("commentary", by="advisory", description="Commentary that carries it.")


class AdvisorySchema(ItemSchema):
    """A content note, with what each severity of it means."""

    type = Const("advisory", "Always `advisory`.")
    url = Address("/v1/advisories/", description="This advisory's address.")
    name = fields.String(metadata={"description": "Its name."})
    description = fields.String(metadata={"description": "What it warns of, in one sentence."})
    severities = Mapped(SEVERITIES, metadata={"description": "What each severity means."})
    links = Grouped(AdvisoryLinksSchema, metadata={"description": "Where to go from here."})


class AdvisoryQuerySchema(IdFilter, ListQuerySchema):
    """Order of advisories."""

    noun = Advisory

    sort = SortField(Advisory)


class AdvisoryCreateSchema(CreateBody):
    """An advisory, as it is written."""

    name = Text(120, required=True)
    description = Text(1000, required=True)
    severities = Mapped(SEVERITIES, required=True)
