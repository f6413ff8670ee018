"""Shapes of the index."""

from __future__ import annotations

from marshmallow import fields

from api.fields import Const
from api.schemas import Out


class IndexLinksSchema(Out):
    """Every list, and the documents."""

    films = fields.String(metadata={"format": "uri", "description": "The films."})
    sources = fields.String(metadata={"format": "uri", "description": "The sources."})
    characters = fields.String(metadata={"format": "uri", "description": "The characters."})
    scenes = fields.String(metadata={"format": "uri", "description": "The scenes."})
    quotes = fields.String(metadata={"format": "uri", "description": "The quotes."})
    commentary = fields.String(metadata={"format": "uri", "description": "The commentary."})
    themes = fields.String(metadata={"format": "uri", "description": "The themes."})
    advisories = fields.String(metadata={"format": "uri", "description": "The advisories."})
    openapi = fields.String(metadata={"format": "uri", "description": "The OpenAPI document."})
    docs = fields.String(metadata={"format": "uri", "description": "The document to read and try out."})


class IndexSchema(Out):
    """Where everything is."""

    type = Const("index", "Always `index`.")
    name = Const("Subtext", "The name of this service.")
    version = Const("v1", "The version of the contract.")
    links = fields.Nested(IndexLinksSchema, metadata={"description": "Where everything is."})
