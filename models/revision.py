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

from sqlalchemy import Index, event, insert, inspect, update
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    mapped_column,
)

from models.base import Base, Versioned
from models.generation_counter import INCREMENTED, ContentGeneration
from models.owned_rows import OwnedRow
from models.types import UTCTimestamp, json_list, short_text

CHANGE_SET = "edition"
TOUCHED = "touched"


class Revision(Base):
    """One state of one resource: its record as it was committed."""

    __tablename__ = "revisions"
    __table_args__ = (Index("ix_revisions_resource", "type_name", "resource_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type_name: Mapped[str] = mapped_column(short_text(20))
    resource_id: Mapped[int]
    number: Mapped[int]
    record: Mapped[dict[str, Any]] = mapped_column(json_list())
    editor: Mapped[str] = mapped_column(short_text(120))
    note: Mapped[str | None] = mapped_column(short_text())
    created_at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)


@dataclass(frozen=True)
class ChangeSet:
    """Who changes content, when and why; ``at`` None means the clock."""

    editor: str = "unknown"
    at: dt.datetime | None = None
    note: str | None = None

    def time(self) -> dt.datetime:
        """Return the time that this edition's changes carry."""
        return self.at or dt.datetime.now(dt.UTC).replace(microsecond=0)


#: What a resource is known by through renames and reloads: its type and its key.
Identity = tuple[str, int]


@dataclass
class TouchedResources:
    """What a transaction has changed so far: whose record is stored, and what is gone with its row.

    Of the flush under way: what waits for its record, and what lost a part that it may still list.
    Of each savepoint: what was stored and gone when it began.
    """

    stored: set[Identity] = field(default_factory=set)
    gone: set[Identity] = field(default_factory=set)
    pending: list[Versioned] = field(default_factory=list)
    bereft: list[Versioned | None] = field(default_factory=list)
    savepoints: dict[SessionTransaction, tuple[set[Identity], set[Identity]]] = field(default_factory=dict)


@contextmanager
def change_set(
    session: Session, editor: str, *, at: dt.datetime | None = None, note: str | None = None
) -> Iterator[None]:
    """Sign every change that ``session`` flushes inside the block."""
    before = session.info.get(CHANGE_SET)
    session.info[CHANGE_SET] = ChangeSet(editor, at, note)
    try:
        yield
        session.flush()
    finally:
        session.info[CHANGE_SET] = before


def changed_resources(session: Session) -> list[Versioned]:
    """Return the resources that the session's unflushed changes touch, each once."""
    found: dict[int, Versioned] = {}
    for row in _changed_rows(session):
        resource = row.owner if isinstance(row, OwnedRow) else row
        if isinstance(resource, Versioned) and resource not in session.deleted:
            found[id(resource)] = resource
    return list(found.values())


def _changed_rows(session: Session) -> Iterable[object]:
    for row in session.new:
        if isinstance(row, OwnedRow) and row.owner is None:
            raise TypeError(
                f"{type(row).__name__} has no owner: name it by its object, not by its key,"
                " so that a revision is left"
            )
        yield row
    yield from session.deleted
    yield from (row for row in session.dirty if session.is_modified(row))


def _touched(session: Session) -> TouchedResources:
    touched: TouchedResources = session.info.setdefault(TOUCHED, TouchedResources())
    return touched


def _identity(resource: Versioned) -> Identity:
    return resource.type_name, resource.id


@event.listens_for(Session, "before_flush")
def increment_revisions(session: Session, context: UOWTransaction, instances: object) -> None:
    """Count a revision for every resource that this flush changes, once a transaction."""
    touched = _touched(session)
    at = (session.info.get(CHANGE_SET) or ChangeSet()).time()
    with session.no_autoflush:
        touched.gone |= {_identity(row) for row in session.deleted if isinstance(row, Versioned)}
        for resource in changed_resources(session):
            _increment_one(session, resource, touched, at)
        touched.bereft = [row.owner for row in session.deleted if isinstance(row, OwnedRow)]


def _increment_one(session: Session, resource: Versioned, touched: TouchedResources, at: dt.datetime) -> None:
    if resource in session.new:
        resource.revision = 1
        resource.created_at = resource.created_at or at
        resource.updated_at = resource.updated_at or at
    elif _identity(resource) not in touched.stored:
        # A changed link alone would not update the row, and so not be guarded by its revision.
        resource.revision += 1
        resource.updated_at = at
    touched.pending.append(resource)


# Not earlier: links that a record loads inside the flush would stand beside those it is storing.
@event.listens_for(Session, "after_flush_postexec")
def store_records(session: Session, context: UOWTransaction) -> None:
    """Store the record of every resource the flush changed; a later flush of the transaction replaces it."""
    touched = _touched(session)
    pending, touched.pending = touched.pending, []
    signed = session.info.get(CHANGE_SET) or ChangeSet()
    for owner in touched.bereft:
        if owner in pending:
            session.expire(owner, [relation.key for relation in inspect(owner).mapper.relationships])
    for resource in pending:
        _store_one(session, resource, touched, signed)


def _store_one(session: Session, resource: Versioned, touched: TouchedResources, signed: ChangeSet) -> None:
    values = {"record": resource.to_record(), "editor": signed.editor, "note": signed.note}
    identity = {"type_name": resource.type_name, "resource_id": resource.id, "number": resource.revision}
    if _identity(resource) in touched.stored:
        statement: Any = update(Revision).values(values)
        for name, value in identity.items():
            statement = statement.where(getattr(Revision, name) == value)
    else:
        statement = insert(Revision).values(**identity, **values, created_at=resource.updated_at)
    session.connection().execute(statement)
    touched.stored.add(_identity(resource))


@event.listens_for(Session, "before_commit")
def increment_generation(session: Session) -> None:
    """Raise the content generation once, in the transaction that changed content."""
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.pop(TOUCHED, None)
    if touched and (touched.stored or touched.gone):
        ContentGeneration.increment(session)


@event.listens_for(Session, "after_transaction_create")
def save_touched_at_savepoint(session: Session, transaction: SessionTransaction) -> None:
    """Note at a savepoint what the transaction had touched before it."""
    if transaction.nested:
        touched = _touched(session)
        touched.savepoints[transaction] = set(touched.stored), set(touched.gone)


@event.listens_for(Session, "after_rollback")
def restore_touched_at_rollback(session: Session) -> None:
    """Forget what was touched since the savepoint that was rolled back."""
    savepoint = session.get_nested_transaction()
    if savepoint is not None:
        touched = _touched(session)
        touched.stored, touched.gone = touched.savepoints[savepoint]
        touched.pending = []


@event.listens_for(Session, "after_transaction_end")
def forget_touched(session: Session, transaction: SessionTransaction) -> None:
    """Forget what the transaction had touched, however it ended."""
    if transaction.parent is None:
        session.info.pop(TOUCHED, None)
        session.info.pop(INCREMENTED, None)


@event.listens_for(Session, "do_orm_execute")
def reject_bulk_changes(state: ORMExecuteState) -> None:
    """Refuse statements that would change resources past the history."""
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, Versioned | OwnedRow):
        raise TypeError(
            f"{mapper.class_.__name__} is versioned: change its objects, so that a revision is left"
        )
