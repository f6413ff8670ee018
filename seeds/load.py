"""Load a pack into a database. Loading is atomic and idempotent."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from api.entries.assignment import DEFERRED_FIELDS, assign, assignable_links, new_resource, types_in_order
from api.entries.entry import ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.resolve import references, resolve_references
from api.schemas.pack_entry_schemas import CreateSchema
from models import (
    MODELS_BY_TYPE,
    RESOURCES,
    Alias,
    Conflict,
    InvalidReference,
    Paragraph,
    Source,
    Theme,
    Versioned,
    Withdrawal,
)
from models.base import Release, set_if_changed
from models.revision import change_set, change_time, mark_content_changed
from models.stored_revision import PACK_EDITOR
from seeds.check import CheckResult, pack_entry
from seeds.editors_changes import EditorsChanges, KeptEntry, LoadedEntry, StoredState
from seeds.withdrawals import Withdrawal as PackWithdrawal

#: The number of entries that are written at once. All are in one transaction, but not all in memory.
BATCH_SIZE = 250
#: A type and an id.
Key = tuple[str, str]
#: Fields that were added to create bodies later: empty, they count for nothing in the digest of an entry, or
#: an upgrade would change every entry.
ADDED_FIELDS = frozenset({"further_films", "narration"})


class LoadReport(dict[str, Counter[str]]):
    """By type: the number of entries that were created, updated, unchanged, withdrawn or kept.

    ``kept`` are the entries that stay as an editor or another pack left them, and ``overwritten`` those of
    the updated and withdrawn ones that an editor had changed last.
    """

    def __init__(self, types: Iterable[str]) -> None:
        """Begin with no entries of these types."""
        super().__init__({type_name: Counter() for type_name in types})
        self.kept: list[KeptEntry] = []
        self.overwritten: list[KeptEntry] = []

    def count(self, type_name: str, outcome: str) -> None:
        """Count an entry."""
        self.setdefault(type_name, Counter())[outcome] += 1

    def keep(self, entry: KeptEntry) -> None:
        """Count and report an entry that stays as an editor left it."""
        self.count(entry.type_name, "kept")
        self.kept.append(entry)


def load(
    session: Session,
    result: CheckResult,
    *,
    take: Collection[str] = (),
    repository: Path | None = None,
    step: Callable[[], None] = lambda: None,
) -> LoadReport:
    """Create or update the resources of a pack; return the number of entries per outcome.

    The pack must have no errors. Entries with an unchanged digest are skipped. Nothing is deleted; what the
    pack withdraws is marked as deleted, and its withdrawal stored even if the entry never was.
    What editors changed since the pack was loaded last is kept, unless ``take`` names the entry by its id or
    its type and id, or is ``all``. So is a change by an editor that a newer edition of the pack has.
    ``repository`` is the folder of the pack of this repository, whose entries never replace those that
    another pack left; None if all packs are equal.
    Timestamps come from the pack, so every database has the same ones. ``step`` is called after each entry.

    Raises:
        InvalidReference: a slug names no resource in the pack or the database. The caller must roll back.
    """
    return _Loader(session, result, EditorsChanges(session, take), repository, step).run()


@dataclass(frozen=True)
class _Change:
    """An entry that the database does not have, or has with another digest."""

    valid: ValidEntry
    digest: str
    is_new: bool
    release: Release | None
    #: The number that the pack records for this entry; None if it records none, or that of another content.
    recorded: int | None
    #: What is stored of it once it is written.
    loaded: LoadedEntry

    @property
    def key(self) -> Key:
        return self.valid.entry.type_name, self.valid.slug

    @property
    def references(self) -> set[Key]:
        return _references(_schema(self.valid.entry.type_name, is_deferred=False), self.valid.body)


class _Loader:
    def __init__(
        self,
        session: Session,
        result: CheckResult,
        editors: EditorsChanges,
        repository: Path | None,
        step: Callable[[], None],
    ) -> None:
        self.session, self.result, self.editors, self.step = session, result, editors, step
        self.repository = repository
        self._own_files: dict[Path, bool] = {}
        #: The resources of the current batch, and those that it refers to.
        self.resources: dict[Key, Any] = {}
        #: Their paragraphs, by number; of a source that the batch does not write, only those that are cited.
        self.cited: dict[Source, dict[int, Paragraph]] = {}

    def run(self) -> LoadReport:
        entries = self.result.valid_entries
        present = {valid.entry.type_name for valid in entries}
        report = LoadReport(model.type_name for model in RESOURCES if model.type_name in present)
        # An update has no date of its own: it gets the date of the newest entry in the pack.
        released = [date for valid in entries if (date := pack_entry(valid).released_at)]
        recorded = self.result.pack.revisions.values()
        released += [revision.updated_at for revision in recorded if revision.updated_at]
        newest = max(released, default=None)
        with change_set(self.session, PACK_EDITOR, at=newest), self.session.no_autoflush:
            changes = list(self._changes(report))
            for batch in self._batches(changes):
                self._write(batch)
            self._write_deferred_fields(changes)
            self._withdraw(report)
        return report

    def _withdraw(self, report: LoadReport) -> None:
        """Store the withdrawals of the pack, and mark the entries as deleted."""
        for withdrawn in self.result.pack.withdrawals:
            model = MODELS_BY_TYPE[withdrawn.type_name]
            row = Withdrawal.of(self.session, *withdrawn.key)
            if self._stays(withdrawn, row, report):
                continue
            if row is None:
                row = Withdrawal(type_name=withdrawn.type_name, slug=withdrawn.slug)
                self.session.add(row)
            values = {"reason": withdrawn.reason, "moved_to": withdrawn.moved_to}
            is_changed = any(getattr(row, name) != value for name, value in values.items())
            for name, value in values.items():
                set_if_changed(row, name, value)
            resource = self.session.scalar(select(model).where(model.slug == withdrawn.slug))
            if resource is not None and resource.deleted_at is None:
                state = self.editors.stored(model, [withdrawn.slug])[withdrawn.slug]
                self._report_overwritten(withdrawn.type_name, state, report)
                resource.deleted_at = change_time(self.session)
                is_changed = True
            if is_changed:
                report.count(withdrawn.type_name, "withdrawn")
                mark_content_changed(self.session)
        self.session.flush()

    def _stays(self, withdrawn: PackWithdrawal, row: Withdrawal | None, report: LoadReport) -> bool:
        """Whether a withdrawal changes nothing: an editor did the same already, or changed the entry last."""
        type_name, slug = withdrawn.key
        state = self.editors.stored(MODELS_BY_TYPE[type_name], [slug]).get(slug)
        if state is None:
            return False
        if state.deleted_at is not None or state.slug != slug:
            return row is None and not withdrawn.reason
        is_own = self._is_own(withdrawn.file)
        is_changed = self.editors.are_in(type_name, state) or (state.loaded.is_own and not is_own)
        if self.editors.takes(type_name, slug) or not is_changed:
            return False
        report.keep(self.editors.kept(type_name, slug, state))
        return True

    def _is_own(self, file: Path) -> bool:
        """Whether a file is of another pack than that of this repository."""
        if file not in self._own_files:
            is_own = self.repository and not file.resolve().is_relative_to(self.repository.resolve())
            self._own_files[file] = bool(is_own)
        return self._own_files[file]

    def _report_overwritten(self, type_name: str, state: StoredState, report: LoadReport) -> None:
        has_edit = self.editors.are_in(type_name, state) or state.loaded.edit == state.number
        if has_edit and state.is_edited and state.deleted_at is None:
            report.overwritten.append(self.editors.kept(type_name, state.slug, state))

    def _changes(self, report: LoadReport) -> Iterator[_Change]:
        """Count the outcome of every entry; yield those to write, referenced types first."""
        for type_name in types_in_order():
            # Top-level themes come first: a theme can only be assigned to one that is known to be top-level.
            entries = sorted(
                self.result.of_type(type_name), key=lambda valid: valid.body.get("broader") is not None
            )
            model = MODELS_BY_TYPE[type_name]
            stored: dict[str, StoredState] = {}
            for slugs in _chunks([valid.slug for valid in entries]):
                stored |= self.editors.stored(model, slugs)
            for valid in entries:
                state, release = stored.get(valid.slug), self._release(valid)
                recorded = release.number if release else None
                if state and release and state.is_edited and release.number <= state.number:
                    # The number is that of an editor's revision, which stays.
                    release = None
                loaded = LoadedEntry(digest(valid), self._is_own(pack_entry(valid).file))
                change = _Change(valid, loaded.digest, state is None, release, recorded, loaded)
                if state is not None:
                    if self._is_left(change, state, report):
                        self.step()
                        continue
                    self._report_overwritten(type_name, state, report)
                    if not self.editors.takes(*change.key):
                        change = replace(change, loaded=loaded._replace(edit=state.loaded.edit))
                report.count(type_name, "created" if state is None else "updated")
                yield change

    def _is_left(self, change: _Change, state: StoredState, report: LoadReport) -> bool:
        """Whether a stored entry stays as it is: the pack has not changed it, or an editor has."""
        type_name, slug = change.key
        # Words that were purged never come back.
        is_taken = self.editors.takes(type_name, slug) and state.slug == slug and not state.is_purged
        is_released = change.release is None or change.release.number <= state.number
        is_loaded = state.is_loaded_from(change.digest) and is_released
        if is_loaded and not is_taken:
            report.count(type_name, "unchanged")
            return True
        is_edited = self.editors.are_in(type_name, state) or state.slug != slug
        # A pulled pack may name something by its new id, which is no change of the entry.
        is_same_revision = change.release is not None and change.release.number == state.number
        is_redirected = is_same_revision and bool(change.references & self.editors.ids_of_renamed)
        is_protected = is_edited or self._is_behind(change, state)
        # It was imported, or an editor created it.
        is_unknown = not state.loaded.digest
        may_be_same = (is_protected or is_redirected or is_unknown) and state.deleted_at is None
        if may_be_same and not self.editors.differ_from(change.valid, state):
            is_own = change.loaded.is_own or (state.loaded.is_own and not is_taken)
            loaded = LoadedEntry(change.digest, is_own=is_own, edit=state.newest_edit)
            self.editors.adopt(type_name, state, loaded)
            report.count(type_name, "unchanged")
            return True
        if is_protected and not is_taken:
            report.keep(self.editors.kept(type_name, slug, state))
            return True
        if is_loaded and not is_edited:
            report.count(type_name, "unchanged")
        return is_loaded and not is_edited

    def _is_behind(self, change: _Change, state: StoredState) -> bool:
        """Whether another pack, or a newer edition of this one, has left the stored entry.

        The pack of this repository never replaces what a pack of the operator left. An edition that was
        recorded before an editor's change, or at the same time elsewhere, lacks the change.
        """
        if state.loaded.is_own and not change.loaded.is_own:
            return True
        edit = state.loaded.edit
        return edit is not None and change.recorded is not None and change.recorded <= edit

    def _release(self, valid: ValidEntry) -> Release | None:
        """Return the recorded revision of an entry; None if none is, or if the entry has changed since."""
        recorded = self.result.pack.revisions.get((valid.entry.type_name, valid.slug))
        if recorded is None or recorded.digest != pack_entry(valid).digest:
            return None
        return Release(recorded.number, recorded.updated_at or pack_entry(valid).released_at)

    def _batches(self, changes: list[_Change]) -> Iterator[list[_Change]]:
        """Yield the changes in batches that refer only to themselves and to earlier ones."""
        places = {change.key: place for place, change in enumerate(changes)}
        size = len(changes) if self._removes_paragraphs(changes) else BATCH_SIZE
        batch: list[_Change] = []
        last = 0
        for place, change in enumerate(changes):
            batch.append(change)
            last = max(last, *(places.get(key, 0) for key in change.references), 0)
            # Themes may swap places in the hierarchy, which is checked in every batch.
            if len(batch) >= size and last <= place and change.key[0] != Theme.type_name:
                yield batch
                batch = []
        if batch:
            yield batch

    def _removes_paragraphs(self, changes: list[_Change]) -> bool:
        """Whether a source loses paragraphs: what cites them must then change in the same batch."""
        counts = {
            change.valid.slug: len(change.valid.body["paragraphs"])
            for change in changes
            if change.key[0] == Source.type_name and not change.is_new
        }
        stored: dict[str, int] = {}
        for slugs in _chunks(list(counts)):
            numbers = select(Source.slug, func.count()).join(Source.paragraphs).group_by(Source.slug)
            stored.update(self.session.execute(numbers.where(Source.slug.in_(slugs))).all())
        return any(stored.get(slug, 0) > count for slug, count in counts.items())

    def _write(self, batch: list[_Change]) -> None:
        written = {change.key for change in batch}
        self._fetch({change.key for change in batch if not change.is_new}, whole=True)
        self._fetch({key for change in batch for key in change.references} - written)
        self._fetch_paragraphs(batch, written)
        # Create all resources before assigning values, so that entries can refer to each other.
        for change in batch:
            if change.is_new:
                self._create(change)
        for change in batch:
            self._assign(change)
            self.step()
        self.session.flush()
        # Nothing else refers to them, so their memory is freed. What a later batch needs is read again.
        self.resources.clear()
        self.cited.clear()

    def _fetch(self, keys: Iterable[Key], *, whole: bool = False) -> None:
        """Read resources; ``whole`` ones with everything that their records contain."""
        slugs_by_type: dict[str, list[str]] = defaultdict(list)
        for type_name, slug in sorted(keys):
            slugs_by_type[type_name].append(slug)
        for type_name, slugs in slugs_by_type.items():
            model = MODELS_BY_TYPE[type_name]
            statement = select(model).options(*(_eager_options(model) if whole else ()))
            for chunk in _chunks(slugs):
                for resource in self.session.scalars(statement.where(model.slug.in_(chunk))):
                    self.resources[type_name, resource.slug] = resource
                renamed = [slug for slug in chunk if (type_name, slug) not in self.resources]
                if renamed:
                    self._fetch_renamed(statement, model, renamed)

    def _fetch_renamed(self, statement: Any, model: Any, slugs: list[str]) -> None:
        """Read resources by the ids that they had before."""
        statement = statement.add_columns(Alias.slug).join(Alias, Alias.resource_id == model.id)
        statement = statement.where(Alias.type_name == model.type_name, Alias.slug.in_(slugs))
        for resource, slug in self.session.execute(statement):
            self.resources[model.type_name, slug] = resource

    def _fetch_paragraphs(self, batch: list[_Change], written: set[Key]) -> None:
        """Read the paragraphs that a batch cites of sources that it does not write."""
        cited: dict[int, Source] = {}
        numbers: set[tuple[int, int]] = set()
        for change in batch:
            for citation in change.valid.body.get("citations", ()):
                key = Source.type_name, citation["source"]
                if key not in written and (source := self.resources.get(key)):
                    cited[source.id] = source
                    self.cited[source] = {}
                    numbers |= {(source.id, number) for number in citation["paragraphs"]}
        key_columns = tuple_(Paragraph.source_id, Paragraph.number)
        for chunk in _chunks(sorted(numbers)):
            for paragraph in self.session.scalars(select(Paragraph).where(key_columns.in_(chunk))):
                self.cited[cited[paragraph.source_id]][paragraph.number] = paragraph

    def _create(self, change: _Change) -> None:
        released_at = pack_entry(change.valid).released_at
        updated_at = change.release.at if change.release else released_at
        resource = new_resource(*change.key, created_at=released_at, updated_at=updated_at)
        if change.key in self._withdrawn and not self.editors.takes(*change.key):
            # By another pack: as if this one had been loaded first.
            resource.deleted_at = change_time(self.session)
        self.session.add(resource)
        self.resources[change.key] = resource

    @cached_property
    def _withdrawn(self) -> set[Key]:
        """Type and id of all that packs have withdrawn."""
        rows = self.session.execute(select(Withdrawal.type_name, Withdrawal.slug))
        return {(type_name, slug) for type_name, slug in rows}

    def _assign(self, change: _Change) -> None:
        resource, valid = self.resources[change.key], change.valid
        if not change.is_new:
            self._require_same_source(change)
        body = {name: value for name, value in valid.body.items() if not value or name not in DEFERRED_FIELDS}
        resource.declare_release(change.release)
        if resource.deleted_at is not None and self.editors.takes(*change.key):
            resource.deleted_at = None
        assign(resource, replace(valid, body=body), self, pack_digest=str(change.loaded))
        if not change.is_new and change.release and change.release.number > resource.revision:
            # Even if it has these values already.
            flag_modified(resource, "pack_digest")

    def _require_same_source(self, change: _Change) -> None:
        """Refuse an entry that cites only sources of this pack if the stored one cites only those of another.

        Such an entry has an id that is taken: it would replace what another source says.
        """
        resource = self.resources[change.key]
        cited = {citation["source"] for citation in change.valid.body.get("citations", ())}
        stored = {citation.source.slug for citation in getattr(resource, "citations", ())}
        known = self.result.ids | {each.key for each in self.result.pack.withdrawals}
        known |= {(key[0], self.editors.new_ids[key]) for key in known & self.editors.new_ids.keys()}
        if cited and stored and not stored & cited and not any(("source", slug) in known for slug in stored):
            raise Conflict(
                f"The id “{resource.slug}” is taken: the {change.key[0]} cites “{min(stored)}”, a source of "
                "another pack. Choose another id."
            )

    def _write_deferred_fields(self, changes: list[_Change]) -> None:
        """Write what the batches left out, in the same revisions."""
        for change in changes:
            body = {name: change.valid.body.get(name) for name in DEFERRED_FIELDS}
            if any(body.values()):
                schema = _schema(change.valid.entry.type_name, is_deferred=True)
                self._fetch({change.key}, whole=True)
                self._fetch(_references(schema, body))
                self.resources[change.key].assign(resolve_references(schema, body, self.resource))
                self.session.flush()
                self.resources.clear()

    def resource(self, type_name: str, slug: str) -> Versioned:
        """See :meth:`LookUps.resource`."""
        if (type_name, slug) not in self.resources:
            raise InvalidReference(type_name, f"There is no {type_name} “{slug}”.")
        resource: Versioned = self.resources[type_name, slug]
        return resource

    def paragraphs(self, source: Source) -> dict[int, Paragraph]:
        """See :meth:`LookUps.paragraphs`."""
        if source not in self.cited:
            # The batch writes the source, and has assigned its paragraphs before those of what cites them.
            self.cited[source] = {paragraph.number: paragraph for paragraph in source.paragraphs}
        return self.cited[source]


def _chunks(values: list[Any]) -> Iterator[list[Any]]:
    """Yield the values in lists that are short enough for the parameters of a statement."""
    return (values[start : start + BATCH_SIZE] for start in range(0, len(values), BATCH_SIZE))


@cache
def _schema(type_name: str, *, is_deferred: bool) -> CreateSchema:
    """Return the create schema of a type with its deferred fields alone, or without them."""
    schema = entry_schema(type_name)
    deferred = DEFERRED_FIELDS & schema.fields.keys()
    return type(schema)(only=deferred) if is_deferred else type(schema)(exclude=deferred)


def _references(schema: CreateSchema, body: dict[str, Any]) -> set[Key]:
    return {(type_name, slug) for _, type_name, slug in references(schema, body)}


@cache
def _eager_options(model: Any) -> tuple[Any, ...]:
    """Return the options that load the links of a resource, and what its owned rows refer to."""
    options = []
    for link in assignable_links(model):
        owned = link.mapper.class_
        # An owned row's relationship back to its owner is declared on both sides.
        others = [one for one in assignable_links(owned) if link.uselist and not one.back_populates]
        nested = [selectinload(getattr(owned, one.key)) for one in others]
        options.append(selectinload(getattr(model, link.key)).options(*nested))
    return tuple(options)


def digest(valid: ValidEntry) -> str:
    """Return the SHA-256 (hexadecimal) of an entry's body and position, which tells if it changed."""
    body = {name: value for name, value in valid.body.items() if value or name not in ADDED_FIELDS}
    content: Any = [body, valid.entry.position]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
