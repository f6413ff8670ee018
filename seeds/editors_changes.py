"""What editors changed of a pack's entries since the pack was loaded last: loading keeps it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from api.entries.assignment import assign
from api.entries.entry import Key, ValidEntry
from api.entries.entry_schemas import entry_schema
from api.entries.resolve import references
from api.entries.session_look_ups import SessionLookUps
from api.entries.whole_resources import load_whole
from models import MODELS_BY_TYPE, Alias, InvalidReference, Revision
from models.revision import changed_resources
from models.stored_revision import PACK_EDITOR

#: The name that stands for all entries, where some are named.
ALL = "all"
#: The number of characters of a digest that is stored with marks.
MARKED_DIGEST_LENGTH = 50
_LOADED_ENTRY = re.compile(r"([0-9a-f]*)(\+?)(?:@([0-9]+))?")


class LoadedEntry(NamedTuple):
    """What the column ``pack_digest`` says of the pack that was loaded last.

    ``digest`` is that of its entry, or the beginning of it; empty if it must be compared again. ``is_own``
    tells whether it was a pack of the operator, not the one of this repository, and ``edit`` is the number of
    the newest revision by an editor that the pack has, too.
    """

    digest: str
    is_own: bool = False
    edit: int | None = None

    @classmethod
    def parse(cls, text: str | None) -> LoadedEntry:
        """Read what is stored: the digest, ``+`` for a pack of the operator, and ``@`` with a number."""
        match = _LOADED_ENTRY.fullmatch(text or "")
        if match is None:
            return cls("")
        return cls(match[1], bool(match[2]), int(match[3]) if match[3] else None)

    def __str__(self) -> str:
        """Return what is stored."""
        marks = "+" * self.is_own + (f"@{self.edit}" if self.edit else "")
        return self.digest[:MARKED_DIGEST_LENGTH] + marks if marks else self.digest


@dataclass(frozen=True, order=True)
class KeptEntry:
    """An entry that stays as an editor left it, not as the pack has it; ``change`` is what was done."""

    type_name: str
    slug: str
    change: str
    editor: str
    at: dt.datetime

    def __str__(self) -> str:
        editor = "another pack" if self.editor == PACK_EDITOR else self.editor
        return f"{self.type_name} {self.slug}: {self.change} by {editor} on {self.at:%Y-%m-%d %H:%M} UTC"


class StoredState(NamedTuple):
    """What the database has of an entry: ``slug`` is its id today, and ``editor`` who changed it last."""

    slug: str
    resource_id: int
    pack_digest: str | None
    number: int
    deleted_at: dt.datetime | None
    editor: str | None
    edited_at: dt.datetime
    digest: str | None
    is_purged: bool | None

    def is_loaded_from(self, digest: str) -> bool:
        """Whether the pack's entry with this digest was loaded last, or was the same as an editor's."""
        loaded = self.loaded.digest
        return bool(loaded) and digest.startswith(loaded)

    @property
    def loaded(self) -> LoadedEntry:
        """What was loaded last."""
        return LoadedEntry.parse(self.pack_digest)

    @property
    def is_edited(self) -> bool:
        """Whether an editor made the newest revision."""
        return self.editor not in (None, PACK_EDITOR)

    @property
    def newest_edit(self) -> int | None:
        """The number of the newest revision by an editor that the stored entry is or builds on, if known."""
        return self.number if self.is_edited else self.loaded.edit


class EditorsChanges:
    """Tells what editors changed. ``taken`` names the entries that the pack overwrites nevertheless."""

    def __init__(self, session: Session, taken: Collection[str] = ()) -> None:
        """Set the session of the loader, and what is taken from the pack whatever editors did."""
        self.session, self.taken = session, taken

    def stored(self, model: Any, slugs: list[str]) -> dict[str, StoredState]:
        """Return what is stored of entries by their ids, also by those that they had before."""
        columns = (model.slug, model.id, model.pack_digest, model.revision, model.deleted_at)
        revision = (Revision.editor, Revision.created_at, Revision.digest)
        statement = select(*columns, *revision, Revision.record["purged"].as_boolean())
        statement = statement.outerjoin(Revision, Revision.is_of_present_state(model))
        rows = self.session.execute(statement.where(model.slug.in_(slugs)))
        found = {row[0]: StoredState(*row) for row in rows}
        missing = [slug for slug in slugs if slug not in found]
        if missing:
            renamed = statement.add_columns(Alias.slug).join(Alias, Alias.resource_id == model.id)
            renamed = renamed.where(Alias.type_name == model.type_name, Alias.slug.in_(missing))
            found |= {row[-1]: StoredState(*row[:-1]) for row in self.session.execute(renamed)}
        return found

    @cached_property
    def new_ids(self) -> dict[Key, str]:
        """The ids of today of all resources that were renamed, by their types and old ids."""
        found: dict[Key, str] = {}
        for type_name in self.session.scalars(select(Alias.type_name).distinct()).all():
            model = MODELS_BY_TYPE[type_name]
            ids = select(Alias.slug, model.slug).join(model, Alias.resource_id == model.id)
            rows = self.session.execute(ids.where(Alias.type_name == type_name))
            found |= {(type_name, old): new for old, new in rows}
        return found

    @cached_property
    def ids_of_renamed(self) -> set[Key]:
        """Type and id of today of every resource that was renamed."""
        return {(type_name, new) for (type_name, _), new in self.new_ids.items()}

    def takes(self, type_name: str, slug: str) -> bool:
        """Whether the pack overwrites an entry, whatever editors did."""
        return bool({ALL, slug, f"{type_name}/{slug}"} & set(self.taken))

    def are_in(self, type_name: str, state: StoredState) -> bool:
        """Whether an entry is another one than the pack left, because an editor changed it last."""
        edit = state.loaded.edit
        if not state.is_edited or edit == state.number:
            return False
        loaded = select(Revision.digest).where(
            Revision.type_name == type_name,
            Revision.resource_id == state.resource_id,
            or_(Revision.editor == PACK_EDITOR, Revision.number == edit),
        )
        digest = self.session.scalar(loaded.order_by(Revision.number.desc()).limit(1))
        return digest is None or digest != state.digest

    def differ_from(self, valid: ValidEntry, state: StoredState) -> bool:
        """Whether the stored entry has other values than that of a pack."""
        # A session of its own, which flushes nothing, in the transaction of the loader.
        connection = self.session.connection()
        options: Any = {"autoflush": False, "join_transaction_mode": "rollback_only"}
        with Session(connection, **options) as trial:
            resource = load_whole(trial, valid.entry.type_name, state.slug)
            look_ups = SessionLookUps(trial)
            schema = entry_schema(valid.entry.type_name)
            look_ups.fetch((type_name, slug) for _, type_name, slug in references(schema, valid.body))
            try:
                assign(resource, valid, look_ups)
            except InvalidReference:
                return True
            return bool(changed_resources(trial))

    def adopt(self, type_name: str, state: StoredState, loaded: LoadedEntry) -> None:
        """Note that the pack has the stored entry. That is no change of content, so it makes no revision."""
        table = MODELS_BY_TYPE[type_name].__table__
        adopted = update(table).where(table.c.id == state.resource_id).values(pack_digest=str(loaded))
        self.session.connection().execute(adopted)

    def kept(self, type_name: str, slug: str, state: StoredState) -> KeptEntry:
        """Return the report of an entry that is kept."""
        if state.deleted_at is not None:
            change = "purged" if state.is_purged else "deleted"
        elif state.slug != slug:
            change = f"renamed to {state.slug}"
        else:
            change = "changed"
        return KeptEntry(type_name, slug, change, state.editor or "unknown", state.edited_at)


def unknown_names(taken: Iterable[str], keys: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names among those to take that no entry has."""
    known = {ALL} | {name for type_name, slug in keys for name in (slug, f"{type_name}/{slug}")}
    return sorted(set(taken) - known)
