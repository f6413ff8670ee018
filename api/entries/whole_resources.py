"""Load a resource with everything that its record contains, in few statements."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session, joinedload, selectinload

from api.entries.assignment import assignable_links
from models import MODELS_BY_TYPE


def load_whole(session: Session, type_name: str, slug: str) -> Any:
    """Return the resource with this id, public or not, deleted or not; None if there is none."""
    model = MODELS_BY_TYPE[type_name]
    return session.scalar(select_whole(model).where(model.slug == slug))


def select_whole(model: Any) -> Select[Any]:
    """Return the statement for resources with everything that their records contain.

    It reads them with what they refer to, and one more statement for each kind of owned rows reads these with
    what they refer to.
    """
    return select(model).options(*_whole_options(model))


@cache
def _whole_options(model: Any) -> tuple[Any, ...]:
    """Return the options that load the links of a resource, and those of the rows that it owns."""
    return tuple(_option(getattr(model, link.key), link, inspect(model)) for link in assignable_links(model))


def _option(attribute: Any, link: Any, owner: Any) -> Any:
    if not link.uselist:
        return joinedload(attribute)
    owned = link.mapper.class_
    nested = [
        _option(getattr(owned, inner.key), inner, link.mapper)
        for inner in assignable_links(owned)
        if inner.mapper is not owner and not inner.back_populates
    ]
    return selectinload(attribute).options(*nested)
