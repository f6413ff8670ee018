"""Revision history: session listeners store a revision of every changed resource, in the same transaction.

A resource counts as changed when one of its columns, links or owned rows changed. Its revision number is then
incremented once per transaction, however often the session is flushed, and its record (the values at that
revision) is stored. A pack may declare the number, so that databases have the same. A commit that changed
content increments the content generation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, event, insert, inspect, update
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from models.base import Versioned
from models.change import store_changes
from models.content_generation import INCREMENTED, ContentGeneration
from models.owned_rows import OwnedRow
from models.pin import record_digest
from models.stored_revision import Revision

#: Keys in ``Session.info``: the current ``ChangeSet``, and the transaction's ``TouchedResources``.
CHANGE_SET = "change_set"
TOUCHED = "touched_resources"

# Built once: each write runs them.
INSERT_REVISION = insert(Revision)
NUMBER_REVISIONS = (
    update(Revision).where(Revision.generation.is_(None)).values(generation=bindparam("this_generation"))
)


@dataclass(frozen=True)
class ChangeSet:
    """Who changes content, when and why; without ``at``, changes have the current time."""

    editor: str = "unknown"
    at: dt.datetime | None = None
    note: str | None = None
    #: The notes of resources that have one of their own, by type and id.
    notes: Mapping[tuple[str, str], str | None] = field(default_factory=dict)

    def note_of(self, resource: Versioned) -> str | None:
        """Return the note on the change of a resource."""
        return self.notes.get((resource.type_name, resource.slug), self.note)

    def time(self) -> dt.datetime:
        """Return the timestamp of this change set's changes."""
        return self.at or dt.datetime.now(dt.UTC).replace(microsecond=0)


#: The type name and primary key of a resource, which survive renames and reloads.
Identity = tuple[str, int]


@dataclass
class TouchedResources:
    """The resources that a transaction has changed so far.

    ``stored``: those whose record is stored. Of the current flush, ``pending``: those whose record must be
    stored; ``stale_owners``: those whose loaded collections may still include a deleted row.
    ``savepoints``: ``stored`` as it was when each savepoint began.
    """

    stored: set[Identity] = field(default_factory=set)
    pending: list[Versioned] = field(default_factory=list)
    stale_owners: list[Versioned | None] = field(default_factory=list)
    savepoints: dict[SessionTransaction, set[Identity]] = field(default_factory=dict)
    #: Whether responses change without a changed resource: what was never here may be withdrawn.
    is_changed_otherwise: bool = False


@contextmanager
def change_set(
    session: Session,
    editor: str,
    *,
    at: dt.datetime | None = None,
    note: str | None = None,
    notes: Mapping[tuple[str, str], str | None] | None = None,
) -> Iterator[None]:
    """Attribute every change that ``session`` flushes inside the block to an editor.

    ``note`` says why; ``notes`` are those of resources that have one of their own, by type and id.
    """
    previous = session.info.get(CHANGE_SET)
    session.info[CHANGE_SET] = ChangeSet(editor, at, note, notes or {})
    try:
        yield
        session.flush()
    finally:
        session.info[CHANGE_SET] = previous


def change_time(session: Session) -> dt.datetime:
    """Return the timestamp of changes in the session's current change set."""
    return (session.info.get(CHANGE_SET) or ChangeSet()).time()


def mark_content_changed(session: Session) -> None:
    """Make the commit of this transaction increment the content generation, whatever it stores."""
    _touched(session).is_changed_otherwise = True


def changed_resources(session: Session) -> list[Versioned]:
    """Return the distinct resources that the session's unflushed changes affect."""
    resources: dict[int, Versioned] = {}
    for row in _changed_rows(session):
        resource = row.owner if isinstance(row, OwnedRow) else row
        if isinstance(resource, Versioned):
            resources[id(resource)] = resource
    return list(resources.values())


def _changed_rows(session: Session) -> Iterable[object]:
    for row in session.new:
        if isinstance(row, OwnedRow) and row.owner is None:
            raise TypeError(
                f"This {type(row).__name__} has no owner. Set the owner as an object, not as a foreign key:"
                " otherwise the owner gets no revision."
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
    """Increment the revision of every resource that this flush changes, once per transaction.

    Raises:
        TypeError: it deletes the row of a resource.
    """
    touched = _touched(session)
    at = change_time(session)
    with session.no_autoflush:
        deleted = list(session.deleted)
        _require_no_resource(deleted)
        for resource in changed_resources(session):
            _increment_one(resource, touched, at)
        touched.stale_owners = [row.owner for row in deleted if isinstance(row, OwnedRow)]


def _require_no_resource(deleted: list[object]) -> None:
    for row in deleted:
        if isinstance(row, Versioned):
            # SQLite gives the key of a deleted last row to the next one, whose revisions and aliases would be
            # those of another resource.
            raise TypeError(
                f"{type(row).__name__} is versioned, and the rows of versioned tables are never deleted."
                " Set its deleted_at instead."
            )


def _is_first_publication(resource: Versioned) -> bool:
    """Whether this flush makes a stored resource public that never was, as its history tells."""
    state = inspect(resource)
    changed = (state.attrs[name].history.has_changes() for name in ("status", "deleted_at"))
    if not (any(changed) and resource.is_visible):
        return False
    return Revision.was_public(state.session, resource) is False


def _increment_one(resource: Versioned, touched: TouchedResources, at: dt.datetime) -> None:
    release = resource.release
    is_pending = inspect(resource).pending
    if not is_pending and _is_first_publication(resource):
        resource.created_at = at
    if is_pending:
        resource.revision = release.number if release else 1
        resource.created_at = resource.created_at or at
        resource.updated_at = resource.updated_at or at
    elif _identity(resource) not in touched.stored:
        if release and release.number == resource.revision:
            # The same revision, stored otherwise by another version of the code: it replaces the record.
            touched.stored.add(_identity(resource))
        else:
            # Without this, a change of links alone would not update the row, nor be checked for lost updates.
            resource.revision = max(resource.revision + 1, release.number if release else 0)
            released_at = release.at if release and release.number == resource.revision else None
            resource.updated_at = released_at or at
    touched.pending.append(resource)


# Not during the flush: links loaded for a record would then appear next to those being stored.
@event.listens_for(Session, "after_flush_postexec")
def store_records(session: Session, context: UOWTransaction) -> None:
    """Store the record of every resource the flush changed; a later flush in the transaction replaces it."""
    touched = _touched(session)
    pending, touched.pending = touched.pending, []
    changes = session.info.get(CHANGE_SET) or ChangeSet()
    for owner in set(touched.stale_owners).intersection(pending):
        session.expire(owner, [relation.key for relation in inspect(owner).mapper.relationships])
    new_rows = []
    for resource in pending:
        record = resource.to_record()
        values: dict[str, Any] = {"record": record, "digest": record_digest(record)}
        values |= {"editor": changes.editor, "note": changes.note_of(resource)}
        identity = {"type_name": resource.type_name, "resource_id": resource.id, "number": resource.revision}
        if _identity(resource) in touched.stored:
            statement: Any = update(Revision).values(values)
            for name, value in identity.items():
                statement = statement.where(getattr(Revision, name) == value)
            session.connection().execute(statement)
        else:
            new_rows.append(identity | values | {"created_at": resource.updated_at})
            touched.stored.add(_identity(resource))
    if new_rows:
        session.connection().execute(INSERT_REVISION, new_rows)


@event.listens_for(Session, "before_commit")
def increment_generation(session: Session) -> None:
    """Increment the content generation once, in the transaction that changed content."""
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.pop(TOUCHED, None)
    if touched and (touched.stored or touched.is_changed_otherwise):
        generation = ContentGeneration.increment(session)
        # The row of the counter is locked by now, so no other transaction can commit a lower number later.
        # Those without a number are this transaction's, or were stored by a version that knew none.
        numbered = session.connection().execute(NUMBER_REVISIONS, {"this_generation": generation}).rowcount
        if numbered > len(touched.stored):
            touched.stored |= Revision.of_generation(session, generation)
        store_changes(session, touched.stored, generation)


@event.listens_for(Session, "after_transaction_create")
def save_touched_resources(session: Session, transaction: SessionTransaction) -> None:
    """Save the touched resources when a savepoint begins."""
    if transaction.nested:
        touched = _touched(session)
        touched.savepoints[transaction] = set(touched.stored)


@event.listens_for(Session, "after_rollback")
def restore_touched_resources(session: Session) -> None:
    """Restore the touched resources of the savepoint that was rolled back to."""
    savepoint = session.get_nested_transaction()
    if savepoint is not None:
        touched = _touched(session)
        touched.stored = touched.savepoints[savepoint]
        touched.pending = []


@event.listens_for(Session, "after_transaction_end")
def clear_transaction_state(session: Session, transaction: SessionTransaction) -> None:
    """Clear the transaction's state, whether it was committed or rolled back."""
    if transaction.parent is None:
        session.info.pop(TOUCHED, None)
        session.info.pop(INCREMENTED, None)


@event.listens_for(Session, "do_orm_execute")
def reject_bulk_changes(state: ORMExecuteState) -> None:
    """Reject bulk statements, which would change resources without a revision."""
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, Versioned | OwnedRow):
        raise TypeError(
            f"{mapper.class_.__name__} is versioned, and bulk statements leave no revision."
            " Change its objects instead."
        )
