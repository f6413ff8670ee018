"""The scopes of API keys: what a key may do. A key without a scope does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from models.base import models_in_reading_order

READ_DRAFTS, PUBLISH, ADMIN = "read:drafts", "publish", "admin"
WRITE_PREFIX = "write:"


def write_scope(collection: str) -> str:
    """Return the scope to make and change the drafts of a collection, such as ``write:quotes``."""
    return f"{WRITE_PREFIX}{collection}"


def all_scopes() -> list[str]:
    """Return every scope: first those of reading and writing, in reading order."""
    writes = (write_scope(model.__tablename__) for model in models_in_reading_order())
    return [READ_DRAFTS, *writes, PUBLISH, ADMIN]


def missing_scopes(held: Iterable[str], required: Iterable[str]) -> list[str]:
    """Return the required scopes that are not held; ``admin`` implies every other."""
    have = set(held)
    return [] if ADMIN in have else [scope for scope in required if scope not in have]
