"""The public history of a resource: its revisions that were public, and which was in force at a moment.

A revision was public if its record is published and, for a resource of a film, if the film was published at
some time while the revision was in force. So drafts have no history: numbers may begin at 4. A deletion hides
an item, not its history, which ``subtext purge`` empties.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.alias import Alias
from models.base import Status, Versioned
from models.errors import Gone, Renamed
from models.film import Film, OfFilm
from models.pin import PIN_DIGEST_LENGTH, Pin, record_digest
from models.stored_revision import Revision
from models.types import UTCTimestamp

#: Above every generation and every number.
NEVER = 2**31 - 1
#: The name of the parameter of :func:`in_force`.
MOMENT = "moment"


class ChangeKind(StrEnum):
    """What a revision did to its item."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    DELETE = "delete"
    RESTORE = "restore"


class Moment(NamedTuple):
    """A state of the content: that of a generation or, if ``time`` is set, of a time."""

    generation: int
    time: dt.datetime | None = None

    @property
    def by_time(self) -> bool:
        """Whether it is a time."""
        return self.time is not None

    @property
    def params(self) -> dict[str, Any]:
        """The parameter of :func:`in_force`."""
        return {MOMENT: self.time or self.generation}

    def __str__(self) -> str:
        return str(self.generation) if self.time is None else f"{self.time:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class HistoryEntry:
    """A public revision without its record. ``item_id`` is the id that the item had at it.

    ``restores`` is the pin of an earlier revision with the same content, if any. ``previous`` is the pin of
    the public revision before it; None if it is the first.
    """

    number: int
    pin: Pin
    change: ChangeKind
    item_id: str
    restores: Pin | None
    previous: Pin | None
    editor: str
    note: str | None
    created_at: dt.datetime
    generation: int
    is_deleted: bool
    is_purged: bool


class RevisionRow(NamedTuple):
    """A revision without its record, and what its record says of the item."""

    number: int
    digest: str | None
    editor: str
    note: str | None
    created_at: dt.datetime
    generation: int
    item_id: str
    is_deleted: bool
    is_purged: bool | None


def find_with_history(session: Session, model: type[Versioned], slug: str) -> Any:
    """Return the resource with this id, even if it was deleted.

    Raises:
        NotFound, Gone, Renamed: as for the item, except that a deleted one has a history.
    """
    resource = session.scalar(select(model).where(model.slug == slug, model.status == Status.PUBLISHED))
    if resource is None or _is_of_draft_film(resource):
        error = model.missing_error(session, slug)
        present = _present_id(session, model, slug) if isinstance(error, Gone) else None
        # The history of a deleted item stays, at its last id.
        raise Renamed(model.type_name, slug, present) if present and present != slug else error
    return resource


def _present_id(session: Session, model: type[Versioned], slug: str) -> str | None:
    """Return the last id of the item that had this one before; None if none had it."""
    statement = select(model.slug).join(Alias, Alias.resource_id == model.id)
    return session.scalar(statement.where(Alias.type_name == model.type_name, Alias.slug == slug))


def _is_of_draft_film(resource: Any) -> bool:
    return isinstance(resource, OfFilm) and resource.film.status is Status.DRAFT


@cache
def in_force(*, by_time: bool) -> ColumnElement[bool]:
    """Return the condition that a revision, public or not, was in force at a moment (:attr:`Moment.params`).

    At a time, it is the last revision before the first that is later: times, which may come from packs, are
    not in the order of revisions.
    """
    later, newer = aliased(Revision), aliased(Revision)
    moment: Any = bindparam(MOMENT, type_=UTCTimestamp if by_time else Integer)
    follows: tuple[Any, ...] = _same_resource(newer, Revision), newer.number > Revision.number
    if not by_time:
        follows = (*follows, newer.generation <= moment)
        return and_(Revision.generation <= moment, ~select(newer.id).where(*follows).exists())
    too_late = (
        select(func.min(later.number))
        .where(_same_resource(later, Revision), later.created_at > moment)
        # Explicitly, because it is also used inside another subquery.
        .correlate(Revision)
    )
    end = func.coalesce(too_late.scalar_subquery(), NEVER)
    return and_(Revision.number < end, ~select(newer.id).where(*follows, newer.number < end).exists())


def _same_resource(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.type_name == other.type_name, one.resource_id == other.resource_id)


@cache
def _select_at(*, by_time: bool) -> Select[Revision]:
    return select(Revision).where(
        Revision.type_name == bindparam("kind"),
        Revision.resource_id == bindparam("row_id"),
        in_force(by_time=by_time),
    )


def revision_at(session: Session, resource: Versioned, moment: Moment) -> Revision | None:
    """Return the revision of a resource that was in force at a moment, public or not; None if none was."""
    params = moment.params | {"kind": resource.type_name, "row_id": resource.id}
    return session.scalar(_select_at(by_time=moment.by_time), params)


def public_since(session: Session, resource: Versioned, revision: Revision) -> Moment:
    """Return the moment at which a public revision became public: with its film, if that came later."""
    generation = revision.generation or 0
    if isinstance(resource, OfFilm):
        of_film = aliased(Revision)
        shown = select(func.min(of_film.generation)).where(
            of_film.type_name == Film.type_name,
            of_film.resource_id == resource.film_id,
            _is_published(of_film),
            _end(of_film) > generation,
        )
        generation = max(generation, session.scalar(shown) or 0)
    return Moment(generation)


def find_public(session: Session, resource: Versioned, pin: Pin) -> Revision | None:
    """Return the public revision that a pin names, as in :meth:`Revision.find`; None if there is none."""
    found = Revision.find(session, resource, pin)
    if found is None:
        return None
    is_public = _public_only(resource, select(Revision.id)).where(Revision.id == found.id)
    return found if session.scalar(is_public) else None


def count_public(session: Session, resource: Versioned, cap: int) -> int:
    """Return the number of public revisions, counted up to ``cap``."""
    capped = _public_only(resource, select(Revision.id)).limit(cap).subquery()
    return session.scalar(select(func.count()).select_from(capped)) or 0


def public_numbers(
    session: Session, resource: Versioned, *, ascending: bool, after: int | None, limit: int
) -> list[int]:
    """Return up to ``limit`` numbers of public revisions in order, those after a number if one is given."""
    statement = _public_only(resource, select(Revision.number))
    if after is not None:
        statement = statement.where(Revision.number > after if ascending else Revision.number < after)
    order = Revision.number.asc() if ascending else Revision.number.desc()
    return list(session.scalars(statement.order_by(order).limit(limit)))


def history_entries(session: Session, resource: Versioned, numbers: Sequence[int]) -> list[HistoryEntry]:
    """Return the entries for these numbers of public revisions, in their order."""
    if not numbers:
        return []
    before = public_numbers(session, resource, ascending=False, after=min(numbers), limit=1)
    wanted = {*numbers, *before}
    between = _public_only(resource, select(*_columns())).where(
        Revision.number.between(min(wanted), max(wanted))
    )
    rows = {
        row.number: row for row in map(RevisionRow._make, session.execute(between.order_by(Revision.number)))
    }
    pins = {number: _pin(session, resource, row) for number, row in rows.items()}
    previous: dict[int, RevisionRow | None] = {}
    last = None
    for number, row in rows.items():
        previous[number], last = last, row
    restored = _earlier_with_same_content(session, resource, [rows[number] for number in numbers])
    return [history_entry(rows[number], previous[number], pins, restored.get(number)) for number in numbers]


def history_entry(
    row: RevisionRow, previous: RevisionRow | None, pins: Mapping[int, Pin], restores: Pin | None
) -> HistoryEntry:
    """Return the entry of a revision.

    ``previous`` is the public revision before it, ``pins`` has the pins of both by number, and ``restores``
    is that of the last earlier public revision with the same content, if any.
    """
    change = _change(row, previous, restores)
    return HistoryEntry(
        number=row.number,
        pin=pins[row.number],
        change=change,
        item_id=row.item_id,
        restores=restores if change is ChangeKind.RESTORE else None,
        previous=pins[previous.number] if previous else None,
        editor=row.editor,
        note=row.note,
        created_at=row.created_at,
        generation=row.generation,
        is_deleted=row.is_deleted,
        is_purged=bool(row.is_purged),
    )


def _change(row: RevisionRow, previous: RevisionRow | None, restores: Pin | None) -> ChangeKind:
    if previous is None:
        return ChangeKind.CREATE
    if row.is_deleted and not previous.is_deleted:
        return ChangeKind.DELETE
    if previous.is_deleted and not row.is_deleted:
        return ChangeKind.RESTORE
    if row.item_id != previous.item_id:
        return ChangeKind.RENAME
    return ChangeKind.RESTORE if restores else ChangeKind.UPDATE


def _earlier_with_same_content(
    session: Session, resource: Versioned, rows: Iterable[RevisionRow]
) -> dict[int, Pin]:
    """Return the pin of the last earlier revision with the content of a row, by the number of the row."""
    digests = {row.digest for row in rows if row.digest}
    columns: tuple[Any, ...] = Revision.number, Revision.digest
    statement = _public_only(resource, select(*columns))
    same = session.execute(statement.where(Revision.digest.in_(digests)).order_by(Revision.number)).all()
    found: dict[int, Pin] = {}
    last: dict[str, Pin] = {}
    for number, digest in same:
        if digest in last:
            found[number] = last[digest]
        last[digest] = Pin(number, digest[:PIN_DIGEST_LENGTH])
    return found


def _pin(session: Session, resource: Versioned, row: RevisionRow) -> Pin:
    digest = row.digest
    if digest is None:
        record = select(Revision.record).where(*_of(resource), Revision.number == row.number)
        digest = record_digest(session.execute(record).scalar_one())
    return Pin(row.number, digest[:PIN_DIGEST_LENGTH])


def _columns() -> tuple[Any, ...]:
    return (
        Revision.number,
        Revision.digest,
        Revision.editor,
        Revision.note,
        Revision.created_at,
        Revision.generation,
        Revision.record["id"].as_string(),
        Revision.record["deleted"].as_boolean(),
        Revision.record["purged"].as_boolean(),
    )


def _of(resource: Versioned) -> tuple[ColumnElement[bool], ...]:
    return Revision.type_name == resource.type_name, Revision.resource_id == resource.id


def _public_only(resource: Versioned, statement: Select[Any]) -> Select[Any]:
    """Add the conditions that a revision is one of this resource, and was public."""
    film_id = resource.film_id if isinstance(resource, OfFilm) else None
    return statement.where(*_of(resource), *was_public(film_id))


def was_public(film_id: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a revision was public.

    ``film_id`` is the key, or the column with the key, of the film that the resource belongs to; None if it
    belongs to none.
    """
    # Without a generation, it was stored by an older version, until the next commit.
    conditions = Revision.generation.is_not(None), _is_published(Revision)
    return conditions if film_id is None else (*conditions, _met_a_public_film(film_id))


def _is_published(revision: Any) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", revision.record["status"].as_string() == Status.PUBLISHED.value)


def _met_a_public_film(film_id: Any) -> ColumnElement[bool]:
    """Return the condition that a revision was in force while the film was published."""
    of_film = aliased(Revision)
    statement = select(of_film.id).where(
        of_film.type_name == Film.type_name,
        of_film.resource_id == film_id,
        _is_published(of_film),
        of_film.generation < _end(Revision),
        Revision.generation < _end(of_film),
    )
    # A film that an older version stored has no history.
    has_history = select(of_film.id).where(
        of_film.type_name == Film.type_name, of_film.resource_id == film_id
    )
    return or_(statement.exists(), ~has_history.exists())


def _end(revision: Any) -> ColumnElement[int]:
    """Return SQL for the generation in which a revision was replaced by the next one."""
    following = aliased(Revision)
    replaced = (
        select(following.generation)
        .where(
            _same_resource(following, revision),
            following.number > revision.number,
        )
        .order_by(following.number)
        .limit(1)
        .correlate(revision)
    )
    return func.coalesce(replaced.scalar_subquery(), NEVER)
