"""Shapes of the index, and of what is said of the service as a whole."""

from __future__ import annotations

from marshmallow import fields

from api.core.resource_registry import COLLECTION_PATHS, TYPE_BY_COLLECTION
from api.schemas.base import ResponseSchema
from api.schemas.fields import ConstantField, UTCDateTime


def _link(description: str) -> fields.String:
    return fields.String(metadata={"format": "uri", "description": description})


IndexLinksSchema: type[ResponseSchema] = type(
    "IndexLinksSchema",
    (ResponseSchema,),
    {"__doc__": "Every list, and the documents."}
    | {collection: _link(f"The {collection}.") for collection in TYPE_BY_COLLECTION}
    | {
        "meta": _link("What runs here, and what it serves."),
        "openapi": _link("The OpenAPI document."),
        "docs": _link("The document to read and try out."),
    },
)


class IndexSchema(ResponseSchema):
    """Where everything is."""

    type = ConstantField("index", "Always `index`.")
    name = ConstantField("Subtext", "The name of this service.")
    version = ConstantField("v1", "The version of the contract.")
    links = fields.Nested(IndexLinksSchema, metadata={"description": "Where everything is."})


#: How many of each noun there are, by the last segment of its list's path; read by the name of its type.
ContentCountsSchema: type[ResponseSchema] = type(
    "ContentCountsSchema",
    (ResponseSchema,),
    {"__doc__": "How many items each list has."}
    | {
        path.rsplit("/", 1)[1]: fields.Integer(
            attribute=type_name, metadata={"description": f"How many `{path}` lists."}
        )
        for type_name, path in COLLECTION_PATHS.items()
    },
)


class ContentSchema(ResponseSchema):
    """What is served: as of which change, and how much."""

    generation = fields.Integer(
        metadata={
            "description": "A number that every change of content raises, from 0: while it is the same here, "
            "so is every list and item. Another service counts its own."
        }
    )
    updated_at = UTCDateTime(
        allow_none=True,
        metadata={
            "description": "When any of it last changed, UTC; of a pack, when it was released, wherever it "
            "is loaded. Null while there is nothing."
        },
    )
    counts = fields.Nested(ContentCountsSchema, metadata={"description": "How many items each list has."})


class MetaLinksSchema(ResponseSchema):
    """Where to read on."""

    index = fields.String(metadata={"format": "uri", "description": "Where everything is."})
    openapi = fields.String(metadata={"format": "uri", "description": "The OpenAPI document."})
    docs = fields.String(metadata={"format": "uri", "description": "The document to read and try out."})
    changelog = fields.String(metadata={"format": "uri", "description": "What changed, by release."})
    versioning = fields.String(
        metadata={"format": "uri", "description": "What a version promises, and what is deprecated now."}
    )


class MetaSchema(ResponseSchema):
    """What runs here, and what it serves."""

    type = ConstantField("meta", "Always `meta`.")
    name = ConstantField("Subtext", "The name of this service.")
    version = ConstantField("v1", "The version of the contract.")
    release = fields.String(
        metadata={"description": "The release that runs (semantic versioning), as in the document's `info`."}
    )
    build = fields.String(
        allow_none=True,
        metadata={
            "description": "What whoever packaged the service calls this build, such as a commit; null if "
            "they did not say."
        },
    )
    content = fields.Nested(ContentSchema, metadata={"description": "What is served."})
    links = fields.Nested(MetaLinksSchema, metadata={"description": "Where to read on."})
