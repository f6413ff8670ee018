"""Content summary: the number of visible resources of each type, and when content last changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from sqlalchemy import CompoundSelect, Select, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from models.base import RESOURCES_BY_TYPE, Versioned
from models.content_generation import ContentGeneration
from models.search.index_tables import BY_EDITORS_SCOPE, DocumentFrequency, type_scope
from models.searchable import SEARCHABLE


@dataclass(frozen=True)
class ContentSummary:
    """The content generation, its epoch, the last change, and the number of visible resources by type name.

    ``updated_at`` includes changes to hidden resources. It is None if there is no content, as is ``epoch``.
    """

    generation: int
    epoch: str | None
    updated_at: dt.datetime | None
    counts: dict[str, int]

    @classmethod
    def load(cls, session: Session) -> Self:
        """Read the summary with one statement, so that its values are consistent."""
        rows: Sequence[Any] = session.execute(_select_summary()).all()
        counts = {row.type_name: row.number for row in rows}
        updates = [row.updated_at for row in rows if row.updated_at]
        return cls(rows[0].generation or 0, rows[0].epoch, max(updates, default=None), counts)


@cache
def _select_summary() -> CompoundSelect[Any]:
    return union_all(*(_select_row(model) for model in RESOURCES_BY_TYPE.values()))


def _documents(scope: str) -> Any:
    """Return SQL for the number of documents with a scope term."""
    number = select(DocumentFrequency.documents).where(DocumentFrequency.term == f"#{scope}")
    return func.coalesce(number.scalar_subquery(), 0)


def _documents_by_editors(model: type[Versioned]) -> Any:
    """Return SQL for the number of documents that are not counted, as lists leave them out by default."""
    return _documents(BY_EDITORS_SCOPE) if hasattr(model, "asserted_by") else literal_column("0")


def _select_row(model: type[Versioned]) -> Select[Any]:
    count: Any = model.select_where().with_only_columns(func.count(), maintain_column_froms=True)
    if model.type_name in SEARCHABLE:
        # The full-text index already counts its documents, which are the visible resources.
        count = select(_documents(type_scope(model.type_name)) - _documents_by_editors(model))
    generation, epoch = select(ContentGeneration.number), select(ContentGeneration.epoch)
    return select(
        literal_column(f"'{model.type_name}'").label("type_name"),
        count.scalar_subquery().label("number"),
        select(func.max(model.updated_at)).scalar_subquery().label("updated_at"),
        generation.scalar_subquery().label("generation"),
        epoch.scalar_subquery().label("epoch"),
    )
