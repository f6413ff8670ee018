"""The create schema of each resource type, which validates its entries in packs and in requests."""

from __future__ import annotations

from functools import cache

from api.core.resource_modules import create_schema_class
from api.schemas.pack_entry_schemas import CreateSchema
from models import MODELS_BY_TYPE


@cache
def entry_schema(type_name: str) -> CreateSchema:
    """Return the create schema of a type."""
    schema: CreateSchema = create_schema_class(MODELS_BY_TYPE[type_name])()
    return schema
