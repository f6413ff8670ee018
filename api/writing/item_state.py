"""The state of an item within the transaction that changes it: its JSON and ETag, as GET has them."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.core.app_context import settings
from api.core.resource_registry import get_schema_class
from api.http.errors import ProblemException
from api.query.internal_reader import select_item
from api.query.resource_reader import ResourceReader
from api.schemas.item_shape import Shape
from api.schemas.revision_schemas import editor_name
from api.writing.preconditions import Preconditions
from models import Revision, Versioned

#: Built once: each write of an item runs it.
SELECT_REVISION = select(Revision).where(
    *(getattr(Revision, name) == bindparam(name) for name in ("type_name", "resource_id", "number"))
)


class ItemState(NamedTuple):
    """An item as GET returns it: the body, and the ETag without quotation marks."""

    body: bytes
    etag: str


def read_state(session: Session, type_name: str, slug: str) -> ItemState:
    """Return the state of an item, in a session that has flushed its changes.

    Raises:
        NotFound, Gone, Renamed: there is no public item with this id.
    """
    read = ResourceReader(session, select_item(type_name), settings().base_url)
    row = read.item({"id": slug}, Shape(get_schema_class(type_name), None, ()))
    if row is None:
        raise read.item_model({"id": slug}).missing_error(session, slug)
    body = row.json.encode()
    return ItemState(body, row.etag(body))


def current_revision(session: Session, resource: Versioned) -> Revision | None:
    """Return the stored revision of a resource's present state; None if it has no history."""
    identity = {"type_name": resource.type_name, "resource_id": resource.id, "number": resource.revision}
    return session.scalar(SELECT_REVISION, identity)


def require_state(session: Session, resource: Versioned, preconditions: Preconditions) -> None:
    """Check the preconditions of a change of a resource that exists (RFC 9110, section 13.2.2).

    Raises:
        ProblemException: 412, with the current ETag, the number of the current revision, its editor and time.
    """
    revision = current_revision(session, resource)
    validator = revision.validator if revision else str(resource.revision)
    if_match, if_none_match = preconditions.if_match, preconditions.if_none_match
    if if_match and not if_match.match(validator):
        weak = " Weak ETags (W/) never match: a proxy may have weakened it." if if_match.are_all_weak else ""
        raise changed_meanwhile(session, resource, f"The item is not at the revision of your ETag.{weak}")
    if if_none_match and if_none_match.match(validator):
        raise changed_meanwhile(session, resource, "The item exists, which If-None-Match rules out.")


def changed_meanwhile(session: Session, resource: Versioned, detail: str) -> ProblemException:
    """Return the problem that a precondition fails, with what the client has to look at."""
    revision = current_revision(session, resource)
    members: dict[str, Any] = {"current_revision": resource.revision}
    if revision:
        changed_at = revision.created_at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        editor = editor_name(revision.editor)
        members |= {"changed_by": editor, "changed_at": changed_at}
        detail += f" Revision {resource.revision} is by “{editor}”, of {changed_at}."
    etag = read_state(session, resource.type_name, resource.slug).etag
    return ProblemException("precondition-failed", detail, headers=[("ETag", f'"{etag}"')], members=members)
