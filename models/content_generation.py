"""Content generation: a counter in the database that every commit of content increments."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, case, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.types import UTCTimestamp

#: The PostgreSQL channel that is notified when a transaction that incremented the counter commits.
CHANNEL = "subtext_content"
#: The key in ``Session.info`` for the number that the transaction has incremented the counter to.
INCREMENTED = "generation_incremented"


def current_time() -> dt.datetime:
    """Return the time of a change."""
    return dt.datetime.now(dt.UTC)


class ContentGeneration(Base):
    """The counter, a table of one row: content read at one number is valid until the number changes.

    ``changed_at`` is when it last changed; None if that was before times were recorded. Unlike the times of
    revisions, which come from packs, it only ever increases. HTTP dates count whole seconds, so each number
    has a second of its own, which begins after the change.
    """

    __tablename__ = "content_generation"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    changed_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)

    @classmethod
    def current(cls, session: Session) -> int:
        """Return the number; 0 if there was never any content."""
        return session.scalar(select(cls.number)) or 0

    @classmethod
    def last_change(cls, session: Session) -> dt.datetime | None:
        """Return when the content last changed; None if unknown."""
        # Every page runs this: a statement that is built once and not run by the ORM takes half the time.
        changed_at: dt.datetime | None = session.connection().execute(LAST_CHANGE).scalar()
        return changed_at

    @classmethod
    def increment(cls, session: Session) -> int:
        """Increment the number in the session's transaction, and return it.

        This locks the row until the commit, so call it last.
        """
        return cls.raise_above(session, 0)

    @classmethod
    def raise_above(cls, session: Session, number: int) -> int:
        """Increment the number, to more than ``number`` at least, and return it.

        This locks the row until the commit, so call it last.
        """
        connection = session.connection()
        next_second = current_time().replace(microsecond=0) + dt.timedelta(seconds=1)
        incremented = (
            update(cls)
            .values(number=case((cls.number > number, cls.number), else_=number) + 1)
            .returning(cls.number, cls.changed_at)
        )
        row = connection.execute(incremented).first()
        if row is None:
            connection.execute(insert(cls).values(id=1, number=number + 1, changed_at=next_second))
        else:
            previous = row.changed_at or next_second - dt.timedelta(seconds=1)
            later = max(next_second, previous + dt.timedelta(seconds=1))
            connection.execute(update(cls).values(changed_at=later))
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_notify(CHANNEL, "")))
        generation: int = row.number if row else number + 1
        session.info[INCREMENTED] = generation
        return generation


LAST_CHANGE = select(ContentGeneration.__table__.c.changed_at)
