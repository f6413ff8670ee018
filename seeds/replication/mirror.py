"""Mirror another service: apply what its change feed says, generation by generation, in this database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Alias, Base, ContentGeneration
from models import purge as purges
from models.change import REMOVALS, ChangeType, Position
from models.database import Database
from models.mirror_position import MirrorPosition
from models.revision import change_set
from models.search import rebuild_index
from seeds.replication.importing import require_no_content
from seeds.replication.public_revision import InvalidReplica, Key, ReplicatedItem
from seeds.replication.remote_service import RemoteService, ResyncRequired
from seeds.replication.writer import hide_item, reach_generation, write_items

#: Tables that stay when all content is replaced: what is no content, and what is rebuilt from it.
KEPT_TABLES = frozenset(
    {
        "api_keys",
        "content_generation",
        "idempotency_records",
        "listings",
        "mirror_position",
        "search_documents",
        "search_terms",
        "search_totals",
        "service_secrets",
    }
)


@dataclass
class MirrorReport:
    """What a synchronization did: the number of applied changes, and whether it began again."""

    changes: int = 0
    is_rebuilt: bool = False


@dataclass
class _Window:
    """Changes of whole generations, collected to be applied together, and the position after them."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    position: str | None = None
    generation: int = 0


def synchronize(database: Database, url: str, step: Callable[[int], None] = lambda _: None) -> MirrorReport:
    """Apply everything that has changed at a service since the last time; all of it in the first run.

    What was applied stays if the run is interrupted, and the next one goes on from there. If the database of
    the service was restored, the content is replaced in one transaction. ``step`` is called with the number
    of changes that were applied.

    Raises:
        InvalidReplica: the database has other content, or follows another service; or the service cannot be
            reached, or does not say what it must.
    """
    service, report = RemoteService(url), MirrorReport()
    with database.read_session() as session:
        stored = MirrorPosition.current(session)
        if stored is None:
            require_no_content(session)
        elif stored[0] != url:
            raise InvalidReplica(f"The database is a mirror of {stored[0]}. Name another database for {url}.")
    try:
        for window in _windows(service, stored[1] if stored else None):
            _apply(database, service, window)
            report.changes += len(window.changes)
            step(len(window.changes))
    except ResyncRequired:
        report.is_rebuilt = True
        report.changes += _rebuild(database, service)
        step(report.changes)
    return report


def _windows(service: RemoteService, position: str | None) -> Iterator[_Window]:
    """Yield the changes after a position, a page at a time, and only whole generations."""
    window = _Window()
    while True:
        page = service.changes(position)
        if page.resume is None:
            return
        window.changes += page.changes
        position = page.resume
        if page.is_last:
            if window.changes:
                yield _Window(window.changes, page.resume, page.generation)
            return
        # More changes of the last generation may follow.
        last = window.changes[-1]["generation"]
        whole = [change for change in window.changes if change["generation"] < last]
        if whole:
            epoch = page.resume.partition("-")[0]
            generation = whole[-1]["generation"]
            yield _Window(whole, str(Position(epoch, generation)), generation)
            window.changes = window.changes[len(whole) :]


def _apply(database: Database, service: RemoteService, window: _Window) -> None:
    with database.read_session() as session:
        known = _stored_keys(session, window.changes)
    items, hidden = _collect(service, window.changes, known)
    with database.write_session() as session:
        _write(session, service.url, window, items, hidden)
    _scrub(database, items)


def _rebuild(database: Database, service: RemoteService) -> int:
    """Replace all content by that of the service, in one transaction; return the number of its changes."""
    windows = list(_windows(service, None))
    changes = [change for window in windows for change in window.changes]
    items, hidden = _collect(service, changes, frozenset())
    last = windows[-1] if windows else _Window()
    with database.write_session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in KEPT_TABLES:
                session.connection().execute(delete(table))
        ContentGeneration.begin_epoch(session, 0)
        if last.position:
            _write(session, service.url, last, items, hidden)
        rebuild_index(session)
    _scrub(database, items)
    return len(changes)


def _write(
    session: Session, url: str, window: _Window, items: list[ReplicatedItem], hidden: list[ReplicatedItem]
) -> None:
    reach_generation(session, window.generation)
    write_items(session, items)
    with change_set(session, "replication"), session.no_autoflush:
        for item in hidden:
            hide_item(session, item)
    MirrorPosition.store(session, url, window.position or "")


def _scrub(database: Database, items: Iterable[ReplicatedItem]) -> None:
    if any(item.last.is_purged for item in items):
        purges.scrub(database)


def _stored_keys(session: Session, changes: Iterable[dict[str, Any]]) -> frozenset[Key]:
    """Return the keys of changed items that are stored, by any id that they had."""
    found: set[Key] = set()
    slugs: dict[str, set[str]] = {}
    for change in changes:
        slugs.setdefault(change["type"], set()).update({change["id"], change["previous_id"] or change["id"]})
    for type_name, ids in slugs.items():
        model = ReplicatedItem(type_name, "").model
        listed = sorted(ids)
        for start in range(0, len(listed), 500):
            chunk = listed[start : start + 500]
            former = select(Alias.slug).where(Alias.type_name == type_name, Alias.slug.in_(chunk))
            for statement in (select(model.slug).where(model.slug.in_(chunk)), former):
                found |= {(type_name, slug) for slug in session.scalars(statement)}
    return frozenset(found)


def _collect(
    service: RemoteService, changes: Iterable[dict[str, Any]], known: frozenset[Key]
) -> tuple[list[ReplicatedItem], list[ReplicatedItem]]:
    """Read the revisions of changes; return the items to write, and those to hide.

    An item is hidden without a public revision if it or its film became a draft.
    """
    items: dict[Key, ReplicatedItem] = {}
    hidden: dict[Key, ReplicatedItem] = {}
    for change in changes:
        key = change["type"], change["id"]
        former = change["type"], change["previous_id"] or change["id"]
        item = items.pop(former, None) or items.pop(key, None) or ReplicatedItem(*key)
        item.former_ids |= {former[1], item.slug} - {key[1]}
        item.slug = key[1]
        item.parents = {parent["type"]: parent["id"] for parent in change["parents"]} or item.parents
        seen = {revision.number for revision in item.revisions}
        wanted = [change["revision"]]
        is_new = not item.revisions and not {key, former} & known
        if is_new and change["change"] not in REMOVALS:
            item.created_at = service.created_at(*key, change["revision"])
            earlier = service.revision_numbers(*key)
            wanted = [number for number in earlier if number < change["revision"]] + wanted
        for number in wanted:
            revision = None if number in seen else service.revision(*key, number)
            if revision is not None:
                seen.add(number)
                item.revisions.append(revision)
        # Also without a revision that can be read now: it knows the ids that the item had.
        items[key] = item
        hidden.pop(former, None)
        if change["change"] is ChangeType.DELETE and change["revision"] not in seen:
            item.hidden_at = change["revision"]
            hidden[key] = item
    written = [item for item in items.values() if item.revisions]
    for item in written:
        item.revisions.sort(key=lambda revision: revision.number)
    return written, list(hidden.values())
