"""The history: every change leaves a revision, in the same transaction, whoever made it.

The listeners below watch every session. A resource counts as changed when one of its columns, its
links or one of its parts changed; it is then raised by one revision a transaction, however often
the session is flushed, and its record is stored beside it. A commit that changed content raises the
content generation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Index, event, insert, update
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
)
from sqlalchemy.orm.attributes import flag_modified

from models.base import Base, Part, Versioned
from models.generation import ContentGeneration
from models.types import Instant, line, lines

EDITION = "edition"
TOUCHED = "touched"


class Revision(Base):
    """One state of one resource: its record as it was committed."""

    __tablename__ = "revisions"
    __table_args__ = (Index("ix_revisions_resource", "type_name", "resource_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type_name: Mapped[str] = mapped_column(line(20))
    resource_id: Mapped[int]
    number: Mapped[int]
    record: Mapped[dict[str, Any]] = mapped_column(lines())
    editor: Mapped[str] = mapped_column(line(120))
    note: Mapped[str | None] = mapped_column(line())
    created_at: Mapped[dt.datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Edition:
    """Who changes content, when and why; ``at`` None means the clock."""

    editor: str = "unknown"
    at: dt.datetime | None = None
    note: str | None = None

    def time(self) -> dt.datetime:
        """Return the time that this edition's changes carry."""
        return self.at or dt.datetime.now(dt.UTC).replace(microsecond=0)


@dataclass
class Touched:
    """What a transaction has changed so far: by identity, the revision each resource was raised to."""

    raised: dict[tuple[str, str], int] = field(default_factory=dict)
    stored: set[tuple[str, str]] = field(default_factory=set)
    pending: list[Versioned] = field(default_factory=list)


@contextmanager
def edition(
    session: Session, editor: str, *, at: dt.datetime | None = None, note: str | None = None
) -> Iterator[None]:
    """Sign every change that ``session`` flushes inside the block."""
    before = session.info.get(EDITION)
    session.info[EDITION] = Edition(editor, at, note)
    try:
        yield
        session.flush()
    finally:
        session.info[EDITION] = before


def changed(session: Session) -> list[Versioned]:
    """Return the resources that the session's unflushed changes touch, each once."""
    found: dict[int, Versioned] = {}
    for row in _candidates(session):
        resource = row.owner if isinstance(row, Part) else row
        if isinstance(resource, Versioned) and resource not in session.deleted:
            found[id(resource)] = resource
    return list(found.values())


def _candidates(session: Session) -> Iterable[object]:
    yield from session.new
    yield from session.deleted
    yield from (row for row in session.dirty if session.is_modified(row))


@event.listens_for(Session, "before_flush")
def raise_revisions(session: Session, context: UOWTransaction, instances: object) -> None:
    """Count a revision for every resource that this flush changes, once a transaction."""
    touched: Touched = session.info.setdefault(TOUCHED, Touched())
    at = (session.info.get(EDITION) or Edition()).time()
    with session.no_autoflush:
        for resource in changed(session):
            _raise_one(session, resource, touched, at)


def _raise_one(session: Session, resource: Versioned, touched: Touched, at: dt.datetime) -> None:
    key = (resource.type_name, resource.slug)
    if resource in session.new:
        resource.revision = 1
        resource.created_at = resource.created_at or at
        resource.updated_at = resource.updated_at or at
    else:
        if key not in touched.raised:
            resource.revision += 1
            resource.updated_at = at
        # A changed link alone would not update the row, and so not guard its revision.
        flag_modified(resource, "updated_at")
    touched.raised[key] = resource.revision
    touched.pending.append(resource)


@event.listens_for(Session, "after_flush")
def store_records(session: Session, context: UOWTransaction) -> None:
    """Store the record of every resource the flush changed; a later flush of the transaction replaces it."""
    touched: Touched = session.info[TOUCHED]
    pending, touched.pending = touched.pending, []
    signed = session.info.get(EDITION) or Edition()
    for resource in pending:
        _store_one(session, resource, touched, signed)


def _store_one(session: Session, resource: Versioned, touched: Touched, signed: Edition) -> None:
    key = (resource.type_name, resource.slug)
    values = {"record": resource.to_record(), "editor": signed.editor, "note": signed.note}
    identity = {"type_name": resource.type_name, "resource_id": resource.id, "number": resource.revision}
    if key in touched.stored:
        statement: Any = update(Revision).values(values)
        for name, value in identity.items():
            statement = statement.where(getattr(Revision, name) == value)
    else:
        statement = insert(Revision).values(**identity, **values, created_at=resource.updated_at)
    session.connection().execute(statement)
    touched.stored.add(key)


@event.listens_for(Session, "before_commit")
def raise_generation(session: Session) -> None:
    """Raise the content generation once, in the transaction that changed content."""
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.pop(TOUCHED, None)
    if touched and touched.stored:
        ContentGeneration.raise_by_one(session)


@event.listens_for(Session, "after_rollback")
def forget(session: Session) -> None:
    """Forget what a rolled-back transaction had touched."""
    session.info.pop(TOUCHED, None)


@event.listens_for(Session, "do_orm_execute")
def refuse_bulk_changes(state: ORMExecuteState) -> None:
    """Refuse statements that would change resources past the history."""
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, Versioned | Part):
        raise TypeError(
            f"{mapper.class_.__name__} is versioned: change its objects, so that a revision is left"
        )
