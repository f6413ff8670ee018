"""API keys: who may write, and what. The secret is not stored, only its SHA-256 (``models.api_token``)."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.api_token import PUBLIC_ID_LENGTH, ApiToken
from models.base import Base
from models.revision import ChangeSet
from models.scopes import missing_scopes
from models.stored_revision import OPERATOR, PACK_EDITOR, PUBLIC_PACK_EDITOR
from models.types import UTCTimestamp, json_list, short_text

if TYPE_CHECKING:
    from models.database import Database

#: The maximum length of a name, in characters.
NAME_LENGTH = 80
DIGEST_LENGTH = 64
#: Names in revisions of changes without a key; no key has one.
RESERVED_NAMES = frozenset({PACK_EDITOR, PUBLIC_PACK_EDITOR, OPERATOR, ChangeSet.editor})
#: How exactly the last use of a key is known: it is written at most this often.
USE_INTERVAL = dt.timedelta(hours=1)
#: What an unknown key is compared with; no secret has it.
NO_DIGEST = "-" * DIGEST_LENGTH


class KeyState(StrEnum):
    """Whether a key works."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ApiKey(Base):
    """A key of the API. Its ``name`` is the editor of the revisions that are made with it.

    ``public_id`` is the part of the key that may be shown. After a rotation, the secret before it, whose
    digest is ``previous_digest``, is valid until ``previous_expires_at``. ``last_used_at`` may be an hour
    early. Rows are never deleted, so that the editor of a revision can be looked up.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(short_text(PUBLIC_ID_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(short_text(NAME_LENGTH))
    scopes: Mapped[list[str]] = mapped_column(json_list())
    digest: Mapped[str] = mapped_column(short_text(DIGEST_LENGTH))
    previous_digest: Mapped[str | None] = mapped_column(short_text(DIGEST_LENGTH))
    previous_expires_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCTimestamp)

    @classmethod
    def create(
        cls,
        session: Session,
        name: str,
        scopes: Iterable[str],
        now: dt.datetime,
        expires_at: dt.datetime | None = None,
    ) -> ApiToken:
        """Add a key, and return its text, which is not stored."""
        token = ApiToken.generate()
        columns = {"public_id": token.public_id, "digest": token.digest}
        session.add(cls(name=name, scopes=list(scopes), created_at=now, expires_at=expires_at, **columns))
        return token

    @classmethod
    def by_token(cls, connection: Connection, token: ApiToken, now: dt.datetime) -> Self | None:
        """Return the key with this id and secret, whatever its state; None if there is none.

        It belongs to no session. An unknown id takes as long as a wrong secret: both read one row at most, of
        four columns, and compare twice.
        """
        row = connection.execute(DIGESTS_OF_KEY, {"public_id": token.public_id}).one_or_none()
        key_id, digest, previous, expires_at = row or (None, NO_DIGEST, None, None)
        if previous is None or expires_at is None or expires_at <= now:
            previous = NO_DIGEST
        given = token.digest
        is_valid = hmac.compare_digest(digest, given) | hmac.compare_digest(previous, given)
        return cls(**connection.execute(KEY, {"key_id": key_id}).one()._mapping) if is_valid else None

    def rotate(self, now: dt.datetime, overlap: dt.timedelta) -> ApiToken:
        """Give the key a new secret, and return its text. The present one is valid for ``overlap`` longer."""
        token = ApiToken.generate(self.public_id)
        is_kept = overlap > dt.timedelta(0)
        self.previous_digest = self.digest if is_kept else None
        self.previous_expires_at = now + overlap if is_kept else None
        self.digest = token.digest
        return token

    def state(self, now: dt.datetime) -> KeyState:
        """Return whether the key works at this time."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        is_expired = self.expires_at is not None and self.expires_at <= now
        return KeyState.EXPIRED if is_expired else KeyState.ACTIVE

    def missing_scopes(self, *required: str) -> list[str]:
        """Return the required scopes that the key lacks."""
        return missing_scopes(self.scopes, required)

    def record_use(self, database: Database, now: dt.datetime) -> None:
        """Store that the key was used, at most once an hour, and only if that is possible at once."""
        earliest = now - USE_INTERVAL
        if self.last_used_at is not None and self.last_used_at > earliest:
            return
        # Another request may have stored it meanwhile.
        is_due = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= earliest)
        database.try_write(update(ApiKey).where(ApiKey.id == self.id, is_due).values(last_used_at=now))


# Built once, and run without the ORM, which would take seven times as long.
_columns = ApiKey.__table__.c
DIGESTS_OF_KEY = select(
    _columns.id, _columns.digest, _columns.previous_digest, _columns.previous_expires_at
).where(_columns.public_id == bindparam("public_id"))
KEY = select(*_columns).where(_columns.id == bindparam("key_id"))
