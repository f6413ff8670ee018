"""Idempotency records: the responses to writes, by the keys that clients gave them.

A record is inserted in the transaction of the write that it belongs to. So it exists if and only if the write
was committed, whatever dies in between; and two requests with one key never both execute, since the second
waits for the first at the unique index.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import LargeBinary, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Versioned
from models.types import TYPE_NAME_LENGTH, UTCTimestamp, json_list, long_text, short_text

#: The maximum length of a key, in characters.
KEY_LENGTH = 255
#: How long a response can be replayed.
RETENTION = dt.timedelta(hours=24)
#: The number of expired records that a write removes at most.
PRUNED_AT_ONCE = 100


@dataclass(frozen=True)
class RequestIdentity:
    """What two requests with one key must have in common to be the same request.

    ``owner`` is the public id of the API key. ``conditions`` are the values of ``If-Match`` and
    ``If-None-Match``.
    """

    owner: str
    key: str
    method: str
    path: str
    body: bytes
    conditions: tuple[str | None, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of the body and the conditions."""
        digest = hashlib.sha256(self.body)
        digest.update(repr(self.conditions).encode())
        return digest.hexdigest()


class IdempotencyRecord(Base):
    """The response to a write. ``body`` is None once a purge has removed it.

    ``type_name`` and ``resource_id`` are those of the resource that the body shows, if it shows one.
    """

    __tablename__ = "idempotency_records"
    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(short_text(40))
    key: Mapped[str] = mapped_column(short_text(KEY_LENGTH))
    method: Mapped[str] = mapped_column(short_text(10))
    path: Mapped[str] = mapped_column(long_text())
    digest: Mapped[str] = mapped_column(short_text(64))
    #: Null only within the transaction that executes the write.
    status: Mapped[int | None]
    headers: Mapped[list[list[str]] | None] = mapped_column(json_list())
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    type_name: Mapped[str | None] = mapped_column(short_text(TYPE_NAME_LENGTH))
    resource_id: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp, index=True)

    @classmethod
    def claim(cls, session: Session, identity: RequestIdentity, now: dt.datetime) -> Self | None:
        """Insert a record without a response for a request; None if there is one for its key already.

        On PostgreSQL this waits for a transaction that inserts the same key, as long as its lock timeout.
        """
        cls._prune(session, now)
        expired = (cls.owner == identity.owner, cls.key == identity.key, cls.created_at < now - RETENTION)
        session.execute(delete(cls).where(*expired))
        values = {
            "owner": identity.owner,
            "key": identity.key,
            "method": identity.method,
            "path": identity.path,
            "digest": identity.digest,
            "created_at": now,
        }
        inserted = session.execute(
            _insert(session, cls).values(values).on_conflict_do_nothing().returning(cls.id)
        ).scalar()
        return None if inserted is None else session.get_one(cls, inserted)

    @classmethod
    def of(cls, session: Session, identity: RequestIdentity) -> Self | None:
        """Return the record of a key."""
        return session.scalar(select(cls).where(cls.owner == identity.owner, cls.key == identity.key))

    @classmethod
    def _prune(cls, session: Session, now: dt.datetime) -> None:
        """Remove some expired records: those that no other transaction is removing."""
        oldest = (
            select(cls.id)
            .where(cls.created_at < now - RETENTION)
            .order_by(cls.created_at)
            .limit(PRUNED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        session.execute(delete(cls).where(cls.id.in_(oldest)), execution_options=NO_SYNCHRONIZATION)

    @classmethod
    def blank(cls, session: Session, resources: Iterable[Versioned]) -> None:
        """Remove the bodies that show these resources: what is purged must not be replayed.

        Bodies of no resource go as well: those of drafts of new items, and refusals that quote a draft, do
        not say whose words they have.
        """
        conditions = [cls.resource_id.is_(None) & (func.length(cls.body) > 0)]
        conditions += [
            (cls.type_name == resource.type_name) & (cls.resource_id == resource.id) for resource in resources
        ]
        for condition in conditions:
            blanked = update(cls).where(condition).values(body=None)
            session.execute(blanked, execution_options=NO_SYNCHRONIZATION)

    def is_of(self, identity: RequestIdentity) -> bool:
        """Whether the record is of the same request."""
        own = self.method, self.path, self.digest
        return own == (identity.method, identity.path, identity.digest)

    def complete(self, status: int, headers: list[list[str]], body: bytes) -> None:
        """Store the response."""
        self.status, self.headers, self.body = status, headers, body


#: Objects in the session are not compared with what a statement changes.
NO_SYNCHRONIZATION = {"synchronize_session": False}


def _insert(session: Session, model: type[Base]) -> Any:
    """Return an insert statement of the database's own dialect, which knows ``ON CONFLICT``."""
    # Loaded as needed: support of PostgreSQL takes memory.
    if session.connection().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(model)
