"""Who asserts a claim or a relation: a source, whose argument is reported, or the editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, literal_column


class AssertedBy(StrEnum):
    """Who says it: the source, or the editors of the commentary."""

    SOURCE = "source"
    EDITOR = "editor"


class AssertedByFilter(StrEnum):
    """Whose commentary to return: what sources say (the default), what the editors say, or both."""

    SOURCE = "source"
    EDITOR = "editor"
    ANY = "any"


def asserted_by_filter(model: Any, asserted_by: AssertedByFilter | None) -> list[ColumnElement[bool]]:
    """Return the condition that a row is asserted by whom the filter says: by a source if it is not set.

    Rows of a model that does not tell who asserts them need no condition.
    """
    if asserted_by is AssertedByFilter.ANY or not hasattr(model, "asserted_by"):
        return []
    # A literal, without which SQLite would not use the partial index of the editors' entries.
    member = AssertedBy.EDITOR if asserted_by is AssertedByFilter.EDITOR else AssertedBy.SOURCE
    return [model.asserted_by == literal_column(f"'{member.value}'")]
