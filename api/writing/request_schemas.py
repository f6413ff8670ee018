"""The schemas of the bodies of writes, derived from the create schemas that also validate packs."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from marshmallow import Schema, fields, missing

from api.core.resource_modules import create_schema_class
from api.schemas.fields import Line, Slug, StrictBoolean
from api.schemas.shared_schemas import ITEM_NAMES, RequestSchema
from models.types import LINE_LENGTH


class WriteQuerySchema(RequestSchema):
    """The query parameters of every write."""

    note = Line(
        LINE_LENGTH,
        metadata={
            "component": "ChangeNote",
            "description": "Why you change the content, for the history. On one line.",
        },
    )


class RestoreQuerySchema(WriteQuerySchema):
    """The query parameters of a restoration."""

    drop_missing = StrictBoolean(
        load_default=False,
        metadata={
            "component": "DropMissing",
            "description": "Whether to leave out references to what is gone, instead of refusing (409).",
        },
    )


class RenameSchema(RequestSchema):
    """The new id of an item."""

    id = Slug(required=True, metadata={"description": "The new id, which no item of this type ever had."})


@cache
def put_schema(model: Any) -> type[Schema]:
    """Return the schema of a whole item without its id: ``QuoteBodySchema``."""
    create = create_schema_class(model)
    return _schema(model, "{}Body", f"A {_noun(model)}, as it shall be.", create, {})


@cache
def post_schema(model: Any) -> type[Schema]:
    """Return the schema of an item to create: ``NewQuoteSchema``."""
    id_ = Slug(required=True, metadata={"description": "The id, which no item of this type ever had."})
    create = create_schema_class(model)
    return _schema(model, "New{}", f"A {_noun(model)} to create.", create, {"id": id_})


@cache
def patch_schema(model: Any) -> type[Schema]:
    """Return the schema of a merge patch, in which nothing is required: ``QuotePatchSchema``.

    Null removes a member (RFC 7396): one with a default may be null, although it never is in a response.
    """
    create = create_schema_class(model)
    optional = {name: _optional(field) for name, field in create._declared_fields.items()}
    return _schema(model, "{}Patch", f"The values of a {_noun(model)} to change.", create, optional)


def _schema(model: Any, name: str, doc: str, create: Any, members: dict[str, Any]) -> type[Schema]:
    full_name = f"{name.format(model.__name__)}Schema"
    # The id comes first, as in responses.
    declared = members | {k: v for k, v in create._declared_fields.items() if k not in members}
    return type(full_name, (RequestSchema,), {"__doc__": doc, **declared})


def _optional(field: fields.Field[Any]) -> fields.Field[Any]:
    optional = copy.deepcopy(field)
    optional.allow_none = field.allow_none or field.load_default is not missing
    optional.required, optional.load_default = False, missing
    return optional


def _noun(model: Any) -> str:
    return str(ITEM_NAMES.get(model.type_name, model.type_name))
