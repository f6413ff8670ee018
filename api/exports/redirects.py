"""The redirects of an export: ids that lead elsewhere (308), and ids whose items are gone (410)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, cast, exists, func, literal, not_, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from api.exports.source import BATCH
from api.schemas.fields import format_time
from models import RESOURCES, Alias, Revision, Status, Withdrawal
from models.change import PARENTS, slug_of_parent
from models.film import Film, OfFilm
from models.types import UTCTimestamp, long_text, short_text

#: Where a row comes from, in the order in which the API looks.
WITHDRAWAL, TOMBSTONE, ALIAS = range(3)


class Redirect(NamedTuple):
    """What the API answers for an id that no public item has now.

    ``kind`` is ``renamed``, ``withdrawn``, ``deleted`` or ``purged``, and ``moved_to`` the target of a 308.
    ``former_id_of`` is the present id of the item that had this id before. Of a deleted item that has it,
    ``created_at`` is the time of creation, and ``parents`` are the ids of what it was part of, by type: its
    film, and the source of commentary.
    """

    type: str
    id: str
    status: int
    kind: str
    moved_to: str | None
    former_id_of: str | None
    reason: str | None
    created_at: str | None
    parents: dict[str, str]


class _Row(NamedTuple):
    slug: str
    source: int
    target: str | None
    is_gone: int
    is_purged: int
    reason: str | None
    created_at: Any
    film: str | None
    source_of: str | None


def find_redirects(session: Session) -> Iterator[Redirect]:
    """Yield the redirects of all types, sorted by type and id."""
    for model in sorted(RESOURCES, key=lambda model: model.type_name):
        result = session.execute(_select_rows(model), execution_options={"yield_per": BATCH})
        for slug, rows in groupby(map(_Row._make, result), key=lambda row: row.slug):
            yield _redirect(model.type_name, slug, {row.source: row for row in rows})


def _redirect(type_name: str, slug: str, rows: dict[int, _Row]) -> Redirect:
    """Return the redirect of an id, as ``missing_error`` of the models decides."""
    withdrawal, tombstone, alias = (rows.get(source) for source in (WITHDRAWAL, TOMBSTONE, ALIAS))
    moved_to = reason = None
    if withdrawal:
        kind, moved_to, reason = "withdrawn", withdrawal.target, withdrawal.reason or None
    elif gone := tombstone or (alias if alias and alias.is_gone else None):
        kind = "purged" if gone.is_purged else "deleted"
    else:
        kind, moved_to = "renamed", rows[ALIAS].target
    former_id_of = alias.target if alias else None
    created_at = format_time(tombstone.created_at) if tombstone else None
    parents = {"film": tombstone.film, "source": tombstone.source_of} if tombstone else {}
    known = {name: parent for name, parent in parents.items() if parent}
    status = 308 if moved_to else 410
    return Redirect(type_name, slug, status, kind, moved_to, former_id_of, reason, created_at, known)


def _select_rows(model: Any) -> Select[Any]:
    """Return the statement for the rows of a model, sorted by id."""
    rows = union_all(_select_withdrawals(model), _select_tombstones(model), _select_aliases(model)).subquery()
    return select(rows).order_by(rows.c.slug, rows.c[1])


def _select_withdrawals(model: Any) -> Select[Any]:
    target = aliased(model)
    moved_to = select(target.slug).where(target.slug == Withdrawal.moved_to, target.is_visible)
    # What replaces it may have been renamed since.
    former = and_(Alias.type_name == model.type_name, Alias.slug == Withdrawal.moved_to)
    renamed = select(target.slug).join(Alias, Alias.resource_id == target.id).where(former, target.is_visible)
    columns = Withdrawal.slug, func.coalesce(moved_to.scalar_subquery(), renamed.scalar_subquery())
    return _select(WITHDRAWAL, *columns, reason=Withdrawal.reason).where(
        Withdrawal.type_name == model.type_name, not_(_is_answered_otherwise(model, Withdrawal.slug))
    )


def _select_tombstones(model: Any) -> Select[Any]:
    parents = {name: parent for name in PARENTS if (parent := slug_of_parent(model, name)) is not None}
    columns = {"is_purged": _is_purged(model), "created_at": model.created_at, **parents}
    statement = _select(TOMBSTONE, model.slug, _no_text(), **columns)
    return _in_public_film(model, statement.where(model.deleted_at.is_not(None)))


def _select_aliases(model: Any) -> Select[Any]:
    is_gone = model.deleted_at.is_not(None)
    statement = _select(ALIAS, Alias.slug, model.slug, is_gone=is_gone, is_purged=_is_purged(model))
    return _in_public_film(model, statement.join(model, model.id == Alias.resource_id)).where(
        Alias.type_name == model.type_name,
        or_(model.is_visible, is_gone),
        not_(_is_answered_otherwise(model, Alias.slug)),
    )


def _select(origin: int, slug: Any, target: Any, /, **columns: Any) -> Select[Any]:
    """Return a statement with the columns of ``_Row``, for the given ones."""
    flags = [
        case((columns[name], 1), else_=0) if name in columns else literal(0)
        for name in ("is_gone", "is_purged")
    ]
    reason = columns.get("reason", cast(null(), long_text()))
    created_at = columns.get("created_at", cast(null(), UTCTimestamp()))
    parents = [columns.get(name, _no_text()) for name in PARENTS]
    names = _Row._fields
    values = (slug, literal(origin), target, *flags, reason, created_at, *parents)
    return select(*(value.label(name) for name, value in zip(names, values, strict=True)))


def _no_text() -> Any:
    return cast(null(), short_text())


def _in_public_film(model: Any, statement: Select[Any]) -> Select[Any]:
    """Leave out what is not published, and the resources of films that are not."""
    statement = statement.where(model.status == Status.PUBLISHED)
    if not issubclass(model, OfFilm):
        return statement
    return statement.join(Film, Film.id == model.film_id).where(Film.status == Status.PUBLISHED)


def _is_answered_otherwise(model: Any, slug: Any) -> Any:
    """Return the condition that a public item has an id, or one of a film that is not public."""
    item = aliased(model)
    conditions = [item.is_visible]
    if issubclass(model, OfFilm):
        conditions.append(item.film.has(Film.status == Status.DRAFT))
    return exists().where(item.slug == slug, or_(*conditions))


def _is_purged(model: Any) -> Any:
    is_present = Revision.is_of_present_state(model)
    return exists().where(and_(is_present, Revision.record["purged"].as_boolean().is_(True)))
