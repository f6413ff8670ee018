"""Referrers: the resources that refer to another one, by themselves or by rows that they own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import MANYTOONE, Session

from models.base import Base, Versioned
from models.owned_rows import OwnedRow


def find_referrers(session: Session, resource: Versioned, limit: int) -> list[Versioned]:
    """Return up to ``limit`` resources that refer to this one and are not deleted, sorted by type and id."""
    found: dict[tuple[str, str], Versioned] = {}
    model: Any = type(resource)
    for reference in references_to(model):
        rows = session.scalars(
            select(reference.class_).where(reference == resource).execution_options(yield_per=50)
        )
        for row in rows:
            owner = _owner(row)
            if owner is not None and owner is not resource and owner.deleted_at is None:
                found[owner.type_name, owner.slug] = owner
                if len(found) == limit:
                    rows.close()
                    return _sorted(found)
    return _sorted(found)


def _sorted(found: dict[tuple[str, str], Versioned]) -> list[Versioned]:
    return [found[key] for key in sorted(found)]


def _owner(row: Any) -> Versioned | None:
    while isinstance(row, OwnedRow):
        row = row.owner
    return row if isinstance(row, Versioned) else None


@cache
def references_to(model: Any) -> tuple[Any, ...]:
    """Return the attributes, of all models, that refer to one resource of this model."""
    return tuple(_references_to(model))


def _references_to(model: Any) -> Iterator[Any]:
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            if (
                relation.direction is MANYTOONE
                and not relation.viewonly
                and relation.mapper is inspect(model)
                # A row's way back to its owner is no reference.
                and not relation.back_populates
            ):
                yield getattr(mapper.class_, relation.key)
