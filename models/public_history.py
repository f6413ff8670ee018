"""The public history of all resources at once, for exports; ``models.history`` has that of one resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from models.base import Status
from models.film import Film, OfFilm
from models.history import HistoryEntry, RevisionRow, history_entry, was_public
from models.pin import PIN_DIGEST_LENGTH, Pin, record_digest
from models.stored_revision import Revision

#: The number of revisions whose records are read at once.
BATCH = 500


class PublicRevision(NamedTuple):
    """A public revision with its stored record. ``slug`` is the present id of the item."""

    type_name: str
    slug: str
    entry: HistoryEntry
    digest: str
    record: dict[str, Any]


class _Position(NamedTuple):
    """A revision's place in the history: its key, and those of two public revisions of the same resource.

    ``previous_id`` is that before it, ``same_id`` the last earlier one with the same content; or None.
    """

    id: int
    type_name: str
    slug: str
    previous_id: int | None
    same_id: int | None


class _Stored(NamedTuple):
    row: RevisionRow
    digest: str
    record: dict[str, Any]

    @property
    def pin(self) -> Pin:
        return Pin(self.row.number, self.digest[:PIN_DIGEST_LENGTH])


def stream_public_revisions(session: Session, models: Sequence[Any]) -> Iterator[PublicRevision]:
    """Yield the public revisions of all resources of these models, those of deleted ones included.

    They are sorted by generation, type, present id and number. The database sorts keys alone, so neither it
    nor this process has all records in memory.
    """
    positions = session.execute(_select_positions(models), execution_options={"yield_per": BATCH})
    for batch in positions.partitions(BATCH):
        places = [_Position._make(row) for row in batch]
        keys = {key for place in places for key in (place.id, place.previous_id, place.same_id)}
        stored = _read(session, keys)
        for place in places:
            yield _revision(place, stored)


def _revision(place: _Position, stored: Mapping[int | None, _Stored]) -> PublicRevision:
    one, previous, same = stored[place.id], stored.get(place.previous_id), stored.get(place.same_id)
    pins = {each.row.number: each.pin for each in (one, previous) if each}
    # What an older version stored without a digest restores nothing.
    restores = same.pin if same and one.row.digest else None
    entry = history_entry(one.row, previous.row if previous else None, pins, restores)
    return PublicRevision(place.type_name, place.slug, entry, one.digest, one.record)


def _select_positions(models: Sequence[Any]) -> Select[Any]:
    """Return the statement for the columns of ``_Position``."""
    public = union_all(*map(_select_public, models)).subquery()
    resource = public.c.type_name, public.c.resource_id
    previous, same = (
        func.lag(public.c.id).over(partition_by=partition, order_by=public.c.number)
        for partition in (resource, (*resource, public.c.digest))
    )
    order = public.c.generation, public.c.type_name, public.c.slug, public.c.number
    return select(public.c.id, public.c.type_name, public.c.slug, previous, same).order_by(*order)


def _select_public(model: Any) -> Select[Any]:
    columns: tuple[Any, ...] = (
        *(Revision.id, Revision.type_name, Revision.resource_id, Revision.number, Revision.generation),
        *(Revision.digest, model.slug),
    )
    film_id = model.film_id if issubclass(model, OfFilm) else None
    statement = (
        select(*columns)
        .join(model, model.id == Revision.resource_id)
        .where(Revision.type_name == model.type_name, model.status == Status.PUBLISHED)
        .where(*was_public(film_id))
    )
    if film_id is None:
        return statement
    return statement.join(Film, Film.id == film_id).where(Film.status == Status.PUBLISHED)


def _read(session: Session, ids: set[int | None]) -> dict[int | None, _Stored]:
    columns: tuple[Any, ...] = (
        *(Revision.id, Revision.number, Revision.digest, Revision.editor, Revision.note),
        *(Revision.created_at, Revision.generation, Revision.record),
    )
    rows = session.execute(select(*columns).where(Revision.id.in_(ids - {None})))
    return {key: _with_record(values, record) for key, *values, record in rows}


def _with_record(values: Sequence[Any], record: dict[str, Any]) -> _Stored:
    row = RevisionRow._make([*values, record["id"], record["deleted"], record.get("purged")])
    return _Stored(row, row.digest or record_digest(record), record)
