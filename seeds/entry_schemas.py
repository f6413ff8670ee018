"""The create schema of each resource type, which validates its entries in a pack."""

from __future__ import annotations

from api.resources import create_schema_class
from api.schemas.pack_entry_schemas import CreateSchema
from models import RESOURCES

ENTRY_SCHEMAS: dict[str, CreateSchema] = {
    model.type_name: create_schema_class(model)() for model in RESOURCES
}
