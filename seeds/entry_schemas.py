"""Which create schema an entry of each type passes through: the one that a request to create it would."""

from __future__ import annotations

from api.resources import create_schema_class
from api.schemas.create_bodies import CreateSchema
from models import RESOURCES

ENTRY_SCHEMAS: dict[str, CreateSchema] = {
    model.type_name: create_schema_class(model)() for model in RESOURCES
}
