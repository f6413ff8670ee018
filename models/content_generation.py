"""Content generation: a counter in the database that every commit of content increments, and its epoch."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import CheckConstraint, Integer, bindparam, case, func, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.types import UTCTimestamp, short_text

#: The PostgreSQL channel that is notified when a transaction that incremented the counter commits.
CHANNEL = "subtext_content"
#: The key in ``Session.info`` for the number that the transaction has incremented the counter to.
INCREMENTED = "generation_incremented"
#: The length of an epoch in characters: 64 random bits in hexadecimal.
EPOCH_LENGTH = 16


def current_time() -> dt.datetime:
    """Return the time of a change."""
    return dt.datetime.now(dt.UTC)


def new_epoch() -> str:
    """Return a random epoch."""
    return secrets.token_hex(EPOCH_LENGTH // 2)


class ContentGeneration(Base):
    """The counter, a table of one row: content read at one number is valid until the number changes.

    ``changed_at`` is when it last changed; None if that was before times were recorded. Unlike the times of
    revisions, which come from packs, it only ever increases. HTTP dates count whole seconds, so each number
    has a second of its own, which begins after the change.

    ``epoch`` names the history that the numbers count: commits after a backup are lost when it is restored,
    and their numbers may be given to others. So a restore begins another epoch, and what clients remember by
    number is only comparable within one. It is random, so each database has its own.
    """

    __tablename__ = "content_generation"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    changed_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)
    epoch: Mapped[str | None] = mapped_column(short_text(EPOCH_LENGTH))

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
        values = {"above": number, "next_second": next_second, "new_epoch": new_epoch()}
        incremented = connection.execute(INCREMENT[connection.dialect.name], values).scalar()
        generation: int = incremented or number + 1
        if incremented is None:
            new = {"number": generation, "changed_at": next_second, "epoch": values["new_epoch"]}
            connection.execute(insert(cls).values(id=1, **new))
            if connection.dialect.name == "postgresql":
                connection.execute(select(NOTIFY))
        session.info[INCREMENTED] = generation
        return generation

    @classmethod
    def begin_epoch(cls, session: Session, number: int) -> None:
        """Begin another epoch, with a number above ``number`` and the present one: this is another history.

        This locks the row until the commit, so call it last.
        """
        cls.raise_above(session, number)
        session.connection().execute(update(cls).values(epoch=new_epoch()))


LAST_CHANGE = select(ContentGeneration.__table__.c.changed_at)
NOTIFY = func.pg_notify(CHANNEL, "")


def _increment(second_later: Any, *more: Any) -> Any:
    """Return the statement that increments the counter, and returns it and ``more``.

    ``second_later`` is SQL for a second after ``changed_at``.
    """
    generation, next_second = ContentGeneration, bindparam("next_second", type_=UTCTimestamp)
    above = bindparam("above", type_=Integer)
    values = {
        "number": case((generation.number > above, generation.number), else_=above) + 1,
        "changed_at": case((generation.changed_at >= next_second, second_later), else_=next_second),
        # A version that knew no epochs may have created the row.
        "epoch": func.coalesce(generation.epoch, bindparam("new_epoch", type_=generation.epoch.type)),
    }
    return update(generation).values(values).returning(generation.number, *more)


#: The statement that increments the counter, by dialect; built once, as each write runs it.
INCREMENT = {
    "sqlite": _increment(func.strftime("%Y-%m-%dT%H:%M:%SZ", ContentGeneration.changed_at, "+1 second")),
    "postgresql": _increment(ContentGeneration.changed_at.op("+")(text("interval '1 second'")), NOTIFY),
}
