"""Breadth: whether so much is about a theme that it is soon found by looking anywhere.

It is told by counts that are kept with the index, which count all types together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, func, literal, select

from models.search.index_tables import DOT, DocumentTerm, type_scope


def theme_document_count(themes: Sequence[Any]) -> ColumnElement[float]:
    """Return how many documents are about themes, each a text or SQL; twice those that are about two."""
    return _documents([literal("#h").concat(func.replace(theme, "-", DOT)) for theme in themes])


def resource_count(type_name: str) -> ColumnElement[float]:
    """Return how many resources of a type anyone may see."""
    return _documents([literal(f"#{type_scope(type_name)}")])


def _documents(terms: list[Any]) -> ColumnElement[float]:
    counted = select(func.sum(DocumentTerm.documents)).where(DocumentTerm.term.in_(terms)).scalar_subquery()
    return cast(func.coalesce(counted, 0), Float)


def is_low_selectivity(type_name: str, themes: Sequence[Any], most: Any) -> ColumnElement[bool]:
    """Return the condition that ``most`` of what is about themes are sooner found by walking in any order.

    A walk looks at about ``most * N / hits`` resources, and all ``hits`` must be sorted otherwise.
    """
    hits = theme_document_count(themes)
    return hits * hits > cast(most, Float) * resource_count(type_name)
