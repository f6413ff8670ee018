"""Entries: the create body of a resource with its type and id, as in a pack or in a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.entries.violations import Level, Violation
from api.schemas.fields import SLUG
from models.types import SLUG_LENGTH

#: A type and an id.
Key = tuple[str, str]
#: What is wrong with an id that ``is_valid_id`` refuses.
MALFORMED_ID = f"An id must match [a-z0-9]+(-[a-z0-9]+)* and have at most {SLUG_LENGTH} characters."


def is_valid_id(slug: str) -> bool:
    """Whether a text is a slug of at most ``SLUG_LENGTH`` characters."""
    return len(slug) <= SLUG_LENGTH and bool(SLUG.fullmatch(slug))


@dataclass(frozen=True)
class Entry:
    """A create body that may be invalid. ``position`` is the entry's place in its film, or in its file."""

    type_name: str
    slug: str
    body: dict[str, Any]
    position: int

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type_name, self.slug

    @property
    def has_valid_id(self) -> bool:
        """Whether the id is a slug."""
        return is_valid_id(self.slug)

    @property
    def mention(self) -> str:
        """The entry in a message about another one: its id, and where it is if that is known."""
        return f"“{self.slug}”"

    def violation(
        self,
        rule: str,
        message: str,
        *path: Any,
        level: Level = Level.ERROR,
        cause: tuple[Entry, str] | None = None,
    ) -> Violation:
        """Return a violation by this entry; ``path`` leads to the value in its body."""
        return Violation(self, rule, message, path, level, cause)


@dataclass(frozen=True)
class ValidEntry:
    """An entry that passed its create schema; ``body`` is the loaded body."""

    entry: Entry
    body: dict[str, Any]

    @property
    def slug(self) -> str:
        """The entry's id."""
        return self.entry.slug

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.entry.key
