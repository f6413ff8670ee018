"""What is deprecated: one declaration, from which the document, the headers and the guide all follow.

It stands where the thing itself does: over a view, or as ``deprecated`` in the metadata of a field or a
parameter. ``api/http/deprecation/headers.py`` finds it there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from werkzeug.http import http_date

#: Where people read what a version promises, and the part of it that lists what is deprecated.
GUIDE = "/docs/guides/versioning"
SECTION = "deprecated-now"
#: Of a function's documentation (flask-smorest's ``_apidoc``), and of a field's metadata.
EXTENSION_KEY = "deprecated"
View = TypeVar("View", bound=Callable[..., Any])


class InvalidSunset(ValueError):
    """A declaration that gives clients less time than they were promised."""


@dataclass(frozen=True)
class Deprecated:
    """Says of an operation, a parameter or a field since when it should not be used, and what should be.

    It goes away on ``sunset``; None while that is not known. ``instead`` completes the sentence “Use …
    instead.” An operation is declared deprecated by a decorator over its view::

        @blp.route("/quotes/lucky")
        @Deprecated(dt.date(2027, 1, 1), instead="`/v1/quotes/random`", sunset=dt.date(2028, 1, 1))
        @blp.random(…)

    and a field, or a parameter, in its metadata::

        metadata={"description": "…", "deprecated": Deprecated(dt.date(2027, 1, 1), instead="`label`")}

    Raises:
        InvalidSunset: there are less than twelve months between ``since`` and ``sunset``.
    """

    since: dt.date
    instead: str
    sunset: dt.date | None = None

    def __post_init__(self) -> None:
        """Keep the promise, to the day."""
        if self.sunset and self.sunset < (earliest := one_year_after(self.since)):
            raise InvalidSunset(
                f"What is deprecated on {self.since} is promised to stay until {earliest}, not {self.sunset}."
            )

    def __call__(self, view: View) -> View:
        """Declare the operation of a view deprecated; decorators above and below it are told alike."""
        view._apidoc = getattr(view, "_apidoc", {}) | {EXTENSION_KEY: self}  # type: ignore[attr-defined]
        return view

    def __str__(self) -> str:
        """Return the sentences that the document and the guide say of it."""
        end = f"goes away on {self.sunset}" if self.sunset else "no end is set"
        return f"Deprecated since {self.since}; {end}. Use {self.instead} instead."


def one_year_after(day: dt.date) -> dt.date:
    """Return the same day of the next year; after 29 February it is 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return dt.date(day.year + 1, 3, 1)


def deprecation_headers(declared: Iterable[Deprecated]) -> dict[str, str]:
    """Return ``Deprecation`` (RFC 9745) and, where an end is set, ``Sunset`` (RFC 8594).

    Of several declarations the earliest days count.
    """
    known = list(declared)
    if not known:
        return {}
    since = _midnight(min(one.since for one in known))
    ends = [one.sunset for one in known if one.sunset]
    return {"Deprecation": f"@{int(since.timestamp())}"} | (
        {"Sunset": http_date(_midnight(min(ends)))} if ends else {}
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def append_deprecation(text: str, declared: Deprecated) -> str:
    """Return a description with what is to be said of the deprecation after it."""
    return f"{text} {declared}".strip()


def deprecation_to_document(self: Any, field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    """Say in the document that a field or a parameter is deprecated (an attribute function of apispec)."""
    declared = field.metadata.get(EXTENSION_KEY)
    if declared is None:
        return {}
    return {"deprecated": True, "description": append_deprecation(ret.get("description", ""), declared)}
