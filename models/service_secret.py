"""Secrets that the service makes for itself, so that all its processes sign alike."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.database import Database
from models.types import short_text

SECRET_BYTES = 32


class ServiceSecret(Base):
    """A random text, by what it is for. Whoever can read the database can read it."""

    __tablename__ = "service_secrets"

    name: Mapped[str] = mapped_column(short_text(40), primary_key=True)
    value: Mapped[str] = mapped_column(short_text(80))

    @classmethod
    def get(cls, database: Database, name: str) -> str:
        """Return the secret with this name; the first call makes it."""
        statement = select(cls.value).where(cls.name == name)
        # Not a reader: a standby may not have it yet.
        with Session(database.engine) as session:
            value = session.scalar(statement)
        if value is not None:
            return value
        try:
            with database.write_session() as session:
                session.add(cls(name=name, value=secrets.token_urlsafe(SECRET_BYTES)))
        except IntegrityError:
            # Another process was faster.
            pass
        with Session(database.engine) as session:
            return session.scalars(statement).one()
