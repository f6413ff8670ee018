"""Who may see drafts. For all others, the URL of any draft returns the same 404 as if there were none.

The API key alone decides, before the id in the path is looked at: neither the body nor the time that it takes
tells anything of the draft.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.core.app_context import database
from api.http.authentication import authenticate
from api.http.errors import ProblemException
from models.api_key import ApiKey
from models.scopes import READ_DRAFTS, write_scope


def require_reader(collection: str) -> ApiKey:
    """Return the API key of the current request, which may read drafts of a collection.

    Raises:
        ProblemException: 404, if there is no such key.
    """
    try:
        key = authenticate()
    except ProblemException:
        raise _hidden(collection) from None
    if not may_read(key, collection):
        raise _hidden(collection)
    return key


def may_read(key: ApiKey, collection: str | None) -> bool:
    """Whether a key may read drafts of a collection, or of all: whoever may write them, may."""
    if not key.missing_scopes(READ_DRAFTS):
        return True
    return collection is not None and not key.missing_scopes(write_scope(collection))


def _hidden(collection: str) -> ProblemException:
    scopes = f"{READ_DRAFTS} or {write_scope(collection)}"
    return ProblemException(
        "not-found",
        f"There is no draft here, or none for you: drafts need an API key with the scope {scopes}.",
    )


def draft_session() -> Session:
    """Return a new session for reading drafts: never of a standby, which may not have the newest ones."""
    return Session(database().engine)
