"""What there is: how much of each noun its list has, and as of which change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from sqlalchemy import CompoundSelect, Select, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from models import RESOURCES
from models.base import Versioned
from models.generation_counter import ContentGeneration
from models.search.index_tables import DocumentFrequency, type_scope
from models.searchable import SEARCHABLE


@dataclass(frozen=True)
class ContentSummary:
    """The content as a whole: its generation, when any of it last changed, and counts by type name.

    ``updated_at`` is None while there is nothing. What nobody may see is not counted, but changes count.
    """

    generation: int
    updated_at: dt.datetime | None
    counts: dict[str, int]

    @classmethod
    def load(cls, session: Session) -> Self:
        """Take the inventory, in one statement and so of one moment."""
        rows: Sequence[Any] = session.execute(_statement()).all()
        counts = {row.type_name: row.number for row in rows}
        changes = [row.updated_at for row in rows if row.updated_at]
        return cls(rows[0].generation or 0, max(changes, default=None), counts)


@cache
def _statement() -> CompoundSelect[Any]:
    return union_all(*(_row(model) for model in RESOURCES))


def _row(model: type[Versioned]) -> Select[Any]:
    listed: Any = model.select_where().with_only_columns(func.count(), maintain_column_froms=True)
    if model.type_name in SEARCHABLE:
        # The index of the search counts what it holds, which is what anyone may see.
        term = f"#{type_scope(model.type_name)}"
        listed = select(func.coalesce(func.max(DocumentFrequency.documents), 0)).where(
            DocumentFrequency.term == term
        )
    generation = select(ContentGeneration.number)
    return select(
        literal_column(f"'{model.type_name}'").label("type_name"),
        listed.scalar_subquery().label("number"),
        select(func.max(model.updated_at)).scalar_subquery().label("updated_at"),
        generation.scalar_subquery().label("generation"),
    )
