"""Publish drafts: as one change, with the checks of every write, in the transaction of the caller.

A preview does the same and rolls back, so that it shows what publication would.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.app_context import database
from api.entries.entry import Entry, Key
from api.entries.entry_schemas import entry_schema
from api.entries.records import record_to_body
from api.entries.resolve import references
from api.entries.validation import InvalidEntry, validate
from api.http.errors import ProblemException
from api.writing.changes import Applied, RefusedChanges, apply_changes, lock
from api.writing.drafts.three_way import three_way
from api.writing.essays import essays
from api.writing.item_state import current_revision
from api.writing.json_body import Fault, pointer
from api.writing.requested_change import Method, RequestedChange
from models import MODELS_BY_TYPE, DomainError, Revision, Status
from models.draft import Draft
from models.pin import Pin, record_digest
from models.revision import change_set
from models.search.index_sync import sync_on_commit

#: Reads the drafts to publish, in a session.
DraftsOf = Callable[[Session], Sequence[Draft]]
#: The most errors of the drafts of a release that one response lists.
MAX_REPORTED_ERRORS = 100


class _Undone(Exception):
    """Ends a transaction without a commit."""


@contextmanager
def previewed(drafts_of: DraftsOf, editor: str) -> Iterator[Session]:
    """Open a session in which drafts are published, and undo everything at the end of the block.

    Raises:
        DomainError, ProblemException: publication would be refused.
    """
    with suppress(_Undone), database().write_session() as session, change_set(session, editor):
        publish(session, drafts_of(session), editor)
        # As before a commit, of which there is none.
        sync_on_commit(session)
        yield session
        raise _Undone


def publish(session: Session, drafts: Sequence[Draft], editor: str, note: str | None = None) -> list[Applied]:
    """Publish drafts together, and remove them; ``note`` is for the history, by default the draft's own.

    Raises:
        ProblemException: 409 ``outdated-base``, if an item has changed since its draft was made; 409, if a
            draft refers to another that is not published with it; other statuses, as for a write of the item.
        DomainError: an item does not exist any more, or the id of a new one is used.
    """
    keys = {draft.key for draft in drafts}
    errors: dict[int, DomainError | ProblemException] = {}
    changes: list[RequestedChange] = []
    taken_back: list[Any] = []
    for index, draft in enumerate(drafts):
        try:
            change, deleted_item = _change(session, draft, keys)
            changes.append(change)
            taken_back.append(deleted_item)
        except (DomainError, ProblemException) as error:
            errors[index] = error
    _refuse(drafts, errors)
    notes = {draft.key: note or draft.note for draft in drafts}
    for draft in drafts:
        session.delete(draft)
    session.flush()
    try:
        with change_set(session, editor, note=note, notes=notes):
            for item in filter(None, taken_back):
                item.deleted_at = None
            session.flush()
            applied = apply_changes(session, changes, essays=essays())
    except RefusedChanges as refused:
        _refuse(drafts, refused.errors)
        raise
    return applied


def unpublished_item(session: Session, draft: Draft, *, is_locked: bool = False) -> Any:
    """Return the deleted item that was taken back into a draft, and is as it was then; None if none is."""
    if draft.base is None:
        return None
    model = MODELS_BY_TYPE[draft.type_name]
    statement = select(model).where(
        model.slug == draft.slug, model.status == Status.PUBLISHED, model.deleted_at.is_not(None)
    )
    item = session.scalar(
        statement.with_for_update(of=model).execution_options(populate_existing=True)
        if is_locked
        else statement
    )
    return item if item is not None and is_current(current_revision(session, item), draft.base) else None


def _change(session: Session, draft: Draft, published: set[Key]) -> tuple[RequestedChange, Any]:
    """Return the change that a draft proposes, of the item that is locked now.

    The second value is the item if it was taken back and is to be public again, or else None.
    """
    model = MODELS_BY_TYPE[draft.type_name]
    exists = lock(session, model, draft.slug, is_removed=False)
    taken_back = None if exists else unpublished_item(session, draft, is_locked=True)
    if taken_back is None:
        if draft.base is not None:
            _require_current_base(session, draft, model.by_slug(session, draft.slug))
        elif exists:
            resource = model.by_slug(session, draft.slug)
            raise _outdated(session, draft, resource, None, "An item with this id was published meanwhile.")
    _require_no_drafts(session, draft, published)
    body = {name: value for name, value in draft.record.items() if name != "status"}
    is_restored = taken_back is not None
    method = Method.PUT if exists or is_restored else Method.POST
    change = RequestedChange(method, draft.type_name, draft.slug, body, is_restored=is_restored)
    return change, taken_back


def is_current(revision: Revision | None, base: str | None) -> bool:
    """Whether a draft with this base is of the item's present content."""
    pin = Pin.parse(base or "")
    if revision is None or pin is None:
        return False
    if pin.digest is None:
        return revision.number == pin.number
    # The same content may have another number: after it was restored, or in a database that was rebuilt.
    return (revision.digest or record_digest(revision.record)).startswith(pin.digest)


def _require_current_base(session: Session, draft: Draft, resource: Any) -> None:
    if not is_current(current_revision(session, resource), draft.base):
        base = Revision.find(session, resource, Pin.parse(draft.base or "") or Pin(0))
        raise _outdated(session, draft, resource, base, "The item has changed since the draft was made.")


def _outdated(
    session: Session, draft: Draft, resource: Any, base: Revision | None, reason: str
) -> ProblemException:
    current = current_revision(session, resource)
    pin = current.pin if current else Pin(resource.revision)
    detail = f"{reason} Merge what “changes” shows into the draft, and save it with base={pin}."
    members = {
        "base": draft.base,
        "current": str(pin),
        "current_revision": resource.revision,
        "changes": three_way(
            draft.type_name,
            _body(draft, base.record if base else {}),
            _body(draft, resource.to_record()),
            draft.record,
        ),
    }
    return ProblemException("outdated-base", detail, members=members)


def _body(draft: Draft, record: dict[str, Any]) -> dict[str, Any]:
    return record_to_body(draft.type_name, record).body


def _require_no_drafts(session: Session, draft: Draft, published: set[Key]) -> None:
    """Check that a draft refers to no new item that is a draft and is not published with it."""
    drafts = new_items_referred_to(session, draft, published)
    if drafts:
        names = ", ".join(f"{type_name} “{slug}”" for type_name, slug in drafts)
        errors = [fault.to_error() for fault in drafts.values()]
        raise ProblemException("conflict", f"The draft refers to other drafts: {names}.", errors)


def new_items_referred_to(session: Session, draft: Draft, published: Collection[Key]) -> dict[Key, Fault]:
    """Return the new items that a draft refers to and that are drafts, each with the place and the message.

    Those that are ``published`` with it are left out.
    """
    places: dict[Key, Any] = {}
    for path, type_name, slug in _references(draft):
        if (type_name, slug) not in published:
            places.setdefault((type_name, slug), path)
    drafts = [key for key in sorted(Draft.existing(session, places)) if not _is_public(session, key)]
    return {key: Fault(pointer(*places[key]), _still_a_draft(key)) for key in drafts}


def _still_a_draft(key: Key) -> str:
    return f"The {key[0]} “{key[1]}” is a draft. Publish it first, or both in a release."


def _is_public(session: Session, key: Key) -> bool:
    model = MODELS_BY_TYPE[key[0]]
    return session.scalar(model.select_where(id=[key[1]]).with_only_columns(model.id)) is not None


def _references(draft: Draft) -> list[tuple[Any, str, str]]:
    """Return the references of a draft; none if its body is invalid, which the rules report."""
    try:
        valid = validate(Entry(draft.type_name, draft.slug, draft.record, 0))
    except InvalidEntry:
        return []
    return list(references(entry_schema(draft.type_name), valid.body))


def _refuse(drafts: Sequence[Draft], errors: Any) -> None:
    """Raise the error of a single draft, or one problem with those of several."""
    if not errors:
        return
    if len(drafts) == 1:
        raise errors[0]
    faults = [
        fault for index, error in sorted(errors.items()) for fault in _faults(index, drafts[index], error)
    ]
    statuses = {getattr(error, "code", 409) for error in errors.values()}
    code = "invalid-body" if statuses == {422} else "conflict"
    count = len(errors)
    detail = (
        f"{count} of {len(drafts)} drafts cannot be published, so none was. “pointer” is the place of each "
        "error in the release."
    )
    raise ProblemException(code, detail, faults[:MAX_REPORTED_ERRORS])


def _faults(index: int, draft: Draft, error: Any) -> list[dict[str, Any]]:
    start, name = f"/drafts/{index}", f"{draft.type_name} “{draft.slug}”"
    inner = getattr(error, "errors", None)
    if not inner:
        return [Fault(start, f"{name}: {getattr(error, 'description', None) or error}").to_error()]
    return [
        each | {"pointer": f"{start}/record{each['pointer']}", "detail": f"{name}: {each['detail']}"}
        for each in inner
    ]
