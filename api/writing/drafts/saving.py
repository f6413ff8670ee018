"""Save and delete drafts, in the transaction of the caller. The content stays as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.entries.entry import Entry, Key
from api.entries.entry_schemas import entry_schema
from api.entries.records import record_to_body
from api.entries.validation import InvalidEntry, validate
from api.http.errors import ProblemException
from api.writing.changes import require_free, require_id
from api.writing.drafts.publication import unpublished_item
from api.writing.item_state import current_revision
from api.writing.json_body import Fault, invalid_body
from api.writing.preconditions import Preconditions, Tags
from api.writing.requested_change import merge_patch
from models import MODELS_BY_TYPE, Conflict, Gone, Renamed, Revision
from models.draft import MAX_RELEASE_SIZE, Draft
from models.pin import Pin

#: Members of a body that a draft does not have: publication sets the status.
NOT_STORED = frozenset({"id", "status"})


@dataclass(frozen=True)
class DraftChange:
    """What a draft shall be: a whole body, or a merge patch of it.

    ``parameters`` may have ``release``, ``note`` and ``base``; without them, the draft keeps its own.
    """

    key: Key
    body: dict[str, Any]
    is_patch: bool = False
    preconditions: Preconditions = field(default_factory=Preconditions)
    parameters: dict[str, Any] = field(default_factory=dict)


def save(session: Session, change: DraftChange, editor: str) -> tuple[Draft, bool]:
    """Save a draft; return it, and whether it is new.

    Raises:
        ProblemException: 404, there is no draft to change; 412, it was saved meanwhile; 422, the body has
            unknown members, or ``base`` names no revision.
        DomainError: the item was deleted or renamed, or the id of a new one is used.
    """
    draft = Draft.find(session, change.key, is_locked=True)
    require_tag(draft, change.preconditions)
    item = _public_item(session, change.key, draft)
    if draft is None:
        if item is None:
            require_new_id(session, change.key)
        draft = _new_draft(session, change, item, editor)
        _require_known_members(draft)
        _require_room(session, draft.release)
        session.add(draft)
        try:
            session.flush()
        except IntegrityError:
            raise Conflict(f"Somebody else has just made a draft of “{draft.slug}”.") from None
        return draft, True
    before = draft.etag, draft.release
    _update(session, draft, change, item)
    _require_known_members(draft)
    if draft.etag != before[0]:
        if draft.release != before[1]:
            _require_room(session, draft.release)
        draft.revision, draft.editor, draft.updated_at = draft.revision + 1, editor, now()
    session.flush()
    return draft, False


def find_draft(session: Session, key: Key, *, is_locked: bool = False) -> Draft:
    """Return the draft of an item.

    Raises:
        ProblemException: 404, there is none.
    """
    draft = Draft.find(session, key, is_locked=is_locked)
    if draft is None:
        raise ProblemException("not-found", f"The {key[0]} “{key[1]}” has no draft.")
    return draft


def require_tag(draft: Draft | None, preconditions: Preconditions) -> None:
    """Check the preconditions of a change of a draft (RFC 9110, section 13.2.2).

    Raises:
        ProblemException: 412, with the present ETag; 404, if ``If-Match`` names a state of a missing draft.
    """
    if draft is None:
        if preconditions.if_match:
            raise ProblemException(
                "not-found", "There is no draft to change. To make one, send If-None-Match: *."
            )
        return
    if preconditions.if_match and not matches(preconditions.if_match, draft.etag):
        raise changed_meanwhile(draft.etag, f"The draft was saved by “{draft.editor}” meanwhile.")
    if preconditions.if_none_match and matches(preconditions.if_none_match, draft.etag):
        raise changed_meanwhile(draft.etag, "There is a draft already, which If-None-Match rules out.")


def matches(tags: Tags, etag: str) -> bool:
    """Whether a tag is that of a draft or release, whatever the content coding; weak ones never are."""
    if tags.tags is None:
        return True
    return any(tag.startswith('"') and tag.strip('"').partition("-")[0] == etag for tag in tags.tags)


def changed_meanwhile(etag: str, detail: str) -> ProblemException:
    """Return the problem that a precondition fails, with the present ETag."""
    return ProblemException("precondition-failed", detail, headers=[("ETag", f'"{etag}"')])


def require_new_id(session: Session, key: Key) -> None:
    """Check that a new item may have an id.

    Raises:
        ProblemException: 422, the id is malformed.
        Conflict: it is reserved, or was used.
    """
    type_name, slug = key
    require_id(slug)
    require_free(session, MODELS_BY_TYPE[type_name], slug)


def _public_item(session: Session, key: Key, draft: Draft | None) -> Any:
    """Return the public item, or that which was taken back into its draft; None if there never was one.

    Raises:
        Gone, Renamed: there was one.
    """
    model = MODELS_BY_TYPE[key[0]]
    item = session.scalar(model.select_where(id=[key[1]]))
    if item is None:
        item = draft and unpublished_item(session, draft)
    if item is None:
        error = model.missing_error(session, key[1])
        if isinstance(error, Gone | Renamed):
            raise error
    return item


def _new_draft(session: Session, change: DraftChange, item: Any, editor: str) -> Draft:
    type_name, slug = change.key
    body, base, current = change.body, change.parameters.get("base"), item and _pin(session, item)
    if change.is_patch:
        if item is None:
            raise ProblemException(
                "not-found", f"There is no {type_name} “{slug}” to make a draft of. PUT makes a new one."
            )
        body = merge_patch(type_name, record_to_body(type_name, item.to_record()).body, body)
        base = base or current
    elif item is not None and base is None:
        raise _invalid_base(
            f"Missing. Say which revision you have read, so that no change is lost. The item is at {current}."
        )
    return Draft(
        type_name=type_name,
        slug=slug,
        base=_checked_base(session, item, base),
        record=_stored(body),
        revision=1,
        editor=editor,
        note=change.parameters.get("note"),
        release=change.parameters.get("release") or None,
        created_at=now(),
        updated_at=now(),
    )


def _update(session: Session, draft: Draft, change: DraftChange, item: Any) -> None:
    body = merge_patch(draft.type_name, draft.record, change.body) if change.is_patch else change.body
    if _stored(body) != draft.record:
        draft.record = _stored(body)
    if "base" in change.parameters:
        draft.base = _checked_base(session, item, change.parameters["base"])
    if "release" in change.parameters:
        draft.release = change.parameters["release"] or None
    if "note" in change.parameters:
        draft.note = change.parameters["note"]


def _stored(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in NOT_STORED}


def _pin(session: Session, item: Any) -> str:
    revision = current_revision(session, item)
    return str(revision.pin if revision else Pin(item.revision))


def _checked_base(session: Session, item: Any, base: str | None) -> str | None:
    """Return the pin of the revision that ``base`` names."""
    if base is None:
        return None
    pin = Pin.parse(base)
    if item is None or pin is None:
        raise _invalid_base("There is no such item yet: leave the parameter out.")
    revision = Revision.find(session, item, pin)
    if revision is None:
        raise _invalid_base(f"The item has no revision {base}. It is at {_pin(session, item)}.")
    return str(revision.pin)


def _invalid_base(detail: str) -> ProblemException:
    error = {"location": "query", "pointer": "base", "detail": detail}
    return ProblemException("invalid-parameters", "1 parameter is not valid.", [error])


def _require_known_members(draft: Draft) -> None:
    """Refuse members that no item has: a draft may be incomplete, but nothing in it may be lost."""
    known = entry_schema(draft.type_name).fields
    if draft.record.keys() <= known.keys():
        return
    try:
        validate(Entry(draft.type_name, draft.slug, draft.record, 0))
    except InvalidEntry as error:
        faults = [
            Fault(each.pointer, each.message)
            for each in error.violations
            if each.path and each.path[0] not in known
        ]
        raise invalid_body(faults) from None


def _require_room(session: Session, release: str | None) -> None:
    if release and Draft.release_size(session, release) >= MAX_RELEASE_SIZE:
        raise Conflict(
            f"The release “{release}” has {MAX_RELEASE_SIZE} drafts, the most that are published at once."
        )


def now() -> dt.datetime:
    """Return the time of a change of a draft."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
