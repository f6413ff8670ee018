"""The schemas of drafts and releases, and of the query parameters of their routes."""

from __future__ import annotations

import re

from marshmallow import fields, validate

from api.core.resource_registry import COLLECTION_PATHS
from api.schemas.fields import (
    SLUG,
    ConstantField,
    Enumerated,
    RegexpRule,
    Slug,
    StrictInteger,
    Text,
    UTCDateTime,
)
from api.schemas.list_queries import ListQuerySchema
from api.schemas.revision_schemas import any_value
from api.schemas.shared_schemas import RequestSchema, ResponseSchema
from api.writing.request_schemas import WriteQuerySchema
from models.draft import PIN_LENGTH, Draft
from models.pin import PIN_PATTERN

#: How long a link to a preview is valid, in seconds: by default, and at most.
DEFAULT_LIFE, MAX_LIFE = 86_400, 7 * 86_400


class DraftItemSchema(ResponseSchema):
    """The item that a draft is of."""

    type = fields.String(metadata={"description": "The type of the item."})
    id = fields.String(metadata={"description": "The id of the item."})
    url = fields.String(
        metadata={"format": "uri", "description": "The URL of the item; 404 if it was never published."}
    )


class DraftLinksSchema(ResponseSchema):
    """Links from a draft."""

    preview = fields.String(
        metadata={"format": "uri", "description": "The item as it would be if the draft were published."}
    )
    publish = fields.String(metadata={"format": "uri", "description": "Where to POST to publish the draft."})
    release = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The release of the draft; null without one."},
    )


class DraftSchema(ResponseSchema):
    """A draft: what an item shall become."""

    type = ConstantField("draft", "Always `draft`.")
    url = fields.String(metadata={"format": "uri", "description": "The URL of the draft."})
    item = fields.Nested(DraftItemSchema, metadata={"description": "The item that it is of."})
    label = fields.String(allow_none=True, metadata={"description": "The label, name or title in the draft."})
    is_new = fields.Boolean(metadata={"description": "Whether it is of an item that was never published."})
    base = fields.String(
        allow_none=True,
        metadata={
            "description": "The pin of the item's revision that it was made from; null for a new item."
        },
    )
    is_outdated = fields.Boolean(
        metadata={
            "description": "Whether the item has changed since, so that it cannot be published as it is."
        }
    )
    release = fields.String(
        allow_none=True,
        metadata={"description": "The name of the release that publishes it; null without one."},
    )
    note = fields.String(
        allow_none=True, metadata={"description": "Why the item shall change, for its history; or null."}
    )
    editor = fields.String(metadata={"description": "Who saved it last: the name of the API key."})
    links = fields.Nested(DraftLinksSchema, metadata={"description": "URLs of what can be done with it."})
    revision = fields.Integer(metadata={"description": "How often the draft was saved."})
    created_at = UTCDateTime(metadata={"description": "When it was made, in UTC."})
    updated_at = UTCDateTime(metadata={"description": "When it was saved last, in UTC."})


class DraftFaultSchema(ResponseSchema):
    """What is wrong with a draft, or may be."""

    pointer = fields.String(metadata={"description": "The place in `record`, as a JSON Pointer (RFC 6901)."})
    detail = fields.String(metadata={"description": "What is wrong and what is allowed."})


class DraftDetailSchema(DraftSchema):
    """A draft with its content, and what the checks say of it."""

    record = fields.Dict(
        keys=fields.String(),
        values=any_value("A member of the body."),
        metadata={"description": "The item without its id, as in the body of a PUT."},
    )
    errors = fields.List(
        fields.Nested(DraftFaultSchema),
        metadata={"description": "Why it cannot be published as it is; empty if it is valid."},
    )
    warnings = fields.List(
        fields.Nested(DraftFaultSchema),
        metadata={"description": "What may be worth a look before it is published."},
    )


class ReleaseLinksSchema(ResponseSchema):
    """Links from a release."""

    publish = fields.String(
        metadata={"format": "uri", "description": "Where to POST to publish the release."}
    )


class ReleaseSchema(ResponseSchema):
    """A release: drafts that are published together, all or none."""

    type = ConstantField("release", "Always `release`.")
    name = fields.String(metadata={"description": "The name: that of its drafts' `release`."})
    url = fields.String(metadata={"format": "uri", "description": "The URL of the release."})
    draft_count = fields.Integer(metadata={"description": "The number of its drafts, at most 1,000."})
    links = fields.Nested(ReleaseLinksSchema, metadata={"description": "URLs of what can be done with it."})
    updated_at = UTCDateTime(metadata={"description": "When one of its drafts was saved last, in UTC."})


class ReleaseDetailSchema(ReleaseSchema):
    """A release with its drafts."""

    drafts = fields.List(
        fields.Nested(DraftSchema), metadata={"description": "The drafts, sorted by type and id."}
    )


class PublishedItemSchema(ResponseSchema):
    """An item that was published."""

    type = fields.String(metadata={"description": "The type of the item."})
    id = fields.String(metadata={"description": "The id of the item."})
    url = fields.String(metadata={"format": "uri", "description": "The URL of the item."})
    outcome = Enumerated(
        "outcome",
        ["created", "updated", "unchanged"],
        enumeration="PublicationOutcome",
        description="What the publication of an item did.",
        metadata={"description": "What the publication did."},
    )


class PublishedReleaseSchema(ResponseSchema):
    """What the publication of a release has done."""

    type = ConstantField("published-release", "Always `published-release`.")
    name = fields.String(metadata={"description": "The name of the release, which has no drafts any more."})
    items = fields.List(
        fields.Nested(PublishedItemSchema), metadata={"description": "The items, in the order of the drafts."}
    )


class PreviewLinksSchema(ResponseSchema):
    """Some URLs below the URL of a preview."""

    item = fields.String(
        allow_none=True, metadata={"format": "uri", "description": "The item as JSON; null for a release."}
    )
    page = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The web page of the item; null if it has none."},
    )
    embed = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The framed embed of a quote; null for other types."},
    )


class PreviewLinkSchema(ResponseSchema):
    """A link to a preview, for people without an API key."""

    type = ConstantField("preview-link", "Always `preview-link`.")
    url = fields.String(
        metadata={
            "format": "uri",
            "description": "Below this URL, any path of the service returns what it would if the draft were "
            "published.",
        }
    )
    expires_at = UTCDateTime(metadata={"description": "When the link expires, in UTC."})
    links = fields.Nested(PreviewLinksSchema, metadata={"description": "URLs below `url`."})


class DraftQuerySchema(ListQuerySchema):
    """Query parameters of the list of drafts."""

    model = Draft

    type = Enumerated(
        "type",
        list(COLLECTION_PATHS),
        enumeration="ItemType",
        description="A type of item.",
        metadata={"description": "Return only drafts of items of this type."},
    )
    release = Slug(metadata={"description": "Return only drafts of this release."})
    editor = Text(120, metadata={"description": "Return only drafts that this editor saved last."})


class DraftParametersSchema(WriteQuerySchema):
    """The query parameters with which a draft is saved. What is left out stays as it is."""

    release = fields.String(
        validate=RegexpRule(re.compile(rf"(?:{SLUG.pattern})?"), "A name matches [a-z0-9]+(-[a-z0-9]+)*."),
        metadata={
            "description": "The release with which the draft is published. Empty: no release.",
        },
    )
    base = fields.String(
        validate=[
            validate.Length(max=PIN_LENGTH),
            RegexpRule(PIN_PATTERN, "Must be the number or the pin of a revision, such as 3.ab12cd."),
        ],
        metadata={
            "description": "The revision of the item that the draft was made from: `revision`, or the "
            "beginning of its ETag, such as `3.ab12cd`. Required for a new draft of an item that exists.",
        },
    )


class ExpirySchema(RequestSchema):
    """The query parameter of a link to a preview."""

    expires_in = StrictInteger(
        60,
        MAX_LIFE,
        load_default=DEFAULT_LIFE,
        metadata={"description": "For how many seconds the link is valid: a day by default, a week at most."},
    )


class NoParametersSchema(RequestSchema):
    """No query parameters."""
