"""Arguments to URLs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote


def fill_path(path: str, *ids: str | int) -> str:
    """Return a path with ids in place of its parameters.

    Raises:
        ValueError: An id would name another resource.
    """
    filled = iter(ids)
    return re.sub(r"\{\w+\}", lambda _: _segment(next(filled)), path)


def _segment(value: str | int) -> str:
    if str(value) in ("", ".", ".."):
        raise ValueError(f"This is not an id: {value!r}.")
    return quote(str(value), safe="")


def encode_query(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the parameters of arguments: one for each value of a list, none for None."""
    return [(name, _text(value)) for name, values in arguments.items() for value in _listed(values)]


def _listed(values: Any) -> Iterator[Any]:
    if values is None:
        return
    if isinstance(values, str | int | datetime.date):
        yield values
    else:
        yield from values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
