"""Take a published item back: it is deleted, and goes on as a draft that can be published again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.entries.entry import Key
from api.entries.records import record_to_body
from api.writing.changes import apply_change
from api.writing.drafts.saving import NOT_STORED, now
from api.writing.essays import essays
from api.writing.item_state import current_revision
from api.writing.preconditions import Preconditions
from api.writing.requested_change import Method, RequestedChange
from models import Conflict, InUse, Versioned
from models.draft import Draft
from models.pin import Pin


def unpublish(
    session: Session, key: Key, preconditions: Preconditions, editor: str
) -> tuple[Draft, Versioned]:
    """Delete an item and make a draft of its content; return the draft and the deleted item.

    The base of the draft is the revision of the deletion, which tells it from drafts of items that others
    delete: as long as the item is at it, the draft can be published under the same id.

    Raises:
        NotFound, Gone, Renamed: there is no public item with this id.
        ProblemException: 412, it was changed meanwhile.
        InUse: other items refer to it.
        Conflict: it has a draft already.
    """
    type_name, slug = key
    change = RequestedChange(Method.DELETE, type_name, slug, {}, preconditions)
    try:
        item = apply_change(session, change, essays=essays()).resource
    except InUse as error:
        raise InUse(
            type_name, slug, error.referrers, is_complete=error.is_complete, action="unpublished"
        ) from None
    if Draft.find(session, key) is not None:
        raise Conflict(f"There is a draft of “{slug}”. Publish or delete it first.")
    revision = current_revision(session, item)
    body = record_to_body(type_name, item.to_record()).body
    draft = Draft(
        type_name=type_name,
        slug=slug,
        base=str(revision.pin if revision else Pin(item.revision)),
        record={name: value for name, value in body.items() if name not in NOT_STORED},
        revision=1,
        editor=editor,
        created_at=now(),
        updated_at=now(),
    )
    session.add(draft)
    session.flush()
    return draft, item
