"""Schemas of the history of a resource: its list of revisions, one revision, and the difference of two."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.core.resource_registry import COLLECTION_PATHS
from api.schemas.fields import Choice, ConstantField, UTCDateTime
from api.schemas.list_queries import ListQuerySchema, SortField
from api.schemas.shared_schemas import ResponseSchema
from models.history import ChangeKind
from models.stored_revision import PACK_EDITOR, PUBLIC_PACK_EDITOR, Revision
from models.word_diff import WordOperation

#: How the editor of changes that come from a pack is called.
PACK = PUBLIC_PACK_EDITOR


class RevisionLinksSchema(ResponseSchema):
    """Links from a revision to related resources."""

    item = fields.String(metadata={"format": "uri", "description": "The item as it was at this revision."})
    previous = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The previous public revision; null at the first one."},
    )
    diff = fields.String(
        allow_none=True,
        metadata={
            "format": "uri",
            "description": "What changed since the previous public revision; null at the first one.",
        },
    )


class RevisionSchema(ResponseSchema):
    """A revision: a public state of an item, with who made it, when and why."""

    type = ConstantField("revision", "Always `revision`.")
    url = fields.String(metadata={"format": "uri", "description": "The permanent URL of this revision."})
    number = fields.Integer(metadata={"description": "The number, as in `revision` of the item."})
    pin = fields.String(
        metadata={
            "description": "The permanent name of this revision within its item: the number, and the "
            "beginning of a digest of its content, such as `3.ab12cd`."
        }
    )
    change = Choice(
        ChangeKind,
        metadata={
            "description": "What the revision did: `create` is the first publication. `restore` gave the "
            "item the content of an earlier revision again, or ended its deletion."
        },
    )
    restores = fields.String(
        allow_none=True,
        metadata={
            "description": "The pin of an earlier revision with the same content; null if there is none."
        },
    )
    item_id = fields.String(metadata={"description": "The id of the item at this revision."})
    editor = fields.String(
        metadata={
            "description": "Who made it: the name of the editor's API key, or `pack` for a content pack."
        }
    )
    note = fields.String(
        allow_none=True, metadata={"description": "Why the change was made, as its editor says; or null."}
    )
    generation = fields.Integer(
        metadata={
            "description": "The content generation that the revision began, for `as_of`. Generations are in "
            "the order of changes, unlike times."
        }
    )
    created_at = UTCDateTime(metadata={"description": "The time of the change, in UTC."})
    is_deleted = fields.Boolean(metadata={"description": "Whether the item was deleted at this revision."})
    is_purged = fields.Boolean(
        metadata={"description": "Whether the content of this revision was removed for ever."}
    )
    links = fields.Nested(RevisionLinksSchema, metadata={"description": "URLs of related resources."})


class RevisionDetailSchema(RevisionSchema):
    """A revision with its content."""

    record = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={
            "description": "The content, in the form of a pack entry, with ids in place of references; null "
            "if the item was deleted at this revision."
        },
    )


class WordRunSchema(ResponseSchema):
    """Adjacent words of a text that are equal in both revisions, or in one of them only."""

    op = Choice(WordOperation, metadata={"description": "Whether the words are equal, deleted or inserted."})
    text = fields.String(metadata={"description": "The words, and the white space between them."})


def any_value(description: str) -> fields.Raw:
    """Return the field for any value of a record."""
    types = ["string", "number", "boolean", "object", "array"]
    schema = {"type": types, "items": {"type": ["string", "number", "object"]}}
    return fields.Raw(allow_none=True, metadata={"description": description} | schema)


class FieldChangeSchema(ResponseSchema):
    """A value of the record that differs between two revisions."""

    pointer = fields.String(
        metadata={"description": "The place of the value in `record`, as a JSON Pointer (RFC 6901)."}
    )
    before = any_value("The value in `from`; null if it had none. Lists are whole.")
    after = any_value("The value in `to`; null if it has none.")
    words = fields.List(
        fields.Nested(WordRunSchema),
        allow_none=True,
        metadata={"description": "The difference of two texts, word by word; null for other values."},
    )


class RevisionDiffSchema(ResponseSchema):
    """What differs between two revisions of an item."""

    type = ConstantField("revision-diff", "Always `revision-diff`.")
    url = fields.String(metadata={"format": "uri", "description": "The permanent URL of this comparison."})
    from_ = fields.Nested(RevisionSchema, data_key="from", metadata={"description": "The first revision."})
    to = fields.Nested(RevisionSchema, metadata={"description": "The second revision."})
    changes = fields.List(
        fields.Nested(FieldChangeSchema),
        metadata={"description": "The values that differ, in the order of the record; empty if none do."},
    )


class RevisionQuerySchema(ListQuerySchema):
    """Query parameters of the revisions of an item."""

    model = Revision

    sort = SortField(Revision)


def editor_name(editor: str) -> str:
    """Return the public name of the editor of a stored revision."""
    return PACK if editor == PACK_EDITOR else editor


def revisions_path(type_name: str, slug: str) -> str:
    """Return the path of the list of an item's revisions."""
    return f"{COLLECTION_PATHS[type_name]}/{slug}/revisions"


def entry_values(base_url: str, type_name: str, slug: str, entry: Any) -> dict[str, Any]:
    """Return what ``RevisionSchema`` serializes of an entry in an item's history (``models.history``).

    Its URLs begin with ``base_url``.
    """
    base = f"{base_url}{revisions_path(type_name, slug)}"
    names = "change", "number", "item_id", "note", "generation", "created_at", "is_deleted", "is_purged"
    values = {name: getattr(entry, name) for name in names}
    return values | {
        "url": f"{base}/{entry.pin}",
        "pin": str(entry.pin),
        "restores": str(entry.restores) if entry.restores else None,
        "editor": editor_name(entry.editor),
        "links": {
            "item": f"{base_url}{COLLECTION_PATHS[type_name]}/{slug}?revision={entry.pin}",
            "previous": f"{base}/{entry.previous}" if entry.previous else None,
            "diff": f"{base}/{entry.previous}/diff/{entry.pin}" if entry.previous else None,
        },
    }
