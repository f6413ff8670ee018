"""Authors of a source and performers of a character: names, as stored in a JSON column."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, TypedDict

#: How the names of characters begin in scripts that put the family name first, without a space.
FAMILY_FIRST_SCRIPTS = ("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HANGUL")


class Author(TypedDict):
    """An author, as stored and as the API serves it.

    ``kind`` is ``person`` or ``organization``; None for a name that was written as plain text. A person has a
    ``family`` name, any other author a ``literal`` name. ``name`` is the whole name in its natural order:
    the family name comes first if ``family_first``.
    """

    kind: str | None
    name: str
    given: str | None
    family: str | None
    suffix: str | None
    literal: str | None
    family_first: bool


class Performer(Author):
    """Whoever plays or voices a character; ``part`` is what they do of the role, such as “voice”, or None."""

    part: str | None


def to_author(body: dict[str, Any]) -> Author:
    """Return the author that a create body describes by ``given`` and ``family``, or by ``literal``."""
    literal = body.get("literal")
    if literal:
        return _named(literal, "organization")
    given, family, suffix = (body.get(part) for part in ("given", "family", "suffix"))
    is_east_asian = _is_east_asian(f"{given or ''}{family}")
    family_first = body.get("family_first")
    if family_first is None:
        family_first = is_east_asian
    parts = (family, given) if family_first else (given, family)
    separator = "" if family_first and is_east_asian else " "
    name = separator.join(part for part in parts if part) + (f" {suffix}" if suffix else "")
    return Author(
        kind="person",
        name=_one_line(name),
        given=given,
        family=family,
        suffix=suffix,
        literal=None,
        family_first=family_first,
    )


def to_performer(body: dict[str, Any]) -> Performer:
    """Return the performer that a create body describes like an author, with an optional ``part``."""
    return Performer(**to_author(body), part=body.get("part"))


def to_body(author: Author) -> dict[str, Any]:
    """Return an author or a performer as a create body describes it."""
    return {name: value for name, value in author.items() if name not in ("kind", "name") and value}


def plain_author(name: str) -> Author:
    """Return the author for a name in plain text, of which nobody can tell what its parts are."""
    return _named(name, None)


def plain_performer(name: str) -> Performer:
    """Return the performer for a name in plain text."""
    return Performer(**plain_author(name), part=None)


def join_names(names: Sequence[str]) -> str:
    """Return names in one text: ``A, B and C``; empty without names."""
    *others, last = names or ("",)
    return f"{', '.join(others)} and {last}" if others else last


def _named(literal: str, kind: str | None) -> Author:
    return Author(
        kind=kind,
        name=_one_line(literal),
        given=None,
        family=None,
        suffix=None,
        literal=literal,
        family_first=False,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_east_asian(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and all(
        unicodedata.name(letter, "").startswith(FAMILY_FIRST_SCRIPTS) for letter in letters
    )
