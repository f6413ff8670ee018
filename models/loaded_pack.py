"""The pack that was loaded last, so that a start need not read it again."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.content_generation import ContentGeneration
from models.types import short_text


class LoadedPack(Base):
    """A table of one row: the fingerprint of a pack, and the content generation that loading it led to.

    Any other change of the content, by whomever, is another generation. The pack is then compared again.
    """

    __tablename__ = "loaded_pack"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(short_text(64))
    generation: Mapped[int]

    @classmethod
    def is_current(cls, session: Session, fingerprint: str) -> bool:
        """Whether a pack with this fingerprint was loaded, and no content has changed since."""
        loaded = select(cls.fingerprint).where(cls.generation == ContentGeneration.number)
        return session.scalar(loaded) == fingerprint

    @classmethod
    def record(cls, session: Session, fingerprint: str, generation: int) -> None:
        """Store that this pack was loaded, and the generation that its transaction makes or leaves."""
        values = {"fingerprint": fingerprint, "generation": generation}
        connection = session.connection()
        if not connection.execute(update(cls).values(values)).rowcount:
            connection.execute(insert(cls).values(id=1, **values))
