"""Restore a revision: give an item the content again that it had, in a new revision.

The record becomes a create body of today, and passes the same checks as any other. Keys that records had and
bodies have no more are left out; keys that were added since have their defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from api.entries.changes import EntryChange, check_entries
from api.entries.entry_schemas import entry_schema
from api.entries.essay import Essay
from api.entries.records import record_to_body
from api.entries.removable_references import removable_references, remove_reference
from api.entries.session_look_ups import SessionLookUps
from api.http.errors import ProblemException
from api.query.past_reader import find_revision
from api.writing.item_state import current_revision, require_state
from api.writing.json_body import MAX_REPORTED_ERRORS, Fault, pointer
from api.writing.preconditions import Preconditions
from models import Conflict, InvalidReference, Versioned
from models.errors import Purged
from models.history import find_with_history
from models.pin import Pin
from models.revision import CHANGE_SET, change_set
from models.types import LINE_LENGTH


@dataclass(frozen=True)
class RestoreRequest:
    """What shall be restored: a revision of an item, perhaps without references to what is gone."""

    model: Any
    slug: str
    pin: Pin
    preconditions: Preconditions
    drop_missing: bool = False
    note: str | None = None


@dataclass
class Restored:
    """The item, and the JSON Pointers of what could not be restored."""

    resource: Versioned
    dropped: list[str] = field(default_factory=list)


def restore(session: Session, wanted: RestoreRequest, essays: Mapping[str, Essay] | None) -> Restored:
    """Restore a revision, and flush. The session must have a change set.

    Raises:
        NotFound, Gone, Renamed: there is no such item or revision, or its content was removed.
        ProblemException: 412; 409, if references are gone or the content violates rules of today.
        Conflict: the item was deleted at the revision.
    """
    resource = find_with_history(session, wanted.model, wanted.slug)
    session.scalar(select(wanted.model.id).where(wanted.model.id == resource.id).with_for_update())
    session.refresh(resource)
    _require_state(session, resource, wanted.preconditions)
    revision = find_revision(session, resource, wanted.pin)
    if revision.record.get("purged"):
        raise Purged(resource.type_name, resource.slug)
    if revision.record["deleted"]:
        raise Conflict(f"At revision {revision.pin}, the item was deleted. Send DELETE to delete it again.")
    body, removed = record_to_body(resource.type_name, revision.record)
    dropped = [pointer(*name.split(".")) for name in removed]
    dropped += _drop_missing(session, resource.type_name, body, is_allowed=wanted.drop_missing)
    note = _note(revision.pin, wanted.note, dropped)
    with change_set(session, session.info[CHANGE_SET].editor, note=note):
        change = EntryChange(
            resource.type_name, resource.slug, body, resource, is_restored=resource.deleted_at is not None
        )
        resource.deleted_at = None
        _write(session, change, essays)
    return Restored(resource, dropped)


def _require_state(session: Session, resource: Any, preconditions: Preconditions) -> None:
    """Check the preconditions; a deleted item has no ETag, but its revision has a validator."""
    if resource.deleted_at is None:
        require_state(session, resource, preconditions)
        return
    revision = current_revision(session, resource)
    validator = revision.validator if revision else str(resource.revision)
    if preconditions.if_match and not preconditions.if_match.match(validator):
        raise ProblemException(
            "precondition-failed",
            "The item was deleted meanwhile. To restore it all the same, send If-Match: *.",
            members={"current_revision": resource.revision},
        )


def _drop_missing(session: Session, type_name: str, body: dict[str, Any], *, is_allowed: bool) -> list[str]:
    """Remove references to what is gone from a body, and return their pointers.

    Raises:
        ProblemException: 409 with each of them, if they may not be removed, or are required.
    """
    schema = entry_schema(type_name)
    references = list(removable_references(schema, body))
    look_ups = SessionLookUps(session)
    look_ups.fetch({each.key for each in references})
    gone = [each for each in references if look_ups.find(*each.key) is None]
    refused = [each for each in gone if not is_allowed or each.is_required]
    if refused:
        faults = [Fault(pointer(*each.path), _why(look_ups, each.key)) for each in refused]
        hint = "" if is_allowed else " Add drop_missing=true to restore the item without them."
        detail = (
            f"The revision refers to what is gone: {', '.join(fault.pointer for fault in faults[:5])}.{hint}"
        )
        errors = [fault.to_error() for fault in faults[:MAX_REPORTED_ERRORS]]
        raise ProblemException("conflict", detail, errors)
    # From the end, so that the places of the others stay.
    for each in reversed(gone):
        remove_reference(body, each)
    return [pointer(*each.path) for each in gone]


def _why(look_ups: SessionLookUps, key: tuple[str, str]) -> str:
    return look_ups.reasons.get(key) or f"There is no {key[0]} “{key[1]}”."


def _write(session: Session, change: EntryChange, essays: Mapping[str, Essay] | None) -> None:
    with session.no_autoflush:
        checked = check_entries(session, [change], essays=essays)
    if checked.violations:
        faults = [Fault(one.pointer, one.message) for one in checked.attributed_violations]
        errors = [fault.to_error() for fault in faults[:MAX_REPORTED_ERRORS]]
        first = f"{faults[0].pointer} {faults[0].detail}".strip()
        raise ProblemException("conflict", f"The revision contradicts the rules of today: {first}", errors)
    try:
        checked.write()
        session.flush()
    except InvalidReference as error:
        raise Conflict(str(error)) from None
    except StaleDataError:
        raise ProblemException("precondition-failed", "The item was changed at the same moment.") from None
    except IntegrityError:
        raise Conflict("The revision contradicts what was stored since. Read the item again.") from None


def _note(pin: Pin, note: str | None, dropped: list[str]) -> str:
    """Return the note of the new revision: what was restored, what was left out, and what the editor says."""
    left_out = f" Left out: {', '.join(dropped)}." if dropped else ""
    text = f"Restored revision {pin}.{left_out}{f' {note}' if note else ''}"
    return text if len(text) <= LINE_LENGTH else f"{text[: LINE_LENGTH - 1]}…"
