"""Withdrawals: ids whose entries a pack took back, with the reason and where the entry went.

A database that never had an entry knows its withdrawal too, so that databases answer alike whenever they were
seeded.
"""

from __future__ import annotations

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, slug_rules
from models.errors import DomainError, Gone, Renamed
from models.types import SLUG_LENGTH, TYPE_NAME_LENGTH, long_text, short_text


class Withdrawal(Base):
    """An id that a pack took back; ``reason`` may be empty.

    ``moved_to`` is the id of what replaces it, of the same type.
    """

    __tablename__ = "withdrawals"
    __table_args__ = (UniqueConstraint("type_name", "slug"), slug_rules())

    id: Mapped[int] = mapped_column(primary_key=True)
    type_name: Mapped[str] = mapped_column(short_text(TYPE_NAME_LENGTH))
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH))
    reason: Mapped[str] = mapped_column(long_text())
    moved_to: Mapped[str | None] = mapped_column(short_text(SLUG_LENGTH))

    @classmethod
    def of(cls, session: Session, type_name: str, slug: str) -> Withdrawal | None:
        """Return the withdrawal of an id; None if it was not withdrawn."""
        return session.scalar(select(cls).where(cls.type_name == type_name, cls.slug == slug))

    def error(self, moved_to: str | None) -> DomainError:
        """Return the error that says where the entry went or, if it went nowhere, why.

        ``moved_to`` is the present id of what replaces it; None if that is not public.
        """
        if moved_to:
            return Renamed(self.type_name, self.slug, moved_to)
        return Gone(self.type_name, self.slug, self.reason or None)
