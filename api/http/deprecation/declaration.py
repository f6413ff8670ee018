"""Declare a deprecation once; the OpenAPI document, the headers and the guide are derived from it.

Declare it where the deprecated part is defined: as a decorator of a view, or as ``deprecated`` in the
metadata of a field or a parameter. ``api/http/deprecation/operations.py`` finds it there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from werkzeug.http import http_date

#: The guide to versioning, and its section that lists current deprecations.
GUIDE = "/docs/guides/versioning"
SECTION = "deprecated-now"
#: The key of a declaration in a view's ``_apidoc`` (flask-smorest) and in a field's metadata.
EXTENSION_KEY = "deprecated"
View = TypeVar("View", bound=Callable[..., Any])


class InvalidSunset(ValueError):
    """The sunset date is less than twelve months after the deprecation date."""


#: Every declaration there is. Most releases have none, and their responses are not searched for any.
declared: list[Deprecated] = []


@dataclass(frozen=True)
class Deprecated:
    """Declares an operation, a parameter or a field deprecated since a date.

    It will be removed on ``sunset``; None if there is no date yet. ``instead`` completes the sentence “Use …
    instead.” Decorate the view to deprecate an operation::

        @blp.route("/quotes/lucky")
        @Deprecated(dt.date(2027, 1, 1), instead="`/v1/quotes/random`", sunset=dt.date(2028, 1, 1))
        @blp.random(…)

    and use the metadata to deprecate a field or a parameter::

        metadata={"description": "…", "deprecated": Deprecated(dt.date(2027, 1, 1), instead="`label`")}

    Raises:
        InvalidSunset: ``sunset`` is less than twelve months after ``since``.
    """

    since: dt.date
    instead: str
    sunset: dt.date | None = None

    def __post_init__(self) -> None:
        """Register the declaration, and enforce the twelve months that the versioning policy promises."""
        declared.append(self)
        if self.sunset and self.sunset < (earliest := one_year_after(self.since)):
            raise InvalidSunset(
                f"Deprecated on {self.since}: the sunset must be on {earliest} or later, not {self.sunset}."
            )

    def __call__(self, view: View) -> View:
        """Deprecate the operation of a view. The order among the other decorators does not matter."""
        view._apidoc = getattr(view, "_apidoc", {}) | {EXTENSION_KEY: self}  # type: ignore[attr-defined]
        return view

    def __str__(self) -> str:
        """Return the description for the OpenAPI document and the guide."""
        end = f"will be removed on {self.sunset}" if self.sunset else "no removal date yet"
        return f"Deprecated since {self.since}; {end}. Use {self.instead} instead."


def one_year_after(day: dt.date) -> dt.date:
    """Return the same day of the next year, and 1 March for 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


def deprecation_headers(declared: Iterable[Deprecated]) -> dict[str, str]:
    """Return the headers ``Deprecation`` (RFC 9745) and, if there is a sunset date, ``Sunset`` (RFC 8594).

    With several declarations, the earliest dates apply.
    """
    declarations = list(declared)
    if not declarations:
        return {}
    since = _midnight(min(declaration.since for declaration in declarations))
    ends = [declaration.sunset for declaration in declarations if declaration.sunset]
    return {"Deprecation": f"@{int(since.timestamp())}"} | (
        {"Sunset": http_date(_midnight(min(ends)))} if ends else {}
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def append_deprecation(text: str, declared: Deprecated) -> str:
    """Return a description with the deprecation appended."""
    return f"{text} {declared}".strip()


def deprecation_to_document(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Mark a field or a parameter as deprecated in the OpenAPI document (an apispec attribute function)."""
    declared = field.metadata.get(EXTENSION_KEY)
    if declared is None:
        return {}
    return {"deprecated": True, "description": append_deprecation(ret.get("description", ""), declared)}
