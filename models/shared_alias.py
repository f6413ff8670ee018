"""Aliases that several threads use, in statements that are kept for the lifetime of the process."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import aliased


def shared_alias(model: Any, name: str) -> Any:
    """Return an alias of a model with a fixed name.

    SQLAlchemy fills an alias's index of columns at the first look-up. Another thread that looks up a column
    meanwhile does not find it, and would put the table into its statement in place of the alias: an error, or
    a wrong result, for as long as the statement is kept.
    """
    alias = aliased(model, name=name)
    inspect(alias).selectable.corresponding_column(inspect(model).primary_key[0])
    return alias
