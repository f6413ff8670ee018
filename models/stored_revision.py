"""Stored revisions: the table of all revisions, and how one is found. ``models.revision`` writes them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from sqlalchemy import ColumnElement, Index, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Status, Versioned
from models.pin import PIN_DIGEST_LENGTH, Pin, record_digest
from models.types import TYPE_NAME_LENGTH, UTCTimestamp, json_list, short_text

#: The editor of the changes that loading a pack makes.
PACK_EDITOR = "seed"
#: What the API calls it.
PUBLIC_PACK_EDITOR = "pack"
#: The editor of what the operator does on the command line.
OPERATOR = "operator"


class Revision(Base):
    """One revision of a resource: its record as committed, the editor and the note.

    ``generation`` is the content generation that its commit made. Generations become visible in their order,
    unlike keys and times: on PostgreSQL, a transaction that began earlier may commit later, and times come
    from packs. So whoever has read all revisions up to a generation misses none. Revisions from before
    generations were stored have the one at which this began; None only until the next commit of content.
    ``digest`` is that of the record as it was stored (``models.pin``); None if an older version stored it.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        Index("ix_revisions_resource", "type_name", "resource_id", "number", unique=True),
        Index("ix_revisions_generation", "generation", "type_name", "resource_id"),
    )

    #: For lists of the revisions of one resource, as of models (``Versioned``).
    default_sort: ClassVar[tuple[str, ...]] = ("-number",)
    unique_sort: ClassVar[tuple[str, ...]] = ("number",)

    id: Mapped[int] = mapped_column(primary_key=True)
    type_name: Mapped[str] = mapped_column(short_text(TYPE_NAME_LENGTH))
    resource_id: Mapped[int]
    number: Mapped[int]
    record: Mapped[dict[str, Any]] = mapped_column(json_list())
    editor: Mapped[str] = mapped_column(short_text(120))
    note: Mapped[str | None] = mapped_column(short_text())
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    generation: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(short_text(64))

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """Return the published sort keys and the column each one stands for."""
        return {"number": cls.number}

    @property
    def pin(self) -> Pin:
        """The pin that names this revision."""
        return Pin(self.number, (self.digest or record_digest(self.record))[:PIN_DIGEST_LENGTH])

    @property
    def validator(self) -> str:
        """What the ETags of an item at this revision begin with (ADR 0035): its pin if an editor made it.

        A pack records which number is which content, so that databases with the same pack answer alike. The
        number alone is then enough, as it is where an older version stored no digest.
        """
        return str(self.number if self.editor == PACK_EDITOR or self.digest is None else self.pin)

    @classmethod
    def is_of_present_state(cls, model: type[Versioned]) -> ColumnElement[bool]:
        """Return the condition that joins the rows of a model with the revisions of their present states."""
        return and_(
            cls.type_name == model.type_name, cls.resource_id == model.id, cls.number == model.revision
        )

    @classmethod
    def find(cls, session: Session, resource: Versioned, pin: Pin) -> Self | None:
        """Return the revision of a resource that a pin names; None if it has no such revision.

        A digest wins over the number, so that no pin ever names other content. Of several revisions with the
        same content it is the one with the number, else the newest. A pin of a number alone names that.
        """
        own = select(cls).where(cls.type_name == resource.type_name, cls.resource_id == resource.id)
        numbered = session.scalar(own.where(cls.number == pin.number))
        if pin.digest is None:
            return numbered
        if numbered and (numbered.digest or record_digest(numbered.record)).startswith(pin.digest):
            return numbered
        same = own.where(cls.digest.startswith(pin.digest)).order_by(cls.number.desc()).limit(1)
        return session.scalar(same)

    @classmethod
    def of_generation(cls, session: Session, generation: int) -> set[tuple[str, int]]:
        """Return the types and keys of the resources with a revision of this generation."""
        rows = session.connection().execute(
            select(cls.type_name, cls.resource_id).where(cls.generation == generation)
        )
        return {(type_name, resource_id) for type_name, resource_id in rows}

    @classmethod
    def was_public(cls, session: Session, resource: Versioned) -> bool | None:
        """Whether a resource was public at any of its revisions; None if it has none."""
        public = and_(
            cls.record["status"].as_string() == Status.PUBLISHED,
            cls.record["deleted"].as_boolean().is_(False),
        )
        counts = select(func.count(), func.count().filter(public)).where(
            cls.type_name == resource.type_name, cls.resource_id == resource.id
        )
        revisions, public_ones = session.execute(counts).one()
        return bool(public_ones) if revisions else None
