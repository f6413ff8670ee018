"""Changes: what followers of the content must know, in the order in which it became public.

A change is a transition that readers see: an item became public, was changed, renamed, hidden or purged. Each
commit stores one for every item that it changed, after the content generation is incremented: the lock of
that row makes generations visible in their order, so a follower misses none (ADR 45).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from sqlalchemy import Index, Select, and_, bindparam, case, exists, func, insert, null, or_, select, tuple_
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import RESOURCES_BY_TYPE, Base, models_in_reading_order
from models.content_generation import EPOCH_LENGTH, ContentGeneration
from models.stored_revision import Revision
from models.types import SLUG_LENGTH, TYPE_NAME_LENGTH, UTCTimestamp, enum_column, json_list, short_text

#: The relationships of an item that lead to what it is part of.
PARENTS = ("film", "source")
#: The type through which others are public (``models.film.OfFilm``), and the name of the column that says so.
FILM, FILM_KEY = "film", "film_id"
#: The number of rows that one statement reads.
CHUNK = 500


class ChangeType(StrEnum):
    """What happened to an item, as readers see it."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    DELETE = "delete"
    PURGE = "purge"


#: After these, the item is not public.
REMOVALS = (ChangeType.DELETE, ChangeType.PURGE)


class Position(NamedTuple):
    """A place in the feed, after a change or, without ``ordinal``, after all changes of a generation.

    As text, it is ``<epoch>-<generation>-<ordinal>`` or ``<epoch>-<generation>``.
    """

    epoch: str
    generation: int
    ordinal: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the position that a text is; None if it is none."""
        match = POSITION.fullmatch(text)
        return match and cls(match[1], int(match[2]), int(match[3]) if match[3] else None)

    def __str__(self) -> str:
        place = f"{self.epoch}-{self.generation}"
        return place if self.ordinal is None else f"{place}-{self.ordinal}"


POSITION = re.compile(rf"([0-9a-f]{{{EPOCH_LENGTH}}})-([0-9]{{1,9}})(?:-([0-9]{{1,9}}))?", re.ASCII)
#: After every ordinal.
END = 2**31 - 1


class Change(Base):
    """A change that readers see; an item has at most one for each generation.

    ``ordinal`` counts the changes of a generation from 1: films and sources come before their parts.
    ``previous_slug`` is the former id of a renamed item, ``revision`` the item's number of revision then, and
    ``parents`` the pairs of type and id of what the item was part of. ``at`` is the item's time of change, as
    a pack may give it: times are not in the order of positions.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_resource", "type_name", "resource_id", "generation"),)

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    change: Mapped[ChangeType] = mapped_column(enum_column(ChangeType))
    type_name: Mapped[str] = mapped_column(short_text(TYPE_NAME_LENGTH))
    resource_id: Mapped[int]
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH))
    previous_slug: Mapped[str | None] = mapped_column(short_text(SLUG_LENGTH))
    revision: Mapped[int]
    parents: Mapped[list[list[str]]] = mapped_column(json_list())
    at: Mapped[dt.datetime] = mapped_column(UTCTimestamp)


def feed_end(session: Session) -> Position | None:
    """Return the position after all changes; None if there was never any content."""
    state = session.execute(select(ContentGeneration.epoch, ContentGeneration.number)).one_or_none()
    # A database that an older version wrote last may lack an epoch until its next change.
    return Position(state.epoch, state.number) if state and state.epoch else None


def changes_after(
    session: Session,
    after: Position | None,
    *,
    types: Sequence[str] | None = None,
    is_newest_only: bool = False,
    limit: int,
) -> list[Change]:
    """Return up to ``limit`` changes after a position of this epoch, in the order of the feed.

    ``types`` are the names of types to return. With ``is_newest_only``, changes that a later one of the same
    item makes obsolete are left out, except that each change of an id stays.
    """
    statement = select(Change).order_by(Change.generation, Change.ordinal).limit(limit)
    if after:
        ordinal = END if after.ordinal is None else after.ordinal
        statement = statement.where(tuple_(Change.generation, Change.ordinal) > (after.generation, ordinal))
    if types:
        statement = statement.where(Change.type_name.in_(types))
    if is_newest_only:
        later = aliased(Change)
        is_obsolete = exists().where(
            later.type_name == Change.type_name,
            later.resource_id == Change.resource_id,
            later.generation > Change.generation,
        )
        statement = statement.where(or_(~is_obsolete, Change.change == ChangeType.RENAME))
    return list(session.scalars(statement))


def latest_changes(session: Session, limit: int) -> list[Change]:
    """Return the last changes, the newest first."""
    order = Change.generation.desc(), Change.ordinal.desc()
    return list(session.scalars(select(Change).order_by(*order).limit(limit)))


def store_changes(session: Session, touched: Iterable[tuple[str, int]], generation: int) -> None:
    """Store what a commit changes for readers, of the resources that it touched: their types and keys.

    Call it when the generation has been incremented.
    """
    keys: dict[str, set[int]] = defaultdict(set)
    for type_name, resource_id in touched:
        keys[type_name].add(resource_id)
    ordinal = 0
    for model in models_in_reading_order():
        found = keys.get(model.type_name)
        if not found:
            continue
        rows = list(_changes_of(session, model, sorted(found)))
        if model.type_name == FILM:
            _add_resources_of(session, [row for row in rows if row["change"] not in NO_CHANGE_OF_STATE], keys)
        for row in rows:
            ordinal += 1
            row |= {"generation": generation, "ordinal": ordinal}
        if rows:
            session.connection().execute(INSERT, rows)


INSERT = insert(Change)
#: Changes at which an item is public before and after.
NO_CHANGE_OF_STATE = (ChangeType.UPDATE, ChangeType.RENAME)


def _add_resources_of(session: Session, films: list[dict[str, Any]], keys: dict[str, set[int]]) -> None:
    """Add the keys of everything that is public only with these films."""
    for film in films:
        for model in models_in_reading_order():
            if FILM_KEY in model.__table__.c:
                of_film = select(model.id).where(model.film_id == film["resource_id"])
                keys[model.type_name].update(session.connection().scalars(of_film))


def _changes_of(session: Session, model: Any, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield the columns of a change for each of these resources that changed for readers."""
    connection = session.connection()
    for start in range(0, len(ids), CHUNK):
        rows = connection.execute(_select_states(model), {"ids": ids[start : start + CHUNK]}).all()
        hidden = [row.resource_id for row in rows if not row.is_visible]
        purged = _purged(session, model, hidden) if hidden else frozenset()
        for row in rows:
            change = _change(row, is_purged=row.resource_id in purged)
            if change:
                yield {
                    "change": change,
                    "type_name": model.type_name,
                    "resource_id": row.resource_id,
                    "slug": row.slug,
                    "previous_slug": row.last_slug if change is ChangeType.RENAME else None,
                    "revision": row.revision,
                    "at": row.updated_at,
                    "parents": [[name, slug] for name in PARENTS if (slug := getattr(row, name))],
                }


def _change(row: Any, *, is_purged: bool) -> ChangeType | None:
    """Return what happened to an item since its last change; None if readers see nothing of it."""
    was_visible = row.last_change is not None and row.last_change not in REMOVALS
    if row.is_visible:
        if not was_visible:
            return ChangeType.CREATE
        return ChangeType.UPDATE if row.slug == row.last_slug else ChangeType.RENAME
    if is_purged:
        return ChangeType.PURGE if row.last_change not in (None, ChangeType.PURGE) else None
    return ChangeType.DELETE if was_visible else None


@cache
def _select_states(model: Any) -> Select[Any]:
    """Return the statement for the present states of resources, each with the last change that is stored."""
    last, other = aliased(Change), aliased(Change)
    newest = select(func.max(other.generation)).where(
        other.type_name == model.type_name, other.resource_id == model.id
    )
    columns: list[Any] = [model.id.label("resource_id"), model.slug, model.revision, model.updated_at]
    columns += [case((model.is_visible, 1), else_=0).label("is_visible")]
    columns += [last.change.label("last_change"), last.slug.label("last_slug")]
    for name in PARENTS:
        parent = slug_of_parent(model, name)
        columns.append((null() if parent is None else parent).label(name))
    is_last = and_(
        last.type_name == model.type_name,
        last.resource_id == model.id,
        last.generation == newest.scalar_subquery(),
    )
    ids: Any = bindparam("ids", expanding=True)
    return select(*columns).outerjoin(last, is_last).where(model.id.in_(ids)).order_by(model.id)


def slug_of_parent(model: Any, name: str) -> Any:
    """Return SQL for the id of the film or source that a resource is part of; None if it is part of none."""
    relation = model.__mapper__.relationships.get(name)
    if relation is None or relation.uselist or relation.viewonly:
        return None
    parent = aliased(RESOURCES_BY_TYPE[name])
    return select(parent.slug).where(parent.id == getattr(model, f"{name}_id")).scalar_subquery()


def _purged(session: Session, model: Any, ids: Sequence[int]) -> frozenset[int]:
    """Return which of these resources have been purged."""
    statement = select(model.id).join(Revision, Revision.is_of_present_state(model))
    statement = statement.where(model.id.in_(ids), Revision.record["purged"].as_boolean())
    return frozenset(session.connection().scalars(statement))
