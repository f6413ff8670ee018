"""Placeholders: they stand for a request's values while a statement is built that many requests share.

A cached statement is built once for all requests of one shape, so that code must not depend on the values
of the first. A placeholder therefore cannot be looked at: comparing, testing, iterating, hashing or
formatting it raises :class:`PlaceholderAccess`. Only :func:`bound` turns it into SQL parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from sqlalchemy import BindParameter


class PlaceholderAccess(TypeError):
    """Code that builds a cached statement looked at a value that differs from request to request."""

    def __init__(self, name: str, operation: str) -> None:
        """Name the argument, and what was done to it."""
        super().__init__(
            f"“{name}” is a placeholder here: the statement is built once and run with many values, so its"
            f" value cannot be looked at ({operation}). Pass it on to select_where() or bound()."
        )


def _refuse(operation: str) -> Any:
    def refuse(self: Placeholder, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise PlaceholderAccess(self._name, operation)

    return refuse


class Placeholder:
    """Stands for one value or several; ``is_per_row`` marks themes that are checked row by row.

    Whether an argument is present, and how many values it has, is part of a statement's cache key.
    """

    __slots__ = ("_name", "_parameters", "is_per_row")

    def __init__(
        self, name: str, parameters: Iterable[BindParameter[Any]], *, is_per_row: bool = False
    ) -> None:
        """Take the argument's name, and the SQL parameters that get its values."""
        self._name, self._parameters, self.is_per_row = name, tuple(parameters), is_per_row

    def split(self) -> list[Placeholder]:
        """Return a placeholder for each of the values."""
        return [Placeholder(self._name, [one], is_per_row=self.is_per_row) for one in self._parameters]

    def per_row(self) -> Placeholder:
        """Return the same values, to be checked row by row (see ``models.filters.filter_by_theme``)."""
        return Placeholder(self._name, self._parameters, is_per_row=True)


for _method in (
    *("__bool__", "__len__", "__iter__", "__reversed__", "__contains__", "__getitem__", "__index__"),
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__int__", "__float__"),
    # SQLAlchemy would take it for a value to bind, or split a text into letters: bound() has the parameters.
    "__clause_element__",
    *("__str__", "__repr__", "__format__", "__bytes__", "__add__", "__radd__", "__mod__", "__rmod__"),
):
    setattr(Placeholder, _method, _refuse(_method))


def is_given(values: Any) -> bool:
    """Whether a filter is given: an argument that is neither None nor an empty list."""
    return values is not None and (isinstance(values, Placeholder) or bool(values))


def bound(values: Any) -> list[Any]:
    """Return what SQL is given for an argument's values: parameters for placeholders, anything else as is.

    ``values`` is None, a placeholder, or a list of values and placeholders.
    """
    if values is None:
        return []
    if isinstance(values, Placeholder):
        return list(values._parameters)
    return [
        each for value in values for each in (bound(value) if isinstance(value, Placeholder) else [value])
    ]
