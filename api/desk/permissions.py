"""What the key of a session may do: pages offer nothing else. The API decides again when a form is sent."""

from __future__ import annotations

from api.desk.request_checks import desk_session
from api.writing.drafts.access import may_read
from models import RESOURCES
from models.scopes import PUBLISH, READ_DRAFTS, write_scope


def may_write(*collections: str) -> bool:
    """Whether the key may save drafts of these collections."""
    return not desk_session().key.missing_scopes(*map(write_scope, collections))


def writable_types() -> set[str]:
    """Return the names of the types whose drafts the key may save."""
    return {model.type_name for model in RESOURCES if may_write(model.__tablename__)}


def may_publish() -> bool:
    """Whether the key may publish what it may write."""
    return not desk_session().key.missing_scopes(PUBLISH)


def may_read_releases() -> bool:
    """Whether the key may read releases, whose drafts may be of any collection."""
    return not desk_session().key.missing_scopes(READ_DRAFTS)


def may_read_drafts() -> bool:
    """Whether there are drafts that the key may read."""
    return any(may_read(desk_session().key, model.__tablename__) for model in RESOURCES)
