"""Selectivity estimates: document frequencies of themes and types, as SQL for the list query planner.

The counts come from the index (``DocumentFrequency``), so reading them costs one primary-key lookup each.
A theme's count includes all resource types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, func, literal, select

from models.search.index_tables import HYPHEN_SUBSTITUTE, DocumentFrequency, type_scope


def theme_document_count(themes: Sequence[Any]) -> ColumnElement[float]:
    """Return SQL for the number of documents tagged with themes, each a slug or SQL for one.

    A document tagged with two of them counts twice.
    """
    return _sum_frequencies(
        [literal("#h").concat(func.replace(theme, "-", HYPHEN_SUBSTITUTE)) for theme in themes]
    )


def visible_resource_count(type_name: str) -> ColumnElement[float]:
    """Return SQL for the number of visible resources of a type."""
    return _sum_frequencies([literal(f"#{type_scope(type_name)}")])


def _sum_frequencies(terms: list[Any]) -> ColumnElement[float]:
    total = (
        select(func.sum(DocumentFrequency.documents))
        .where(DocumentFrequency.term.in_(terms))
        .scalar_subquery()
    )
    return cast(func.coalesce(total, 0), Float)


def is_low_selectivity(type_name: str, themes: Sequence[Any], limit: Any) -> ColumnElement[bool]:
    """Return the condition that a scan in any order finds ``limit`` matches sooner than sorting all of them.

    A scan reads about ``limit * N / hits`` of the N resources; the alternative sorts all ``hits``.
    """
    hits = theme_document_count(themes)
    return hits * hits > cast(limit, Float) * visible_resource_count(type_name)
