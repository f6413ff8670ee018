"""Apply changes to resources in a session: the core of every write, over the API and elsewhere.

``apply_changes`` takes what is requested, finds and locks the items, checks preconditions, lets the rules for
entries judge what the items become together (``api.entries.changes``), and flushes. It commits nothing: call
it in ``database().write_session()`` and ``change_set(session, editor=…)``. If it raises an error, roll back:
then nothing has changed.

To publish a draft, or a release of several, request a POST or PUT with the record's create body, and pass the
drafts that may be referred to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, cast

from sqlalchemy import Select, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.entries.changes import EntryChange, check_entries
from api.entries.entry import MALFORMED_ID, is_valid_id
from api.entries.essay import Essay
from api.entries.records import record_to_body
from api.entries.violations import Violation
from api.entries.whole_resources import load_all_whole
from api.http.errors import ProblemException
from api.schemas.fields import RESERVED_SLUGS
from api.writing.item_state import changed_meanwhile, require_state
from api.writing.json_body import Fault, invalid_body
from api.writing.requested_change import ENTRY_METHODS, Method, RequestedChange, merge_patch
from models import (
    MODELS_BY_TYPE,
    Alias,
    Conflict,
    DomainError,
    Film,
    Gone,
    InUse,
    InvalidReference,
    Renamed,
    Status,
    Versioned,
    Withdrawal,
)
from models.base import random_key
from models.draft import Draft
from models.film import OfFilm
from models.referrers import find_referrers
from models.revision import change_time

#: The number of referrers that a refused deletion names.
MAX_REFERRERS = 20
#: An error of one change: it ends the request unless there are several changes.
ChangeError = DomainError | ProblemException


class Outcome(StrEnum):
    """What a change has done."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    RENAMED = "renamed"
    DELETED = "deleted"


@dataclass(frozen=True)
class Applied:
    """A change that was applied; ``warnings`` are what the rules advise against, but do not forbid."""

    resource: Versioned
    outcome: Outcome
    warnings: Sequence[Violation] = ()


class RefusedChanges(Exception):
    """Some of several changes are refused: the error of each, by its index."""

    def __init__(self, errors: Mapping[int, ChangeError]) -> None:
        self.errors = dict(sorted(errors.items()))
        super().__init__(f"{len(errors)} changes are refused.")


def apply_change(session: Session, change: RequestedChange, **options: Any) -> Applied:
    """Apply one change; ``options`` are those of ``apply_changes``.

    Raises:
        DomainError, ProblemException: it is refused.
    """
    try:
        return apply_changes(session, [change], **options)[0]
    except RefusedChanges as refused:
        raise refused.errors[0] from None


def apply_changes(
    session: Session,
    changes: Sequence[RequestedChange],
    *,
    essays: Mapping[str, Essay] | None = None,
    drafts: Collection[tuple[str, str]] = (),
) -> list[Applied]:
    """Apply changes of different items as one, and flush them.

    First all items are written whose bodies change, which are checked as they will be together; then items
    are renamed, then deleted, in the order of the changes.

    Raises:
        RefusedChanges: some are refused. The session must be rolled back.
    """
    application = _Application(session, changes, essays, drafts)
    application.find()
    application.write()
    application.rename_and_delete()
    return [application.applied[index] for index in range(len(changes))]


@dataclass
class _Application:
    session: Session
    changes: Sequence[RequestedChange]
    essays: Mapping[str, Essay] | None
    drafts: Collection[tuple[str, str]]
    #: By the index of a change: the item that it is about, if that exists; what was done; why it is refused.
    resources: dict[int, Any] = field(default_factory=dict)
    applied: dict[int, Applied] = field(default_factory=dict)
    errors: dict[int, ChangeError] = field(default_factory=dict)

    def find(self) -> None:
        """Lock and load the items, and check the preconditions."""
        slugs: dict[str, list[str]] = {}
        # Always in the same order, so that two requests for the same items do not wait for each other.
        for index in sorted(range(len(self.changes)), key=lambda index: self.changes[index].key):
            change = self.changes[index]
            try:
                if self._lock(change):
                    slugs.setdefault(change.type_name, []).append(change.slug)
            except (DomainError, ProblemException) as error:
                self.errors[index] = error
        found = {
            (type_name, resource.slug): resource
            for type_name in slugs
            for resource in load_all_whole(self.session, MODELS_BY_TYPE[type_name], slugs[type_name])
        }
        for index, change in enumerate(self.changes):
            resource = self.resources[index] = found.get(change.key)
            if resource is not None:
                try:
                    require_state(self.session, resource, change.preconditions)
                except ProblemException as error:
                    self.errors[index] = error
        self._require_no_errors()

    def _lock(self, change: RequestedChange) -> bool:
        """Lock the item that a change is about; return whether there is one. If not, it is to be created."""
        require_published(change)
        model = MODELS_BY_TYPE[change.type_name]
        if change.method is Method.POST:
            require_free(self.session, model, change.slug)
            require_no_draft(self.session, model, change.slug)
            return False
        if lock(self.session, model, change.slug, is_removed=change.method is Method.DELETE):
            return True
        if change.method is Method.PUT and change.preconditions.may_create:
            self._require_creatable(model, change.slug)
            return False
        raise model.missing_error(self.session, change.slug)

    def _require_creatable(self, model: Any, slug: str) -> None:
        """Check that a PUT may create the item: an id that was used before is never used again."""
        error = model.missing_error(self.session, slug)
        if isinstance(error, Gone | Renamed):
            raise error
        require_free(self.session, model, slug)
        require_no_draft(self.session, model, slug)

    def write(self) -> None:
        """Check and write the items whose bodies change."""
        entries = {
            index: self._entry_change(index, change)
            for index, change in enumerate(self.changes)
            if change.method in ENTRY_METHODS
        }
        if not entries:
            return
        checked = check_entries(self.session, entries.values(), essays=self.essays, drafts=self.drafts)
        # What a deleted item becomes by the other changes does not matter.
        deleted = {change.key for change in self.changes if change.method is Method.DELETE}
        checked.violations = [each for each in checked.violations if each.entry.key not in deleted]
        self._collect(checked.attributed_violations, entries)
        self._require_no_errors()
        numbers = {index: entry.resource and entry.resource.revision for index, entry in entries.items()}
        try:
            resources = checked.write()
            self.session.flush()
        except InvalidReference as error:
            self._refuse_all(entries, invalid_body([Fault("", str(error))]))
        except (IntegrityError, StaleDataError) as error:
            self._refuse_all(entries, _lost_race(error))
        for index, resource in zip(entries, resources, strict=True):
            warnings = [each for each in checked.warnings if each.entry.key == self.changes[index].key]
            self.applied[index] = Applied(resource, _outcome(numbers[index], resource), warnings)

    def _entry_change(self, index: int, change: RequestedChange) -> EntryChange:
        resource, body = self.resources[index], change.body
        if change.method is Method.PATCH:
            stored = record_to_body(change.type_name, resource.to_record()).body
            body = merge_patch(change.type_name, stored, body)
        return EntryChange(change.type_name, change.slug, body, resource, change.is_restored)

    def _collect(self, violations: Sequence[Violation], entries: Mapping[int, EntryChange]) -> None:
        """Add what violates a rule to the errors of the changes."""
        indexes = {entry.key: index for index, entry in entries.items()}
        faults: dict[int, list[Fault]] = {}
        for violation in violations:
            fault = Fault(violation.pointer, violation.message)
            faults.setdefault(indexes[violation.entry.key], []).append(fault)
        self.errors |= {index: invalid_body(found) for index, found in faults.items()}

    def rename_and_delete(self) -> None:
        """Rename items, then delete items."""
        steps = {Method.RENAME: self._rename, Method.DELETE: self._delete}
        for method, step in steps.items():
            for index, change in enumerate(self.changes):
                if change.method is method:
                    try:
                        self.applied[index] = step(self.resources[index], change)
                        self.session.flush()
                    except (DomainError, ProblemException) as error:
                        self.errors[index] = error
                    except (IntegrityError, StaleDataError) as error:
                        self._refuse_all([index], _lost_race(error))
        self._require_no_errors()

    def _rename(self, resource: Any, change: RequestedChange) -> Applied:
        old, new = resource.slug, change.body["id"]
        if new == old:
            return Applied(resource, Outcome.UNCHANGED)
        require_id(new, resource.film.slug if isinstance(resource, OfFilm) else None)
        require_free(self.session, type(resource), new)
        if isinstance(resource, Film):
            self._require_no_entries(resource)
        require_no_draft(self.session, type(resource), new)
        Draft.follow_rename(self.session, resource, new)
        alias = Alias(type_name=resource.type_name, slug=old, resource_id=resource.id)
        self.session.add(alias)
        resource.slug, resource.random_key = new, random_key(resource.type_name, new)
        return Applied(resource, Outcome.RENAMED)

    def _require_no_entries(self, film: Film) -> None:
        if any(isinstance(each, OfFilm) for each in find_referrers(self.session, film, MAX_REFERRERS)):
            raise Conflict(
                f"The film “{film.slug}” cannot be renamed: the ids of its scenes, quotes and other entries "
                "begin with its id."
            )

    def _delete(self, resource: Any, _change: RequestedChange) -> Applied:
        referrers = find_referrers(self.session, resource, MAX_REFERRERS + 1)
        if referrers:
            named = [(each.type_name, each.slug) for each in referrers[:MAX_REFERRERS]]
            is_complete = len(referrers) <= MAX_REFERRERS
            raise InUse(resource.type_name, resource.slug, named, is_complete=is_complete)
        resource.deleted_at = change_time(self.session)
        return Applied(resource, Outcome.DELETED)

    def _refuse_all(self, indexes: Any, error: ChangeError) -> NoReturn:
        raise RefusedChanges(dict.fromkeys(indexes, error)) from None

    def _require_no_errors(self) -> None:
        if self.errors:
            raise RefusedChanges(self.errors)


def lock(session: Session, model: Any, slug: str, *, is_removed: bool) -> bool:
    """Lock the public item with this id against other writers; return whether there is one.

    Others may still refer to the item, unless it ``is_removed``: then the lock waits for those who are about
    to, and they for it. On SQLite, a writer is alone anyway.
    """
    statement = _select_locked(model, is_removed)
    return session.connection().execute(statement, {"slug": slug}).first() is not None


@cache
def _select_locked(model: Any, is_removed: bool) -> Select[Any]:
    statement = model.select_public().where(model.slug == bindparam("slug")).with_only_columns(model.id)
    return cast("Select[Any]", statement.with_for_update(of=model, key_share=not is_removed))


def require_published(change: RequestedChange) -> None:
    """Refuse a body that would make a draft of a row in the public tables.

    Raises:
        ProblemException: 422, with what to do instead.
    """
    if change.method in ENTRY_METHODS and change.body.get("status") == Status.DRAFT:
        detail = (
            "Must be “published”. To take a published item back, POST to its URL + /unpublish; to prepare a "
            "change or a new item, PUT to its URL + /draft."
        )
        raise invalid_body([Fault("/status", detail)])


def require_id(slug: str, film: str | None = None) -> None:
    """Check the form of a new id; that of an entry of a ``film`` begins with the film's.

    Raises:
        ProblemException: 422.
        Conflict: it is reserved.
    """
    detail = None
    if not is_valid_id(slug):
        detail = MALFORMED_ID
    elif film and not slug.startswith(f"{film}-"):
        detail = f"The id must begin with the film's id: “{film}-…”."
    if detail:
        raise invalid_body([Fault("/id", detail)])
    if slug in RESERVED_SLUGS:
        raise Conflict(f"The word “{slug}” is reserved for routes and cannot be an id.")


def require_free(session: Session, model: Any, slug: str) -> None:
    """Check that an id was never used for a resource of this type.

    Raises:
        Conflict: it is taken, was deleted or withdrawn, or redirects to another id.
    """
    taken = session.execute(select(model.deleted_at).where(model.slug == slug)).first()
    if taken:
        reason = "is taken" if taken[0] is None else "belonged to a deleted item, and ids are never reused"
        raise Conflict(f"The id “{slug}” {reason}.")
    if session.scalar(select(Alias.id).where(Alias.type_name == model.type_name, Alias.slug == slug)):
        raise Conflict(f"The id “{slug}” is the old id of a renamed item, and redirects to its new id.")
    if Withdrawal.of(session, model.type_name, slug):
        raise Conflict(f"The id “{slug}” was withdrawn, and ids are never reused.")


def require_no_draft(session: Session, model: Any, slug: str) -> None:
    """Check that no draft holds a new id.

    Raises:
        Conflict: one does, which tells whoever may write that there is such a draft.
    """
    if Draft.find(session, (model.type_name, slug)) is not None:
        raise Conflict(f"There is a draft of “{slug}”: publish it, or choose another id.")


def _outcome(previous: int | None, resource: Versioned) -> Outcome:
    if previous is None:
        return Outcome.CREATED
    return Outcome.UNCHANGED if resource.revision == previous else Outcome.UPDATED


def _lost_race(error: Exception) -> ChangeError:
    """Return the error for what another transaction committed between our checks and our writes."""
    if isinstance(error, StaleDataError):
        return ProblemException("precondition-failed", "The item was changed at the same moment.")
    return Conflict(
        "The change contradicts another one that was made at the same moment. Read what there is now, and "
        "try again."
    )


__all__ = ["Applied", "Outcome", "RefusedChanges", "apply_change", "apply_changes", "changed_meanwhile"]
