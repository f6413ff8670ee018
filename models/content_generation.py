"""Content generation: a counter in the database that every commit of content increments."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

#: The PostgreSQL channel that is notified when a transaction that incremented the counter commits.
CHANNEL = "subtext_content"
#: The key in ``Session.info`` that marks a transaction that incremented the counter.
INCREMENTED = "generation_incremented"


class ContentGeneration(Base):
    """The counter, a table of one row: content read at one number is valid until the number changes."""

    __tablename__ = "content_generation"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]

    @classmethod
    def current(cls, session: Session) -> int:
        """Return the number; 0 if there was never any content."""
        return session.scalar(select(cls.number)) or 0

    @classmethod
    def increment(cls, session: Session) -> None:
        """Increment the number in the session's transaction.

        This locks the row until the commit, so call it last.
        """
        connection = session.connection()
        result = connection.execute(update(cls).values(number=cls.number + 1))
        if not result.rowcount:
            connection.execute(insert(cls).values(id=1, number=1))
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_notify(CHANNEL, "")))
        session.info[INCREMENTED] = True
