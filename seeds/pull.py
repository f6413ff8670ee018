"""Write what editors changed back into the files of a pack, with as little difference as possible.

An entry is written if an editor made its newest revision: what changed in it, and nothing else. A pack that
is newer than the database keeps what it has. The result is checked before any file is replaced, and loading
it changes nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.entries.entry import Entry, Key, ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.records import record_to_body
from api.entries.resolve import references
from api.entries.validation import InvalidEntry, validate
from api.entries.whole_resources import load_all_whole
from models import MODELS_BY_TYPE, RESOURCES, Alias, Source, Status
from models.author import to_author, to_body, to_performer
from models.film import Film, OfFilm
from models.stored_revision import PACK_EDITOR, Revision
from seeds.check import CheckResult, check_pack
from seeds.editors_changes import ALL, EditorsChanges, LoadedEntry, StoredState
from seeds.load import digest
from seeds.pack import Pack, PackEntry, read_pack
from seeds.pack_file import POSITION, PackFile
from seeds.recorded_revisions import FILE_NAME as REVISIONS
from seeds.recorded_revisions import RecordedRevision, format_revisions
from seeds.release_dates import RELEASED_AT
from seeds.rules import RULES
from seeds.withdrawals import FILE_NAME as WITHDRAWN

#: Fields of names, which a pack and a record may write differently.
NAMES = {"authors": to_author, "performers": to_performer}


#: The number of entries that a message names.
MAX_NAMED = 10


class PullError(Exception):
    """The pack cannot be written; ``str()`` says why, in one or more lines."""


@dataclass
class Pull:
    """What is written: the new content of files by their paths, and a line for each entry that changes.

    ``conflicts`` are entries that editors and the pack have changed; they stay as the pack has them.
    ``references`` are what is left of references to deleted and purged items, which somebody must change in
    the files by hand; a deleted entry stays until then.
    """

    root: Path
    files: dict[Path, bytes] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)

    def diff(self) -> str:
        """Return the differences as ``diff -u`` shows them."""
        return "".join(
            line
            for path, content in sorted(self.files.items())
            for line in unified_diff(
                path.read_text("utf-8").splitlines(True) if path.exists() else [],
                content.decode().splitlines(True),
                str(path),
                str(path),
            )
        )

    def write(self) -> None:
        """Replace the files, each atomically."""
        for path, content in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
                temporary.write(content)
            if path.exists():
                shutil.copymode(path, temporary.name)
            else:
                os.chmod(temporary.name, 0o644)
            os.replace(temporary.name, path)


def pull(session: Session, root: Path, *, film: str | None = None, take: Collection[str] = ()) -> Pull:
    """Return what editors changed of a pack's entries, as changes of its files.

    ``film`` restricts it to the entries of one film. ``take`` names entries, by id or type and id, that are
    written although the pack has changed them too; ``all`` names all.

    Raises:
        PullError: the pack has errors, or would have some.
    """
    pack = read_pack(root)
    result, diagnostics = check_pack(pack, (), exists_elsewhere=lambda *_: True)
    errors = [each for each in diagnostics if each.level == "error"]
    if root.is_dir() and not any(root.iterdir()):
        # A new pack.
        errors = [each for each in errors if each.rule != "pack"]
    if errors:
        raise PullError("\n".join(map(str, errors)))
    return _Puller(session, pack, result, film, EditorsChanges(session, take)).run()


@dataclass
class _Stored:
    """A stored resource, and its entry as a pack would write it."""

    resource: Any
    valid: ValidEntry
    body: dict[str, Any]
    state: StoredState


class _Deleted(NamedTuple):
    """Something that is deleted; ``entry`` is what the pack has of it."""

    key: Key
    entry: PackEntry | None
    state: StoredState


class _Puller:
    def __init__(
        self,
        session: Session,
        pack: Pack,
        result: CheckResult,
        film: str | None,
        editors: EditorsChanges,
    ) -> None:
        self.session, self.pack, self.film, self.editors = session, pack, film, editors
        self.root = root = pack.roots[0]
        self.valid = result.entries_by_id
        #: The entries of the pack as it will be.
        self.after = dict(self.valid)
        self.entries = {entry.key: entry for entry in pack.entries}
        self.pull = Pull(root)
        self.files: dict[Path, PackFile] = {}
        #: The ids of today of entries that were renamed, and the entries that are written.
        self.renamed: dict[Key, str] = {}
        self.written: set[Key] = set()
        #: Entries that only name another one by its id of today.
        self.redirected: set[Key] = set()
        self.withdrawn: dict[Path, list[tuple[Key, str | None]]] = {}
        #: What is deleted, by the ids of the pack and of the database, and the vocabulary of other packs.
        self.deleted: dict[Key, _Deleted] = {}
        self.of_other_packs: dict[Key, _Stored] = {}

    def run(self) -> Pull:
        for model in RESOURCES:
            self._update(model)
        for model in RESOURCES:
            self._add_new(model)
        self._add_vocabulary_in_use()
        self._delete()
        self._replace_old_ids()
        for file in self.files.values():
            self._number(file)
            self._keep(file.path, file.content())
        for path, rows in self.withdrawn.items():
            self._keep(path, self._withdrawals(path, rows))
        if self.pull.files:
            self._record_revisions()
        return self.pull

    def _keep(self, path: Path, content: bytes) -> None:
        if not path.exists() or path.read_bytes() != content:
            self.pull.files[path] = content

    # Entries of the pack ------------------------------------------------------------------------------------

    def _update(self, model: Any) -> None:
        entries = [entry for entry in self.pack.entries if entry.type_name == model.type_name]
        states = self.editors.stored(model, [entry.slug for entry in entries])
        edited = {slug: state for slug, state in states.items() if state.newest_edit or state.slug != slug}
        stored = self._load(model, [state.slug for state in edited.values()])
        for entry in entries:
            state = edited.get(entry.slug)
            if state and self._is_of_film(entry.type_name, entry.slug, entry.body):
                self._update_one(entry, stored[state.slug], state)

    def _is_of_film(self, type_name: str, slug: str, body: dict[str, Any]) -> bool:
        films = [slug] if type_name == Film.type_name else [body.get("film"), *(body.get("films") or ())]
        return self.film is None or self.film in films

    def _load(self, model: Any, slugs: list[str]) -> dict[str, _Stored]:
        states = self.editors.stored(model, slugs)
        found = {}
        for resource in load_all_whole(self.session, model, slugs):
            body, _ = record_to_body(model.type_name, resource.to_record())
            position = body.pop(POSITION, 0)
            entry = Entry(model.type_name, resource.slug, body, position)
            try:
                # Of what was purged, nothing is left that would be valid.
                valid = ValidEntry(entry, {}) if resource.deleted_at else validate(entry)
            except InvalidEntry as error:
                raise PullError(f"{model.type_name} {resource.slug}: {error}") from None
            found[resource.slug] = _Stored(resource, valid, body, states[resource.slug])
        return found

    def _update_one(self, entry: PackEntry, stored: _Stored, state: StoredState) -> None:
        valid = self.valid[entry.key]
        has_position = hasattr(MODELS_BY_TYPE[entry.type_name], POSITION)
        is_moved = has_position and entry.position != stored.valid.entry.position
        is_here = state.slug == entry.slug and state.deleted_at is None
        if is_here and not is_moved and not _differing(valid, stored.valid):
            return
        is_base = state.is_loaded_from(digest(valid)) or state.is_purged or self._is_behind(entry, state)
        if not is_base and not self.editors.takes(*entry.key):
            # A pack that was changed after it had adopted what editors did is newer than the database.
            if state.is_edited:
                self.pull.conflicts.append(str(self.editors.kept(*entry.key, state)))
            return
        if state.deleted_at is not None:
            self.deleted[entry.key] = _Deleted(entry.key, entry, state)
            return
        self.written.add((entry.type_name, state.slug))
        del self.after[entry.key]
        self.after[entry.type_name, state.slug] = stored.valid
        file = self._file(entry.file)
        if state.slug != entry.slug:
            file.block(entry.slug).rename(state.slug)
            self.renamed[entry.key] = state.slug
            self._withdraw(entry.key, state.slug)
            self.pull.changes.append(f"{entry.type_name} {entry.slug}: renamed to {state.slug}")
        self._write_fields(file, entry, stored)

    def _is_behind(self, entry: PackEntry, state: StoredState) -> bool:
        """Whether an entry is that of an earlier revision: of an older edition of the pack."""
        recorded = self.pack.revisions.get(entry.key)
        if recorded is None or recorded.digest != entry.digest or recorded.number >= state.number:
            return False
        record = self.session.scalar(
            select(Revision.record).where(
                Revision.type_name == entry.type_name,
                Revision.resource_id == state.resource_id,
                Revision.number == recorded.number,
            )
        )
        if record is None or record.get("purged"):
            return False
        body, _ = record_to_body(entry.type_name, record)
        position = body.pop(POSITION, entry.position)
        try:
            earlier = validate(Entry(entry.type_name, entry.slug, body, position))
        except InvalidEntry:
            # An older version of Subtext stored it.
            return False
        return position == entry.position and not _differing(self.valid[entry.key], earlier)

    def _write_fields(self, file: PackFile, entry: PackEntry, stored: _Stored) -> None:
        names = _differing(self.valid[entry.key], stored.valid)
        block = file.block(stored.resource.slug)
        for name in names:
            block.set(name, stored.body.get(name), _order(entry.type_name))
        moved = []
        if block.position is not None and block.position != stored.valid.entry.position:
            block.position, moved = stored.valid.entry.position, [POSITION]
        if names or moved:
            self.pull.changes.append(f"{entry.type_name} {entry.slug}: {', '.join([*names, *moved])}")

    # New entries --------------------------------------------------------------------------------------------

    def _add_new(self, model: Any) -> None:
        """Add what editors created and the pack lacks, unless it belongs to another pack."""
        first = (Revision.type_name == model.type_name, Revision.resource_id == model.id)
        by_editors = select(Revision.id).where(*first, Revision.number == 1, Revision.editor != PACK_EDITOR)
        statement = select(model.slug).where(by_editors.exists())
        known = {slug for type_name, slug in self.entries if type_name == model.type_name}
        known |= {slug for (type_name, _), slug in self.renamed.items() if type_name == model.type_name}
        slugs = [slug for slug in self.session.scalars(statement) if slug not in known]
        stored = self._load(model, slugs)
        for slug in sorted(stored, key=lambda slug: (stored[slug].valid.entry.position, slug)):
            one = stored[slug]
            path = self._path_of(model, slug, one.body)
            if path is None or not self._is_of_film(model.type_name, slug, one.body):
                continue
            if self._may_be_of_another_pack(model, one):
                self.of_other_packs[one.valid.key] = one
            else:
                self._add(path, model, one)

    def _may_be_of_another_pack(self, model: Any, stored: _Stored) -> bool:
        """Whether a pack has loaded a new entry, and nothing tells whether that is another pack."""
        is_of_pack = issubclass(model, OfFilm | Source) or self.film == stored.resource.slug
        return stored.state.loaded != LoadedEntry("") and not is_of_pack

    def _add_vocabulary_in_use(self) -> None:
        """Add new themes and the like which another pack may have, if this one has a file of them to use."""
        added = True
        while added:
            used = self._references().keys() & self.of_other_packs.keys()
            added = False
            for key in sorted(used):
                model = MODELS_BY_TYPE[key[0]]
                stored = self.of_other_packs.pop(key)
                path = self._path_of(model, key[1], stored.body)
                if path is not None and path.exists():
                    self._add(path, model, stored)
                    added = True

    def _references(self) -> dict[Key, list[Key]]:
        """Return who refers to what in the pack as it will be."""
        found: dict[Key, list[Key]] = {}
        for key, valid in sorted(self.after.items()):
            for _, *target in references(entry_schema(key[0]), valid.body):
                referrers = found.setdefault((target[0], target[1]), [])
                if key not in referrers:
                    referrers.append(key)
        return found

    def _delete(self) -> None:
        """Remove and withdraw what is deleted, but not what the pack still refers to."""
        deleted = dict(self.deleted)
        left: list[tuple[Key, str]] = []
        for key in deleted:
            self.after.pop(key, None)
        is_complete = False
        while not is_complete:
            is_complete, referred = True, self._references()
            for key, one in list(deleted.items()):
                names = (key, (key[0], one.state.slug))
                referrers = [each for name in dict.fromkeys(names) for each in referred.get(name, ())]
                if referrers:
                    del deleted[key]
                    left.append((key, f"{self.editors.kept(*key, one.state)}; {_list(referrers)}"))
                    if one.entry is not None:
                        # It stays, and so does what it refers to.
                        self.after[key] = self.valid[key]
                        is_complete = False
        for one in deleted.values():
            self._delete_one(one)
        self.pull.references = [line for _, line in sorted(left)]

    def _delete_one(self, one: _Deleted) -> None:
        if one.entry is None:
            # Nobody has to know of what was purged before any pack had it.
            if not one.state.is_purged:
                self._withdraw(one.key, None)
            return
        self.written.add((one.key[0], one.state.slug))
        self._file(one.entry.file).remove(one.entry.slug)
        self._withdraw(one.key, None)
        self.pull.changes.append(f"{one.key[0]} {one.key[1]}: deleted")

    def _path_of(self, model: Any, slug: str, body: dict[str, Any]) -> Path | None:
        """Return the file to which a new entry belongs; None if that is in another pack."""
        if model is Film:
            return self.root / "films" / slug / "film.yml"
        if not issubclass(model, OfFilm):
            films = body.get("films") if model is Source else None
            has_one = films is None or any(self._has_film(film) for film in films)
            return self.root / f"{model.__tablename__}.yml" if has_one else None
        folder = self.root / "films" / body["film"]
        cited = {citation["source"] for citation in body.get("citations", ())}
        own = {slug for type_name, slug in self.written | self.entries.keys() if type_name == "source"}
        is_here = cited & own or (self._has_film(body["film"]) and not cited)
        return folder / f"{model.__tablename__}.yml" if is_here else None

    def _has_film(self, film: str) -> bool:
        return (Film.type_name, film) in self.entries or (Film.type_name, film) in self.written

    def _add(self, path: Path, model: Any, stored: _Stored) -> None:
        key, resource = stored.valid.key, stored.resource
        if resource.deleted_at is not None:
            self.deleted[key] = _Deleted(key, None, stored.state)
            return
        self.written.add(key)
        self.after[key] = stored.valid
        file = self._file(path)
        released_at = _release_date(file, path, self.files)
        if released_at is None:
            file.header = [f"{RELEASED_AT}: {resource.created_at:%Y-%m-%dT%H:%M:%SZ}", ""]
            released_at = resource.created_at
        values = _written_values(stored)
        if released_at != resource.created_at:
            values[RELEASED_AT] = resource.created_at
        block = file.add(key[1], values)
        block.position = stored.valid.entry.position if hasattr(model, POSITION) else None
        self.pull.changes.append(f"{key[0]} {key[1]}: new")
        aliases = select(Alias.slug).where(Alias.type_name == key[0], Alias.resource_id == resource.id)
        for slug in self.session.scalars(aliases):
            self._withdraw((key[0], slug), key[1])

    # Files --------------------------------------------------------------------------------------------------

    def _file(self, path: Path) -> PackFile:
        path = self.root / Path(os.path.abspath(path)).relative_to(os.path.abspath(self.root))
        if path not in self.files:
            self.files[path] = file = PackFile(path)
            entries = {
                entry.slug: entry
                for entry in self.pack.entries
                if os.path.abspath(entry.file) == os.path.abspath(path)
            }
            for block in file.blocks:
                if hasattr(MODELS_BY_TYPE[entries[block.slug].type_name], POSITION):
                    block.position = entries[block.slug].position
            if file.blocks and file.blocks[0].written_position is None:
                file.first_position = file.blocks[0].position
            elif (path.parent / "film.yml").exists() or path.parent / "film.yml" in self.files:
                file.first_position = 1
        return self.files[path]

    def _replace_old_ids(self) -> None:
        """Write the ids of today into entries that refer to renamed ones and did not change themselves.

        Those may be in other packs.
        """
        elsewhere = self.editors.new_ids
        new_ids = {key: slug for key, slug in elsewhere.items() if key not in self.entries} | self.renamed
        for key, valid in self.valid.items():
            if not new_ids or key in self.written:
                continue
            names = {
                str(path[0])
                for path, *target in references(entry_schema(key[0]), valid.body)
                if tuple(target) in new_ids and path[0] != "film"
            }
            for name in names:
                entry = self.entries[key]
                value = _with_ids(entry.body[name], {old: new for (_, old), new in new_ids.items()})
                self._file(entry.file).block(key[1]).set(name, value, _order(key[0]))
                self.redirected.add(key)

    def _number(self, file: PackFile) -> None:
        """Sort the entries by position, and write the positions that do not follow from the order."""
        places = [block.position for block in file.blocks if block.position is not None]
        if len(places) < len(file.blocks):
            return
        if places != sorted(places):
            file.blocks.sort(key=lambda block: (block.position or 0, block.slug))
        order = _order(_type_of(file.path))
        implied = file.first_position
        for block in file.blocks:
            block.number(implied, order)
            implied = None if self._says_all_positions(file) else (block.position or 0) + 1

    def _says_all_positions(self, file: PackFile) -> bool:
        """Whether all entries of a file say their positions: scenes added to a film of another pack."""
        return file.path.name == "scenes.yml" and not (file.path.parent / "film.yml").exists()

    # Withdrawals and revisions ------------------------------------------------------------------------------

    def _withdraw(self, key: Key, moved_to: str | None) -> None:
        if key in {each.key for each in self.pack.withdrawals}:
            return
        film = next((slug for slug in self._films() if key[1].startswith(f"{slug}-")), None)
        is_of_film = issubclass(MODELS_BY_TYPE[key[0]], OfFilm)
        if is_of_film and not film:
            # The pack has never had its film.
            return
        folder = self.root / "films" / film if film and is_of_film else self.root
        self.withdrawn.setdefault(folder / WITHDRAWN, []).append((key, moved_to))

    def _films(self) -> list[str]:
        folders = (self.root / "films").glob("*")
        return sorted((folder.name for folder in folders if folder.is_dir()), key=len, reverse=True)

    def _withdrawals(self, path: Path, rows: list[tuple[Key, str | None]]) -> bytes:
        text = path.read_text("utf-8") if path.exists() else "withdrawn:\n"
        for (type_name, slug), moved_to in rows:
            text += "" if text.endswith("\n") else "\n"
            text += f"  - id: {slug}\n    type: {type_name}\n    reason: null\n"
            text += f"    moved_to: {moved_to}\n" if moved_to else ""
        for (_, slug), new in self.renamed.items():
            text = text.replace(f"moved_to: {slug}\n", f"moved_to: {new}\n")
        return text.encode()

    def _record_revisions(self) -> None:
        """Check the pack as it will be, and record the revisions of what was written."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "pack"
            shutil.copytree(self.root, copy, ignore=shutil.ignore_patterns("__pycache__"))
            for path, content in self.pull.files.items():
                target = copy / path.relative_to(self.root)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            pack = read_pack(copy)
            result, diagnostics = check_pack(pack, RULES, exists_elsewhere=self._is_stored)
            if errors := [each for each in diagnostics if each.level == "error"]:
                message = "\n".join(str(each).replace(str(copy), str(self.root)) for each in errors)
                raise PullError(f"{message}\nThe pack would have errors, so nothing was written.")
            revisions = dict(pack.revisions)
            has_file = bool(pack.roots_with_revisions)
            for key in [key for key in revisions if key not in result.entries_by_id]:
                del revisions[key]
            self._require_same(result)
            for entry in pack.entries:
                is_changed = entry.key in self.written | self.redirected or not has_file
                if is_changed and (recorded := self._revision(entry)):
                    revisions[entry.key] = recorded
            self._keep(self.root / REVISIONS, format_revisions(revisions).encode())

    def _is_stored(self, type_name: str, slug: str) -> bool:
        model = MODELS_BY_TYPE[type_name]
        return self.session.scalar(select(model.id).where(model.slug == slug)) is not None

    def _require_same(self, result: CheckResult) -> None:
        """Check that what was written is what is stored."""
        for model in RESOURCES:
            slugs = [slug for type_name, slug in self.written if type_name == model.type_name]
            for slug, stored in self._load(model, slugs).items():
                valid = result.entries_by_id.get((model.type_name, slug))
                if stored.resource.deleted_at is None and (
                    valid is None
                    or _differing(valid, stored.valid)
                    or (hasattr(model, POSITION) and valid.entry.position != stored.resource.position)
                ):
                    raise PullError(f"{model.type_name} {slug} cannot be written. Nothing was changed.")

    def _revision(self, entry: PackEntry) -> RecordedRevision | None:
        model = MODELS_BY_TYPE[entry.type_name]
        row = self.session.execute(
            select(model.revision, model.updated_at).where(model.slug == entry.slug)
        ).first()
        if row is None:
            return None
        updated_at: dt.datetime | None = row.updated_at if row.revision > 1 else None
        return RecordedRevision(row.revision, entry.digest, updated_at, self.root / REVISIONS)


def _list(referrers: list[Key]) -> str:
    """Return who refers to something, as the beginning of a sentence about it."""
    names = [f"{type_name} {slug}" for type_name, slug in referrers[:MAX_NAMED]]
    more = len(referrers) - len(names)
    return f"referred to by {', '.join(names)}{f' and {more} more' if more else ''}"


def _type_of(path: Path) -> str:
    return next((m.type_name for m in RESOURCES if f"{m.__tablename__}.yml" == path.name), Film.type_name)


def _order(type_name: str) -> list[str]:
    return [*entry_schema(type_name).fields, RELEASED_AT]


def _differing(pack: ValidEntry, stored: ValidEntry) -> list[str]:
    """Return the fields, as they are written, in which a pack's entry differs from the stored one."""
    one, other = _comparable(pack), _comparable(stored)
    fields = entry_schema(pack.entry.type_name).fields
    keys = {name: each.attribute or name for name, each in fields.items()}
    return [name for name, key in keys.items() if one.get(key) != other.get(key)]


def _comparable(valid: ValidEntry) -> dict[str, Any]:
    """Return a loaded body in which what may be left out or written otherwise is always the same."""
    body = {name: value for name, value in valid.body.items() if value not in (None, [], {}, False)}
    for name, to_stored in NAMES.items():
        if name in body:
            body[name] = [to_body(to_stored(each)) for each in body[name]]
    if valid.entry.type_name == "character" and body.get("performers"):
        # A plain name next to the list is that of the first.
        body.pop("performer", None)
    if valid.entry.type_name == "commentary":
        body.setdefault("source", body["citations"][0]["source"])
    if isinstance(body.get("identifiers"), dict):
        body["identifiers"] = {name: value for name, value in body["identifiers"].items() if value}
    for name in ("relations", "narration"):
        if name in body:
            body[name] = [{k: v for k, v in part.items() if v is not None} for part in body[name]]
    return body


def _written_values(stored: _Stored) -> dict[str, Any]:
    """Return the fields that a new entry writes: those without a default, or with another value."""
    schema = entry_schema(stored.valid.entry.type_name)
    values = {}
    for name in schema.fields:
        value = stored.body.get(name)
        is_default = value in (None, [], {}, False) or (name == "status" and value == Status.PUBLISHED)
        is_implied = name == "film" or (name == "source" and _cited_sources(stored) == {value})
        if not is_implied and (schema.fields[name].required or not is_default):
            values[name] = _without_nulls(value)
    return values


def _cited_sources(stored: _Stored) -> set[str]:
    return {citation["source"] for citation in stored.body["citations"]}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return value


def _with_ids(value: Any, new_ids: dict[str, str]) -> Any:
    """Return a value in which old ids are replaced."""
    if isinstance(value, list):
        return [_with_ids(each, new_ids) for each in value]
    if isinstance(value, dict):
        return {name: _with_ids(each, new_ids) for name, each in value.items()}
    return new_ids.get(value, value) if isinstance(value, str) else value


def _release_date(file: PackFile, path: Path, files: dict[Path, PackFile]) -> dt.datetime | None:
    """Return the release date of a file's entries: its own, or that of the film."""
    if file.released_at is not None:
        return file.released_at
    film = path.parent / "film.yml"
    if path.name != film.name and (film in files or film.is_file()):
        return (files.get(film) or PackFile(film)).released_at
    return None


__all__ = ["ALL", "Pull", "PullError", "pull"]
