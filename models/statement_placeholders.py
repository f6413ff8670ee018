"""Placeholders, which replace a request's values while a statement is built that many requests share.

A cached statement must not depend on the values of the first request. Comparing, testing, iterating, hashing
or formatting a placeholder therefore raises :class:`PlaceholderAccess`. Only :func:`bound` turns it into SQL
parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, NoReturn

from sqlalchemy import BindParameter


class FilmPlace(Enum):
    """What a film is to a resource that may concern several."""

    MAIN = 1
    FURTHER = 2


class PlaceholderAccess(TypeError):
    """Code that builds a cached statement accessed a value that differs between requests."""

    def __init__(self, name: str, operation: str) -> None:
        """Take the names of the argument and of the operation."""
        super().__init__(
            f"“{name}” is a placeholder here: the statement is built once and run with many values, so its"
            f" value cannot be accessed ({operation}). Pass it on to select_where() or bound()."
        )


def _refuse(operation: str) -> Any:
    def refuse(self: Placeholder, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise PlaceholderAccess(self._name, operation)

    return refuse


class Placeholder:
    """A placeholder for one or more values; ``is_per_row`` marks themes that are checked row by row.

    ``film_place`` marks films that must have this place; without it, any place will do.
    The number of values is part of a statement's cache key, and so is the presence of an argument.
    """

    __slots__ = ("_name", "_parameters", "film_place", "is_per_row")

    def __init__(
        self,
        name: str,
        parameters: Iterable[BindParameter[Any]],
        *,
        is_per_row: bool = False,
        film_place: FilmPlace | None = None,
    ) -> None:
        """Take the argument's name, and the SQL parameters for its values."""
        self._name, self._parameters = name, tuple(parameters)
        self.is_per_row, self.film_place = is_per_row, film_place

    def split(self) -> list[Placeholder]:
        """Return a placeholder for each value."""
        return [
            Placeholder(self._name, [parameter], is_per_row=self.is_per_row) for parameter in self._parameters
        ]

    def per_row(self) -> Placeholder:
        """Return a copy that is checked row by row (see ``models.filters.filter_by_theme``)."""
        return Placeholder(self._name, self._parameters, is_per_row=True)

    def at(self, film_place: FilmPlace) -> Placeholder:
        """Return a copy for films that must have this place (see ``models.filters.concerns_film``)."""
        return Placeholder(self._name, self._parameters, film_place=film_place)


for _method in (
    *("__bool__", "__len__", "__iter__", "__reversed__", "__contains__", "__getitem__", "__index__"),
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__int__", "__float__"),
    # SQLAlchemy would bind it as a value, or iterate over its characters: use bound().
    "__clause_element__",
    *("__str__", "__repr__", "__format__", "__bytes__", "__add__", "__radd__", "__mod__", "__rmod__"),
):
    setattr(Placeholder, _method, _refuse(_method))


def is_given(values: Any) -> bool:
    """Whether a filter is set: its argument is neither None nor an empty list."""
    return values is not None and (isinstance(values, Placeholder) or bool(values))


def sole_placeholder(values: Any) -> Placeholder | None:
    """Return the placeholder that an argument is, or that it has alone, as views pass those of a path."""
    if isinstance(values, list) and len(values) == 1:
        (values,) = values
    return values if isinstance(values, Placeholder) else None


def bound(values: Any) -> list[Any]:
    """Return an argument's values for SQL, with placeholders replaced by their parameters.

    ``values`` is None, a placeholder, or a list of values and placeholders.
    """
    if values is None:
        return []
    if isinstance(values, Placeholder):
        return list(values._parameters)
    return [
        element
        for value in values
        for element in (bound(value) if isinstance(value, Placeholder) else [value])
    ]
