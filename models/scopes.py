"""The scopes of API keys: what a key may do. A key without a scope does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from models.base import RESOURCES_BY_TYPE

READ_DRAFTS, PUBLISH, ADMIN = "read:drafts", "publish", "admin"
WRITE_PREFIX = "write:"


def write_scope(collection: str) -> str:
    """Return the scope to make and change the drafts of a collection, such as ``write:quotes``."""
    return f"{WRITE_PREFIX}{collection}"


def all_scopes() -> list[str]:
    """Return every scope: first those of reading and writing, in reading order."""
    models = sorted(RESOURCES_BY_TYPE.values(), key=lambda model: (model.reading_order, model.__tablename__))
    return [READ_DRAFTS, *(write_scope(model.__tablename__) for model in models), PUBLISH, ADMIN]


def missing_scopes(held: Iterable[str], required: Iterable[str]) -> list[str]:
    """Return the required scopes that are not held; ``admin`` implies every other."""
    have = set(held)
    return [] if ADMIN in have else [scope for scope in required if scope not in have]
