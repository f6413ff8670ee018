"""Drafts: what an item shall become, kept apart from what is public.

The tables of resources hold only what is or was public, so no condition that is forgotten somewhere can show
a draft. To store one changes no content: it has no revision, and empties no cache.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar, Self

import orjson
from sqlalchemy import Select, UniqueConstraint, func, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Versioned, slug_rules
from models.types import SLUG_LENGTH, TYPE_NAME_LENGTH, UTCTimestamp, json_list, short_text

#: The maximum length of the text of a pin.
PIN_LENGTH = 80
#: The number of drafts that are published at once.
MAX_RELEASE_SIZE = 1_000
#: Type and id.
Key = tuple[str, str]


class Draft(Base):
    """The draft of an item, of which there is one at most; or of an item with a new id.

    ``record`` is a create body without the id. ``base`` is the pin of the item's revision that it was made
    from, None for a new item. Drafts with the same ``release`` are published together. ``revision`` counts
    how often the draft was saved, last by ``editor``.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("type_name", "slug"),
        slug_rules(),
    )

    #: The order of their list.
    default_sort: ClassVar[tuple[str, ...]] = ("type", "id")
    unique_sort: ClassVar[tuple[str, ...]] = ("type", "id")

    id: Mapped[int] = mapped_column(primary_key=True)
    type_name: Mapped[str] = mapped_column(short_text(TYPE_NAME_LENGTH))
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH))
    base: Mapped[str | None] = mapped_column(short_text(PIN_LENGTH))
    record: Mapped[dict[str, Any]] = mapped_column(json_list())
    revision: Mapped[int] = mapped_column(default=1)
    editor: Mapped[str] = mapped_column(short_text(120))
    note: Mapped[str | None] = mapped_column(short_text())
    release: Mapped[str | None] = mapped_column(short_text(SLUG_LENGTH), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)
    updated_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type_name, self.slug

    @property
    def digest(self) -> str:
        """32 hexadecimal characters that change with everything that an editor can change."""
        state = [self.record, self.base, self.note, self.release, self.created_at.isoformat()]
        return hashlib.sha256(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]

    @property
    def etag(self) -> str:
        """The ETag, without quotation marks: a later draft of an item never has that of an earlier one."""
        return f"{self.revision}.{self.digest}"

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """Return the sort keys of their list, and the column that each one stands for."""
        return {"type": cls.type_name, "id": cls.slug}

    @classmethod
    def find(cls, session: Session, key: Key, *, is_locked: bool = False) -> Self | None:
        """Return the draft of an item; ``is_locked`` against others until the end of the transaction."""
        statement = select(cls).where(cls.type_name == key[0], cls.slug == key[1])
        return session.scalar(statement.with_for_update() if is_locked else statement)

    @classmethod
    def select_release(cls, name: str) -> Select[Self]:
        """Return the statement for the drafts of a release, in a fixed order."""
        return select(cls).where(cls.release == name).order_by(cls.type_name, cls.slug)

    @classmethod
    def of_release(cls, session: Session, name: str, *, is_locked: bool = False) -> list[Self]:
        """Return the drafts of a release, all at once: there are ``MAX_RELEASE_SIZE`` at most."""
        statement = cls.select_release(name)
        return list(session.scalars(statement.with_for_update() if is_locked else statement))

    @classmethod
    def release_size(cls, session: Session, name: str) -> int:
        """Return the number of drafts in a release."""
        return session.scalar(select(func.count()).where(cls.release == name)) or 0

    @classmethod
    def existing(cls, session: Session, keys: Iterable[Key]) -> set[Key]:
        """Return those of the types and ids that have a draft."""
        wanted = sorted(set(keys))
        columns = tuple_(cls.type_name, cls.slug)
        found: set[Key] = set()
        for start in range(0, len(wanted), 200):
            rows = session.execute(
                select(cls.type_name, cls.slug).where(columns.in_(wanted[start : start + 200]))
            )
            found.update((row.type_name, row.slug) for row in rows)
        return found

    @classmethod
    def follow_rename(cls, session: Session, resource: Versioned, new_slug: str) -> None:
        """Let the draft of an item follow it to its new id."""
        own = cls.type_name == resource.type_name, cls.slug == resource.slug
        session.execute(update(cls).where(*own).values(slug=new_slug))
