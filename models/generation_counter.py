"""The content generation: one number that every commit of content raises."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

#: Where PostgreSQL says that the number was raised, when the transaction that raised it is committed.
CHANNEL = "subtext_content"
#: Marks a session, in its ``info``, that has raised the number and not committed yet.
INCREMENTED = "generation_raised"


class ContentGeneration(Base):
    """A table of one row; what was read under one number is true until the number changes."""

    __tablename__ = "content_generation"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]

    @classmethod
    def current(cls, session: Session) -> int:
        """Return the number; 0 before the first content."""
        return session.scalar(select(cls.number)) or 0

    @classmethod
    def increment(cls, session: Session) -> None:
        """Raise the number in the session's transaction.

        The row is locked from here to the commit, so it is raised last, just before that.
        """
        connection = session.connection()
        raised = connection.execute(update(cls).values(number=cls.number + 1))
        if not raised.rowcount:
            connection.execute(insert(cls).values(id=1, number=1))
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_notify(CHANNEL, "")))
        session.info[INCREMENTED] = True
