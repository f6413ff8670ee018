"""Check and write entries of a request: validated by the schemas and rules for packs, against the database.

One or several entries change at once, and are checked as they will be together. The rules run on the
changed entries and on what they need of the stored ones. A stored entry is reported, too, if a change makes
it violate a rule, such as a source of which too many words are quoted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from api.entries.assignment import assign, new_resource, types_in_order
from api.entries.database_rules import DATABASE_RULES
from api.entries.entry import Entry, Key, ValidEntry
from api.entries.entry_positions import with_positions
from api.entries.entry_schemas import entry_schema
from api.entries.essay import Essay
from api.entries.resolve import references, resolve_references
from api.entries.session_look_ups import SessionLookUps
from api.entries.stored_entries import StoredEntries
from api.entries.validation import InvalidEntry, validate
from api.entries.violations import Level, Violation
from models import Source, Versioned


@dataclass(frozen=True)
class EntryChange:
    """What an entry shall be: its whole create body. ``resource`` is the stored one, None if it is new.

    It ``is_restored`` if the resource was deleted until this change.
    """

    type_name: str
    slug: str
    body: dict[str, Any]
    resource: Any = None
    is_restored: bool = False

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type_name, self.slug


@dataclass
class CheckedChanges:
    """The result of a check. ``violations`` are errors, ``warnings`` what an editor may want to look at.

    The changes may be written if there are no violations.
    """

    changes: list[EntryChange]
    result: StoredEntries
    violations: list[Violation] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)

    @property
    def valid_entries(self) -> list[ValidEntry]:
        """The entries that passed their create schemas, in which old ids are replaced by those of today."""
        return self.result.valid_entries

    @property
    def attributed_violations(self) -> list[Violation]:
        """The violations as those of the changed entries: of what makes a stored one invalid, too."""
        return list(filter(None, (each.attributed(self.result.changed_keys) for each in self.violations)))

    def write(self) -> list[Versioned]:
        """Create and assign the resources, without a flush; return them in the order of the changes.

        Raises:
            ValueError: there are violations.
        """
        if self.violations:
            raise ValueError("Changes with violations cannot be written.")
        look_ups, session = self.result.look_ups, self.result.session
        resources: dict[Key, Any] = dict(self.result.stored)
        with session.no_autoflush:
            for change in self.changes:
                if change.resource is None:
                    resources[change.key] = new_resource(*change.key)
                    look_ups.add(resources[change.key])
            for valid in sorted(self.valid_entries, key=_order_of_writing):
                assign(resources[valid.key], valid, look_ups)
            session.add_all(resources.values())
        return [resources[change.key] for change in self.changes]


def check_entries(
    session: Session,
    changes: Iterable[EntryChange],
    *,
    essays: Mapping[str, Essay] | None = None,
    drafts: Collection[Key] = (),
) -> CheckedChanges:
    """Check what a request makes of entries, as they will be together.

    ``essays`` are the texts of the sources, by id (``api.entries.essay_folder``): without them, quotations
    are not compared with the texts. References to ``drafts``, by type and id, are valid although they are
    not stored.

    A reference by an old id is one to the resource that had it. A new entry without a position becomes the
    last of its film and source, like an entry at the end of the file in which a pack has them.
    """
    changes = list(changes)
    entries, valid_entries, violations = [], [], []
    for change in changes:
        entry = Entry(change.type_name, change.slug, change.body, getattr(change.resource, "position", 0))
        entries.append(entry)
        try:
            valid_entries.append(validate(entry))
        except InvalidEntry as error:
            violations += error.violations
    look_ups = SessionLookUps(session)
    _fetch(look_ups, valid_entries, {change.key for change in changes if change.resource is None})
    result = StoredEntries(
        with_positions(session, look_ups, [_with_ids_of_today(valid, look_ups) for valid in valid_entries]),
        essays or {},
        session=session,
        look_ups=look_ups,
        all_changes=entries,
        stored={change.key: change.resource for change in changes if change.resource is not None},
        restored={change.key for change in changes if change.is_restored},
        drafts=drafts,
    )
    checked = CheckedChanges(changes, result, violations)
    with session.no_autoflush:
        for violation in (found for rule in DATABASE_RULES for found in rule(result)):
            if violation.attributed(result.changed_keys):
                is_error = violation.level is Level.ERROR
                (checked.violations if is_error else checked.warnings).append(violation)
    return checked


def _fetch(look_ups: SessionLookUps, entries: list[ValidEntry], new: set[Key]) -> None:
    """Read what entries refer to, and the paragraphs that they cite, but not the entries that are created."""
    keys: set[Key] = set()
    numbers: dict[str, set[int]] = defaultdict(set)
    for valid in entries:
        schema = entry_schema(valid.entry.type_name)
        keys |= {(type_name, slug) for _, type_name, slug in references(schema, valid.body)}
        for citation in valid.body.get("citations", ()):
            numbers[citation["source"]].update(citation["paragraphs"])
    look_ups.fetch(keys - new)
    written = {valid.slug for valid in entries if valid.entry.type_name == Source.type_name}
    look_ups.fetch_paragraphs({slug: cited for slug, cited in numbers.items() if slug not in written})


def _with_ids_of_today(valid: ValidEntry, look_ups: SessionLookUps) -> ValidEntry:
    """Return an entry in which old ids of what it refers to are replaced."""

    def id_of_today(type_name: str, slug: str) -> str:
        resource = look_ups.find(type_name, slug)
        return resource.slug if resource else slug

    return replace(
        valid, body=resolve_references(entry_schema(valid.entry.type_name), valid.body, id_of_today)
    )


def _order_of_writing(valid: ValidEntry) -> tuple[int, bool]:
    """Return what sorts entries after those that they refer to, and subthemes after top-level themes."""
    return types_in_order().index(valid.entry.type_name), valid.body.get("broader") is not None
