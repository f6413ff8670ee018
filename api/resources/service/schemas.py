"""Schemas of the index and of the service's metadata."""

from __future__ import annotations

from marshmallow import fields

from api.core.resource_registry import COLLECTION_PATHS, TYPE_BY_COLLECTION
from api.schemas.fields import ConstantField, UTCDateTime
from api.schemas.shared_schemas import ResponseSchema


def _link(description: str) -> fields.String:
    return fields.String(metadata={"format": "uri", "description": description})


IndexLinksSchema: type[ResponseSchema] = type(
    "IndexLinksSchema",
    (ResponseSchema,),
    {"__doc__": "The URLs of all lists and documents."}
    | {collection: _link(f"The list of {collection}.") for collection in TYPE_BY_COLLECTION}
    | {
        "search": _link("The search across all content; append the query."),
        "random_quotes": _link("Quotes at random."),
        "daily_quote": _link("The quote of the day."),
        "random_commentary": _link("Commentary at random."),
        "daily_commentary": _link("The commentary entry of the day."),
        "changes": _link("What has changed, for copies of the content."),
        "snapshots": _link("The snapshots: the whole content as files."),
        "meta": _link("The metadata of the service."),
        "openapi": _link("The OpenAPI document."),
        "openapi_yaml": _link("The OpenAPI document in YAML."),
        "openapi_without_examples": _link("The OpenAPI document without examples, for tools and agents."),
        "docs": _link("The documentation: Swagger UI."),
        "reference": _link("The documentation of every operation on one page."),
        "guides": _link("The guides."),
        "problems": _link("The kinds of errors, each with its cause and remedy."),
        "changelog": _link("The changes in each release."),
        "oembed": _link("The oEmbed response for a quote, whose URL is in `url`."),
        "embed": _link("The gallery: choose a quote and copy the code that embeds it."),
        "atom_feed": _link("The latest quotes as an Atom feed."),
        "json_feed": _link("The latest quotes as a JSON feed."),
        "changes_feed": _link("The latest changes as an Atom feed."),
        "daily_feed": _link("The quotes of the day as an Atom feed."),
        "home": _link("The home page."),
        "search_page": _link("The search page."),
        "livez": _link("The health check: 200 as long as the process runs."),
        "readyz": _link("The health check: 200 as long as the database responds."),
    },
)


class IndexSchema(ResponseSchema):
    """The entry point of the API."""

    type = ConstantField("index", "Always `index`.")
    name = ConstantField("Subtext", "The name of this service.")
    version = ConstantField("v1", "The version of the API.")
    links = fields.Nested(IndexLinksSchema, metadata={"description": "The URLs of all lists and documents."})


#: The number of items by the last path segment of their list; the attribute is the resource type.
ContentCountsSchema: type[ResponseSchema] = type(
    "ContentCountsSchema",
    (ResponseSchema,),
    {"__doc__": "The number of items in each list."}
    | {
        path.rsplit("/", 1)[1]: fields.Integer(
            attribute=type_name, metadata={"description": f"The number of items in `{path}`."}
        )
        for type_name, path in COLLECTION_PATHS.items()
    },
)


class ContentSchema(ResponseSchema):
    """The state and the amount of the content."""

    generation = fields.Integer(
        metadata={
            "description": "A number that starts at 0 and that every change of content raises. As long as it "
            "is the same, no list or item has changed. It is only comparable within one `epoch`."
        }
    )
    epoch = fields.String(
        allow_none=True,
        metadata={
            "description": "An opaque text that names the history which `generation` counts; null if there "
            "was never any content. Each database has its own, and a restored backup gets another: what you "
            "have stored may then be of changes that were lost, so download it again."
        },
    )
    updated_at = UTCDateTime(
        allow_none=True,
        metadata={
            "description": "The time of the last change of content, in UTC; null if there is no content. For "
            "a content pack it is the time of its release, not of loading it."
        },
    )
    counts = fields.Nested(ContentCountsSchema, metadata={"description": "The number of items in each list."})


class MetaLinksSchema(ResponseSchema):
    """Links to the documentation."""

    index = fields.String(metadata={"format": "uri", "description": "The index of the API."})
    openapi = fields.String(metadata={"format": "uri", "description": "The OpenAPI document."})
    docs = fields.String(metadata={"format": "uri", "description": "The documentation."})
    changelog = fields.String(metadata={"format": "uri", "description": "The changes in each release."})
    versioning = fields.String(
        metadata={"format": "uri", "description": "The compatibility policy and current deprecations."}
    )
    snapshot = fields.String(
        allow_none=True,
        metadata={
            "format": "uri",
            "description": "The newest snapshot: the whole content as files; null if there is none.",
        },
    )


class MetaSchema(ResponseSchema):
    """The release of the service, and the state of its content."""

    type = ConstantField("meta", "Always `meta`.")
    name = ConstantField("Subtext", "The name of this service.")
    version = ConstantField("v1", "The version of the API.")
    release = fields.String(metadata={"description": "The release of the service, as a semantic version."})
    build = fields.String(
        allow_none=True,
        metadata={
            "description": "An identifier of the build, such as a commit hash, set by the operator of the "
            "service; null if not set."
        },
    )
    content = fields.Nested(ContentSchema, metadata={"description": "The state of the content."})
    links = fields.Nested(MetaLinksSchema, metadata={"description": "URLs of the documentation."})
