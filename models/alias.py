"""Aliases: old ids of renamed resources, so that URLs keep working."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Status, Versioned, slug_rules
from models.errors import DomainError, Gone, Renamed
from models.types import SLUG_LENGTH, TYPE_NAME_LENGTH, short_text
from models.withdrawal import Withdrawal


class Alias(Base):
    """An id that a resource of the type ``type_name`` had before; ``resource_id`` is its key."""

    __tablename__ = "aliases"
    __table_args__ = (UniqueConstraint("type_name", "slug"), slug_rules())

    id: Mapped[int] = mapped_column(primary_key=True)
    type_name: Mapped[str] = mapped_column(short_text(TYPE_NAME_LENGTH))
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH))
    resource_id: Mapped[int]

    @classmethod
    def renamed(cls, session: Session, model: type[Versioned], slug: str) -> Renamed | None:
        """Return the error that names the new id of a resource, if it was renamed and is public."""
        new_slug = session.scalar(
            model.select_public()
            .join(cls, cls.resource_id == model.id)
            .where(cls.type_name == model.type_name, cls.slug == slug)
            .with_only_columns(model.slug)
        )
        return Renamed(model.type_name, slug, new_slug) if new_slug else None

    @classmethod
    def present_id(cls, session: Session, model: type[Versioned], slug: str) -> str | None:
        """Return the id of the public resource that has, or had, this id; None if there is none."""
        if session.scalar(model.select_where(id=[slug]).with_only_columns(model.id)) is not None:
            return slug
        renamed = cls.renamed(session, model, slug)
        return renamed.new_slug if renamed else None

    @classmethod
    def gone(cls, session: Session, model: type[Versioned], slug: str) -> Gone | None:
        """Return the error that a resource was deleted, if this is an old id of one that was public."""
        deleted = (
            select(model.id)
            .join(cls, cls.resource_id == model.id)
            .where(cls.type_name == model.type_name, cls.slug == slug)
            .where(model.status == Status.PUBLISHED, model.deleted_at.is_not(None))
        )
        return Gone(model.type_name, slug) if session.scalar(deleted) else None


class Aliased(Versioned):
    """A resource that may be renamed; its old ids redirect to the new one."""

    @classmethod
    def missing_error(cls, session: Session, slug: str) -> DomainError:
        """See :meth:`Versioned.missing_error`; for an old id, or one that moved, it is ``Renamed``."""
        if withdrawal := Withdrawal.of(session, cls.type_name, slug):
            return withdrawal.error(
                withdrawal.moved_to and Alias.present_id(session, cls, withdrawal.moved_to)
            )
        error = super().missing_error(session, slug)
        if isinstance(error, Gone):
            return error
        return Alias.renamed(session, cls, slug) or Alias.gone(session, cls, slug) or error
