"""Purge: remove the words of a resource for ever, from its row, revisions, draft and stored responses.

The row and the numbers, times and digests of the revisions stay: an id is never used again, and a pin of a
purged revision says what happened to it. What refers to the resource sees it as deleted. Ids are no words:
they stay, former ones included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Enum, String, inspect, select, update
from sqlalchemy.orm import Session

from models.base import Versioned
from models.database import Database
from models.draft import Draft
from models.idempotency_record import IdempotencyRecord
from models.owned_rows import OwnedRow
from models.revision import change_set
from models.stored_revision import OPERATOR, Revision

#: What stands in place of a text that must not be empty.
REMOVED = "[removed]"
NO_DIGEST = "0" * 64
#: Columns that are no words of anybody, or that decide who may see the item.
KEPT = frozenset({"id", "slug", "status", "language", "deleted_at"})
#: What a record says of a purged revision: of the rest, no word is left.
RECORD_KEYS = ("id", "status", "deleted")


def purge(session: Session, resource: Any, *, reason: str | None = None) -> int:
    """Delete a resource and remove its words; return the number of its revisions.

    The session must be one that writes. Call :func:`scrub` after its commit.
    """
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    note = f"Purged: {reason}" if reason else "Purged."
    with change_set(session, OPERATOR, at=now, note=note[:300]):
        with session.no_autoflush:
            _blank(resource)
        resource.deleted_at = resource.deleted_at or now
    for draft in session.scalars(select(Draft).filter_by(type_name=resource.type_name, slug=resource.slug)):
        session.delete(draft)
    IdempotencyRecord.blank(session, [resource])
    return _empty_revisions(session, resource)


def purge_draft(session: Session, draft: Draft) -> None:
    """Remove the draft of an item that was never published, and its words. Its id may be used again.

    The session must be one that writes. Call :func:`scrub` after its commit.
    """
    session.delete(draft)
    IdempotencyRecord.blank(session, [])


def _blank(resource: Versioned) -> None:
    mapper = inspect(type(resource))
    for relation in mapper.relationships:
        if relation.viewonly or relation.key == "paragraphs":
            continue
        if relation.uselist and issubclass(relation.mapper.class_, OwnedRow):
            setattr(resource, relation.key, [])
        elif not relation.uselist and all(column.nullable for column in relation.local_columns):
            setattr(resource, relation.key, None)
    for paragraph in getattr(resource, "paragraphs", ()):
        # Others cite it by its number, so it stays; its words are not stored, but their digest is.
        paragraph.sha256 = NO_DIGEST
    for attribute in mapper.column_attrs:
        (column,) = attribute.columns[:1]
        if (
            attribute.key in KEPT
            or getattr(column, "foreign_keys", None)
            or column.table is not mapper.local_table
        ):
            continue
        if column.nullable:
            setattr(resource, attribute.key, None)
        elif isinstance(column.type, JSON):
            setattr(resource, attribute.key, type(getattr(resource, attribute.key))())
        elif isinstance(column.type, String) and not isinstance(column.type, Enum):
            # A digest has a fixed length.
            setattr(resource, attribute.key, NO_DIGEST if column.type.length == 64 else REMOVED)


def _empty_revisions(session: Session, resource: Versioned) -> int:
    """Rewrite every record without words, and every note but that of the purge itself."""
    session.flush()
    own = Revision.type_name == resource.type_name, Revision.resource_id == resource.id
    rows = session.execute(select(Revision.id, Revision.number, *_state_of_record()).where(*own)).all()
    connection = session.connection()
    for row_id, number, *state in rows:
        record = dict(zip(RECORD_KEYS, state, strict=True)) | {"label": REMOVED, "purged": True}
        values: dict[str, Any] = {"record": record}
        if number != resource.revision:
            values["note"] = None
        connection.execute(update(Revision).where(Revision.id == row_id).values(values))
    return len(rows)


def _state_of_record() -> Iterator[Any]:
    for key in RECORD_KEYS:
        value = Revision.record[key]
        yield value.as_boolean() if key == "deleted" else value.as_string()


def scrub(database: Database) -> bool:
    """Remove what was deleted from the file of an SQLite database too, or make PostgreSQL reuse its space.

    Return whether nothing is left: not if readers kept the write-ahead log of SQLite from being truncated.
    """
    connection = database.connect_writer()
    try:
        raw: Any = connection.connection.driver_connection
        if not database.is_sqlite:
            raw.rollback()
            raw.autocommit = True
            raw.execute("VACUUM")
            return True
        # Deleted terms stay in the segments of an FTS5 index until these are merged.
        raw.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        raw.execute("VACUUM")
        (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        connection.invalidate()
        connection.close()
