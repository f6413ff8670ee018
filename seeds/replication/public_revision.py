"""A public revision, as an export and the API of another service tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from api.schemas.fields import UNSTORABLE_CHARACTERS, Slug
from api.schemas.revision_schemas import PACK
from models import MODELS_BY_TYPE, RESOURCES, Status
from models.base import Versioned
from models.pin import PIN_DIGEST_LENGTH, Pin, record_digest
from models.purge import REMOVED
from models.stored_revision import PACK_EDITOR
from models.types import LINE_LENGTH

#: A type and an id.
Key = tuple[str, str]
MAX_NUMBER = 2**31 - 1


class InvalidReplica(Exception):
    """What another service sent, or an export has, is not what it must be; ``str()`` says where and why."""


@dataclass(frozen=True)
class PublicRevision:
    """A revision of an item; without a ``record`` if the item was deleted at it, or purged since.

    ``digest`` is the beginning of the SHA-256 of the stored record, or all of it.
    """

    number: int
    item_id: str
    record: dict[str, Any] | None
    editor: str
    note: str | None
    generation: int
    created_at: Any
    digest: str
    is_deleted: bool
    is_purged: bool

    def stored_record(self, previous: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the record as revisions store it; a deletion has the content of the one before it.

        Raises:
            InvalidReplica: it is not the record that the digest names.
        """
        state: dict[str, Any] = {"status": Status.PUBLISHED.value, "deleted": self.is_deleted}
        if self.is_purged:
            return {"id": self.item_id} | state | {"label": REMOVED, "purged": True}
        if self.record is not None:
            return dict(self.record) | state
        return dict(previous or {"id": self.item_id, "label": REMOVED}) | state

    def stored_digest(self, record: Mapping[str, Any]) -> str:
        """Return the digest to store: that of the record if it is the one that was told, else what was told.

        A record that an older version stored may have another digest than it has today.
        """
        computed = record_digest(dict(record))
        return computed if computed.startswith(self.digest) else self.digest


@dataclass
class ReplicatedItem:
    """An item with its public revisions that are to be stored, the oldest first.

    ``slug`` is its present id and ``former_ids`` are others that it had. ``parents`` are ids of what it is
    part of, by type: without a record, nothing else tells. ``created_at`` is None if the item is stored.
    ``hidden_at`` is the number of the revision at which it became a draft, if it did.
    """

    type_name: str
    slug: str
    revisions: list[PublicRevision] = field(default_factory=list)
    created_at: Any = None
    former_ids: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    hidden_at: int | None = None

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type_name, self.slug

    @property
    def model(self) -> type[Versioned]:
        """The model of the item."""
        model: type[Versioned] = MODELS_BY_TYPE[self.type_name]
        return model

    @property
    def last(self) -> PublicRevision:
        """The newest revision."""
        return self.revisions[-1]


def type_name_field(**options: Any) -> fields.String:
    """Return the field of the name of a resource type."""
    names = [model.type_name for model in RESOURCES]
    return fields.String(required=True, validate=validate.OneOf(names), **options)


def _line(length: int) -> list[Any]:
    return [
        validate.Length(max=length),
        lambda text: _require(not UNSTORABLE_CHARACTERS.search(text), "Must not have control characters."),
    ]


def _require(condition: bool, message: str) -> bool:
    if not condition:
        raise ValidationError(message)
    return True


class LenientSchema(Schema):
    """A schema that ignores what later versions add."""

    class Meta:
        """See above."""

        unknown = EXCLUDE


class PublicRevisionSchema(LenientSchema):
    """Reads a revision of ``GET /v1/<type>/<id>/revisions/<revision>``, or a line of an export."""

    number = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_NUMBER))
    pin = fields.String(required=True)
    item_id = Slug(required=True)
    record = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    editor = fields.String(required=True, validate=_line(120))
    note = fields.String(required=True, allow_none=True, validate=_line(LINE_LENGTH))
    generation = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_NUMBER))
    created_at = fields.AwareDateTime(required=True)
    is_deleted = fields.Boolean(required=True)
    is_purged = fields.Boolean(required=True)
    digest = fields.String(allow_none=True, load_default=None, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))

    @post_load
    def build(self, values: dict[str, Any], **_: Any) -> PublicRevision:
        """Return the revision.

        Raises:
            ValidationError: the parts contradict each other.
        """
        pin = Pin.parse(values.pop("pin"))
        if pin is None or pin.digest is None or pin.number != values["number"]:
            raise ValidationError("Must be the number, a dot and a digest.", "pin")
        digest = values.pop("digest") or pin.digest
        if not digest.startswith(pin.digest[:PIN_DIGEST_LENGTH]):
            raise ValidationError("Must begin as the pin says.", "digest")
        record = values["record"]
        if (record is None) != (values["is_deleted"] or values["is_purged"]):
            raise ValidationError("Must be null if the item was deleted or purged, and only then.", "record")
        if record is not None and record.get("id") != values["item_id"]:
            raise ValidationError("Must have the id in item_id.", "record")
        editor = PACK_EDITOR if values["editor"] == PACK else values["editor"]
        return PublicRevision(**values | {"digest": digest, "editor": editor})

    @classmethod
    def read(cls, values: Any, where: str) -> PublicRevision:
        """Return the revision that a decoded JSON value describes; ``where`` is the place of it.

        Raises:
            InvalidReplica: it is none.
        """
        revision: PublicRevision = load(cls, values, where)
        return revision


def load(schema: type[Schema], values: Any, where: str) -> Any:
    """Return a value as a schema reads it.

    Raises:
        InvalidReplica: the value does not fit; the message names the place and each field.
    """
    try:
        return schema().load(values)
    except ValidationError as error:
        if not isinstance(values, dict):
            raise InvalidReplica(f"{where}: Must be a JSON object.") from None
        faults = "; ".join(f"{name}: {_text(messages)}" for name, messages in error.messages_dict.items())
        raise InvalidReplica(f"{where}: {faults}") from None


def _text(messages: Any) -> str:
    if isinstance(messages, dict):
        return "; ".join(f"{name}: {_text(each)}" for name, each in messages.items())
    return " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
