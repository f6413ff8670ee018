"""Write replicated items: their present states, former ids and revisions, as another service has them.

An item becomes what the record of its last revision says, through the create schema of its type, so that no
value gets into the database that a pack or a request could not bring. Revisions are stored as they were told.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    String,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from api.entries.assignment import DEFERRED_FIELDS, assign, new_resource, types_in_order
from api.entries.entry import Entry, ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.records import record_to_body
from api.entries.removable_references import removable_references, remove_reference
from api.entries.resolve import resolve_references
from api.entries.validation import InvalidEntry, validate
from models import (
    MODELS_BY_TYPE,
    Alias,
    ContentGeneration,
    InvalidReference,
    Paragraph,
    Source,
    Status,
    Versioned,
)
from models import purge as purges
from models.base import Release, random_key
from models.pin import PIN_DIGEST_LENGTH
from models.revision import change_set
from models.stored_revision import Revision
from seeds.replication.public_revision import InvalidReplica, Key, ReplicatedItem

#: The number of items that are written at once. All are in one transaction, but not all in memory.
BATCH_SIZE = 250
#: The editor of a revision until the one that was told replaces it.
REPLICATION = "replication"
#: A number that fits every column: years, positions and counts.
NUMBER = 2000


def write_items(
    session: Session, items: Iterable[ReplicatedItem], *, step: Callable[[], None] = lambda: None
) -> None:
    """Write items that another service has, in the session's transaction.

    References among them may be in any order. What is not public there, and not here, cannot be referred to:
    such a reference is left out. ``step`` is called after each item. Call ``models.purge.scrub`` after the
    commit if one was purged.

    Raises:
        InvalidReplica: a record violates the create schema of its type, or refers to what is missing.
    """
    with change_set(session, REPLICATION), session.no_autoflush:
        _Writer(session, list(items), step).run()


def hide_item(session: Session, item: ReplicatedItem) -> None:
    """Make an item a draft, as it is elsewhere; nothing is done if only its film became one.

    The session must have a change set, and no autoflush.
    """
    resource = session.scalar(select(item.model).where(item.model.slug == item.slug))
    if resource is None or item.hidden_at is None or resource.revision >= item.hidden_at:
        return
    resource.declare_release(Release(item.hidden_at, None))
    resource.status = Status.DRAFT
    session.flush()
    resource.declare_release(None)


def reach_generation(session: Session, generation: int) -> None:
    """Make the commit of the session's transaction make this generation, unless it would be higher anyway."""
    if ContentGeneration.current(session) < generation - 1:
        ContentGeneration.raise_above(session, generation - 2)


class _Writer:
    """Writes items in batches that refer only to themselves, to earlier ones, and to what is stored."""

    def __init__(self, session: Session, items: list[ReplicatedItem], step: Callable[[], None]) -> None:
        self.session, self.step = session, step
        places = {type_name: place for place, type_name in enumerate(types_in_order())}
        self.items = sorted(items, key=lambda item: (places[item.type_name], item.slug))
        #: The present key of each item, by all keys that it has had.
        self.keys = {(item.type_name, slug): item.key for item in items for slug in item.former_ids}
        self.keys |= {item.key: item.key for item in items}
        #: The resources of the present batch and of what it refers to, by all keys that they have had.
        self.rows: dict[Key, Any] = {}
        #: Of items that are stored: the record before the revisions that are to be stored.
        self.before: dict[Key, dict[str, Any] | None] = {}
        #: The fields that refer to types which are written later, by the item.
        self.deferred: list[tuple[ReplicatedItem, dict[str, Any]]] = []

    def run(self) -> None:
        bodies = {item.key: self._body(item) for item in self.items}
        for batch in self._batches(bodies):
            self._write(batch, bodies)
        for item, body in self.deferred:
            self._write_deferred(item, body)

    def _body(self, item: ReplicatedItem) -> dict[str, Any] | None:
        """Return the loaded create body of an item's last state with content; None if it has none."""
        if item.last.is_purged:
            return None
        record = next((each.record for each in reversed(item.revisions) if each.record is not None), None)
        if record is None:
            return None
        body = record_to_body(item.type_name, record).body
        try:
            return dict(validate(Entry(*item.key, body, 0)).body)
        except InvalidEntry as error:
            faults = "; ".join(f"{each.pointer} {each.message}" for each in error.violations)
            raise InvalidReplica(f"{_name(item)}: {faults}") from None

    def _references(self, item: ReplicatedItem, body: Mapping[str, Any] | None) -> set[Key]:
        schema = entry_schema(item.type_name)
        found = {each.key for each in removable_references(schema, body or {})}
        return {self.keys.get(key, key) for key in found | set(item.parents.items())}

    def _batches(self, bodies: Mapping[Key, Any]) -> Iterator[list[ReplicatedItem]]:
        places = {item.key: place for place, item in enumerate(self.items)}
        batch: list[ReplicatedItem] = []
        last = 0
        for place, item in enumerate(self.items):
            batch.append(item)
            now = {
                name: value for name, value in (bodies[item.key] or {}).items() if name not in DEFERRED_FIELDS
            }
            last = max([last, *(places.get(key, 0) for key in self._references(item, now))])
            if len(batch) >= BATCH_SIZE and last <= place:
                yield batch
                batch = []
        if batch:
            yield batch

    def _write(self, batch: list[ReplicatedItem], bodies: Mapping[Key, Any]) -> None:
        wanted = {key for item in batch for key in self._references(item, bodies[item.key])}
        wanted |= {(item.type_name, slug) for item in batch for slug in (item.slug, *item.former_ids)}
        self._fetch(wanted)
        is_new = {item.key: self._find(item) is None for item in batch}
        self.before |= {item.key: self._record_before(item) for item in batch if not is_new[item.key]}
        # A purge flushes, and what is created has no values before it is assigned.
        purged = [item for item in batch if item.last.is_purged and not is_new[item.key]]
        for items in (purged, [item for item in batch if item not in purged]):
            for item in items:
                self._create_or_rename(item)
            for item in items:
                self._assign(item, bodies[item.key], is_new=is_new[item.key])
        self.session.flush()
        for item in batch:
            self._add_former_ids(item)
            self._store_revisions(item)
            self.step()
        self.session.flush()
        # Nothing else refers to them, so their memory is freed. What a later batch needs is read again.
        self.rows.clear()

    def _fetch(self, keys: Iterable[Key]) -> None:
        """Read resources by their ids or by former ones, public or not."""
        slugs_by_type: dict[str, list[str]] = defaultdict(list)
        for type_name, slug in sorted(set(keys)):
            slugs_by_type[type_name].append(slug)
        for type_name, slugs in slugs_by_type.items():
            model = MODELS_BY_TYPE[type_name]
            for start in range(0, len(slugs), BATCH_SIZE):
                chunk = slugs[start : start + BATCH_SIZE]
                former = select(model, Alias.slug).join(Alias, Alias.resource_id == model.id)
                former = former.where(Alias.type_name == type_name, Alias.slug.in_(chunk))
                present = select(model, model.slug).where(model.slug.in_(chunk))
                for statement in (former, present):
                    for resource, slug in self.session.execute(statement):
                        self.rows[type_name, slug] = resource

    def _find(self, item: ReplicatedItem) -> Any:
        """Return the stored resource of an item, which may have a former id; None if there is none."""
        found = (self.rows.get((item.type_name, slug)) for slug in (item.slug, *sorted(item.former_ids)))
        return next((each for each in found if each is not None), None)

    def _record_before(self, item: ReplicatedItem) -> dict[str, Any] | None:
        """Return the stored record of the revision before the first one that is to be stored."""
        resource = self._find(item)
        if resource is None or resource.id is None:
            return None
        earlier = (
            select(Revision.record)
            .where(Revision.type_name == item.type_name, Revision.resource_id == resource.id)
            .where(Revision.number < item.revisions[0].number)
        )
        return self.session.scalar(earlier.order_by(Revision.number.desc()).limit(1))

    def _create_or_rename(self, item: ReplicatedItem) -> None:
        resource = self._find(item)
        if resource is None:
            created_at = item.created_at or item.revisions[0].created_at
            resource = new_resource(*item.key, created_at=created_at, updated_at=item.last.created_at)
            self.session.add(resource)
        elif resource.slug != item.slug:
            item.former_ids.add(resource.slug)
            resource.slug, resource.random_key = item.slug, random_key(item.type_name, item.slug)
        for slug in (item.slug, *item.former_ids):
            self.rows[item.type_name, slug] = resource

    def _assign(self, item: ReplicatedItem, body: dict[str, Any] | None, *, is_new: bool) -> None:
        resource, last = self.rows[item.key], item.last
        resource.declare_release(Release(last.number, last.created_at))
        resource.status = Status.PUBLISHED
        resource.deleted_at = last.created_at if last.is_deleted or last.is_purged else None
        if body is not None:
            self._assign_body(item, resource, body)
        elif is_new:
            self._fill(item, resource)
        elif last.is_purged:
            purges.purge(self.session, resource)
        if not is_new:
            # A revision may have the content of the one before it.
            flag_modified(resource, "updated_at")

    def _assign_body(self, item: ReplicatedItem, resource: Versioned, body: dict[str, Any]) -> None:
        schema = entry_schema(item.type_name)
        self._remove_missing(item, schema, body)
        later = {name: value for name, value in body.items() if value and name in DEFERRED_FIELDS}
        now = {name: value if name not in later else type(value)() for name, value in body.items()}
        try:
            assign(resource, ValidEntry(Entry(*item.key, body, body.get("position") or 0), now), self)
        except InvalidReference as error:
            raise InvalidReplica(f"{_name(item)}: {error.field}: {error}") from None
        if later:
            self.deferred.append((item, later))

    def _remove_missing(self, item: ReplicatedItem, schema: Any, body: dict[str, Any]) -> None:
        """Remove references to what is not public, and so not here, from a loaded body."""
        for reference in reversed(list(removable_references(schema, body))):
            if (
                self.keys.get(reference.key, reference.key) in self.rows
                or reference.path[0] in DEFERRED_FIELDS
            ):
                continue
            if reference.is_required:
                raise InvalidReplica(
                    f"{_name(item)} needs the {' '.join(reference.key)}, which is not public."
                )
            remove_reference(body, reference)

    def resource(self, type_name: str, slug: str) -> Any:
        """See ``LookUps.resource``."""
        key = self.keys.get((type_name, slug), (type_name, slug))
        if key not in self.rows:
            raise InvalidReference(type_name, f"There is no {type_name} “{slug}”.")
        return self.rows[key]

    def paragraphs(self, source: Source) -> dict[int, Paragraph]:
        """See ``LookUps.paragraphs``."""
        return {paragraph.number: paragraph for paragraph in source.paragraphs}

    def _write_deferred(self, item: ReplicatedItem, body: dict[str, Any]) -> None:
        """Write the fields of an item that refer to types after its own, in the same revision."""
        whole = entry_schema(item.type_name)
        schema = type(whole)(only=tuple(body))
        self._fetch({item.key} | {each.key for each in removable_references(schema, body)})
        for reference in reversed(list(removable_references(schema, body))):
            if self.keys.get(reference.key, reference.key) not in self.rows:
                remove_reference(body, reference)
        resource = self.rows[item.key]
        resource.assign(resolve_references(schema, body, self.resource))
        self.session.flush()
        self._store_revisions(item)
        self.rows.clear()

    def _fill(self, item: ReplicatedItem, resource: Versioned) -> None:
        """Give a resource whose words are not known any more what its table demands."""
        for name, slug in item.parents.items():
            setattr(resource, name, self.resource(name, slug))
        mapper = inspect(type(resource))
        for column in mapper.local_table.columns:
            name = mapper.get_property_by_column(column).key
            is_needed = not (column.nullable or column.primary_key or column.foreign_keys or column.default)
            if is_needed and getattr(resource, name) is None:
                setattr(resource, name, _filling(column.type))

    def _add_former_ids(self, item: ReplicatedItem) -> None:
        resource = self.rows[item.key]
        former = item.former_ids - {item.slug}
        known = select(Alias.slug).where(Alias.type_name == item.type_name, Alias.slug.in_(former))
        for slug in sorted(former - set(self.session.scalars(known)) if former else ()):
            self.session.add(Alias(type_name=item.type_name, slug=slug, resource_id=resource.id))

    def _store_revisions(self, item: ReplicatedItem) -> None:
        """Store the revisions as they were told."""
        resource = self.rows[item.key]
        resource.declare_release(None)
        record = None if item.last.is_purged else self.before.get(item.key)
        own = Revision.type_name == item.type_name, Revision.resource_id == resource.id
        numbers = [each.number for each in item.revisions]
        connection = self.session.connection()
        connection.execute(delete(Revision).where(*own, Revision.number.in_(numbers)))
        rows = []
        for each in item.revisions:
            record = each.stored_record(record)
            values = {
                name: getattr(each, name) for name in ("number", "editor", "note", "generation", "created_at")
            }
            identity = {"type_name": item.type_name, "resource_id": resource.id}
            rows.append(values | identity | {"record": record, "digest": each.stored_digest(record)})
        connection.execute(insert(Revision), rows)
        if item.last.is_purged:
            # Of purged revisions, the service tells no more, so that equal ones have equal digests here too.
            told = func.substr(Revision.digest, 1, PIN_DIGEST_LENGTH)
            connection.execute(update(Revision).where(*own).values(digest=told))


def _name(item: ReplicatedItem) -> str:
    return f"The {item.type_name} “{item.slug}”"


def _filling(type_: Any) -> Any:
    """Return a value of a column's type that says nothing."""
    if isinstance(type_, Enum):
        return next(iter(type_.enum_class))  # type: ignore[arg-type]
    if isinstance(type_, String):
        return purges.NO_DIGEST if type_.length == 64 else purges.REMOVED
    if isinstance(type_, Boolean):
        return False
    if isinstance(type_, Integer):
        return NUMBER
    if isinstance(type_, Date | DateTime):
        return dt.date.min
    return []
