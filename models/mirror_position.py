"""The position of a mirror: which service this database follows, and up to where."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.types import short_text


class MirrorPosition(Base):
    """A table of at most one row: the URL of the service, and the position in its change feed.

    It is stored in the transaction that applies the changes before it, so an interruption loses neither.
    """

    __tablename__ = "mirror_position"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(short_text(2000))
    position: Mapped[str] = mapped_column(short_text(60))

    @classmethod
    def current(cls, session: Session) -> tuple[str, str] | None:
        """Return the URL and the position; None if this database is no mirror yet."""
        row = session.execute(select(cls.url, cls.position)).one_or_none()
        return (row.url, row.position) if row else None

    @classmethod
    def store(cls, session: Session, url: str, position: str) -> None:
        """Store them in the session's transaction."""
        connection, values = session.connection(), {"url": url, "position": position}
        if not connection.execute(update(cls).values(values)).rowcount:
            connection.execute(insert(cls).values(id=1, **values))
