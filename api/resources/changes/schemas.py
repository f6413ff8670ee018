"""Schemas of the change feed: query parameters, a change, and a page."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from api.core.resource_registry import COLLECTION_PATHS
from api.core.urls import absolute_url
from api.schemas.fields import Choice, CommaSeparated, Enumerated, StrictBoolean, StrictInteger, UTCDateTime
from api.schemas.shared_schemas import RequestSchema, ResponseSchema
from models.change import Change, ChangeType, Position

#: The number of changes on a page, by default and at most.
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000


class PositionField(fields.String):
    """A position in the feed, as ``page.resume`` of a page or ``cursor`` of an export names it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        position = Position.parse(super()._deserialize(value, attr, data, **kwargs))
        if position is None:
            raise ValidationError("Must be a cursor: the value of page.resume, unchanged.")
        return position


def type_field(description: str) -> Enumerated:
    """Return the field of the name of a resource type."""
    return Enumerated(
        "type",
        list(COLLECTION_PATHS),
        enumeration="ResourceType",
        description="The name of a resource type.",
        metadata={"description": description},
    )


class ChangeQuerySchema(RequestSchema):
    """Query parameters of the change feed."""

    after = PositionField(
        metadata={
            "description": "Return only changes after this position: `page.resume` of the page before, or "
            "`cursor` of an export or snapshot. Default: from the beginning.",
            "maxLength": 40,
            "pattern": "^[0-9a-f]{16}-[0-9]{1,9}(-[0-9]{1,9})?$",
        }
    )
    type = CommaSeparated(
        type_field("A resource type."), metadata={"description": "Return only changes of these types."}
    )
    newest = StrictBoolean(
        load_default=False,
        metadata={
            "description": "Whether to leave out changes that a later one of the same item makes obsolete. "
            "Changes of an id are never left out."
        },
    )
    limit = StrictInteger(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_LIMIT,
        metadata={"description": "The maximum number of changes per page. It may differ between pages."},
    )


class ChangeParentSchema(ResponseSchema):
    """What an item is part of."""

    type = type_field("The type: `film` or `source`.")
    id = fields.String(metadata={"description": "The id that it had at the change."})


class ContentChangeSchema(ResponseSchema):
    """A change of an item, as readers see it: it became public, or was changed, renamed, hidden or purged."""

    generation = fields.Integer(
        metadata={"description": "The content generation of the change: what changed at once has the same."}
    )
    change = Choice(
        ChangeType,
        metadata={
            "description": "What happened: `create` if the item became public, again or for the first time; "
            "`rename` if it has another id than `previous_id`, and perhaps other content; `delete` if it is "
            "not public any more; `purge` if its words must be removed from every copy, too."
        },
    )
    type = type_field("The type of the item.")
    id = fields.String(metadata={"description": "The id of the item at the change."})
    previous_id = fields.String(
        allow_none=True,
        metadata={"description": "The id before, of a renamed item; otherwise null."},
    )
    revision = fields.Integer(metadata={"description": "The number of the item's revision at the change."})
    parents = fields.List(
        fields.Nested(ChangeParentSchema),
        metadata={"description": "The film, and the source of commentary; empty for other types."},
    )
    at = UTCDateTime(
        metadata={
            "description": "The time of the change, as in `updated_at` of the item. Times may repeat and go "
            "back, positions do not."
        }
    )
    url = fields.String(metadata={"format": "uri", "description": "The URL of the item."})


class ChangeFeedPageSchema(ResponseSchema):
    """The position of a page in the feed."""

    limit = fields.Integer(metadata={"description": "The maximum number of changes per page."})
    next = fields.String(
        allow_none=True,
        metadata={
            "format": "uri",
            "description": "The URL of the next page; null if there are no further changes yet.",
        },
    )
    resume = fields.String(
        allow_none=True,
        metadata={
            "description": "The position after this page, for `after`. Store it once the changes are "
            "applied. Null if there was never any content."
        },
    )


class ChangeFeedSchema(ResponseSchema):
    """A page of the change feed, and the state of the content that it was read from."""

    data = fields.List(
        fields.Nested(ContentChangeSchema), metadata={"description": "The changes, the oldest first."}
    )
    page = fields.Nested(ChangeFeedPageSchema, metadata={"description": "The position of this page."})
    epoch = fields.String(
        allow_none=True,
        metadata={"description": "The history that generations count, as in `/v1/meta`."},
    )
    generation = fields.Integer(
        metadata={"description": "The present content generation, for `as_of=` when items are read."}
    )


def change_values(change: Change) -> dict[str, Any]:
    """Return what ``ContentChangeSchema`` serializes of a stored change."""
    names = "generation", "change", "revision", "at"
    return {name: getattr(change, name) for name in names} | {
        "type": change.type_name,
        "id": change.slug,
        "previous_id": change.previous_slug,
        "parents": [{"type": type_name, "id": slug} for type_name, slug in change.parents],
        "url": absolute_url(f"{COLLECTION_PATHS[change.type_name]}/{change.slug}"),
    }
