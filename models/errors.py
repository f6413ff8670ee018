"""Domain errors, independent of HTTP.

The tree::

    DomainError
    ├── NotFound            no visible resource has the id
    │   ├── Gone            the resource was deleted
    │   │   └── Purged      the content of a revision was removed for ever
    │   └── NotPublic       the resource was not public then, or has no such revision
    ├── Renamed             the resource has another id now
    ├── InvalidReference    a reference to a resource that does not exist
    ├── InvalidQuery        a search query that cannot be run
    ├── Conflict            a change that contradicts stored content
    │   └── InUse           a resource that others refer to cannot be deleted
    └── Unavailable         the database is temporarily unavailable
        ├── QueryTimeout    a statement exceeded its timeout
        ├── ReadOnly        the database cannot be written
        └── StorageFull     its disk is full

Only ``api/http/errors.py`` maps them to status codes.
"""

from collections.abc import Sequence


class DomainError(Exception):
    """Base class of domain errors; ``str()`` is a message for people."""


def _display_name(type_name: str) -> str:
    return "commentary entry" if type_name == "commentary" else type_name


def enumerate_choices(choices: Sequence[str]) -> str:
    """Return a list for people: ``a, b or c``."""
    *first, last = choices
    return f"{', '.join(first)} or {last}" if first else last


class NotFound(DomainError):
    """No visible resource of this type has this id; ``near`` are the ids that may have been meant."""

    def __init__(self, type_name: str, slug: str, near: Sequence[str] = ()) -> None:
        self.type_name, self.slug, self.near = type_name, slug, near
        message = (
            f"No {_display_name(type_name)} has the id “{slug if len(slug) <= 80 else slug[:80] + '…'}”."
        )
        if near:
            message += f" Did you mean {enumerate_choices([f'“{slug}”' for slug in near])}?"
        super().__init__(message)


class Gone(NotFound):
    """The resource was deleted, or withdrawn for a ``reason``; its id is never reused."""

    def __init__(self, type_name: str, slug: str, reason: str | None = None) -> None:
        super().__init__(type_name, slug)
        name = f"The {_display_name(type_name)} “{slug}”"
        self.args = (f"{name} was withdrawn: {reason}" if reason else f"{name} was deleted.",)


class Purged(Gone):
    """The content of a revision was removed for ever."""

    def __init__(self, type_name: str, slug: str) -> None:
        super().__init__(type_name, slug)
        self.args = (f"The content of the {_display_name(type_name)} “{slug}” was removed for ever.",)


class NotPublic(NotFound):
    """The resource has an id and a history, but was not public at a moment, or has no such revision."""

    def __init__(self, type_name: str, slug: str, reason: str) -> None:
        super().__init__(type_name, slug)
        self.args = (f"The {_display_name(type_name)} “{slug}” {reason}.",)


class Renamed(DomainError):
    """The resource was renamed and has another id now."""

    def __init__(self, type_name: str, slug: str, new_slug: str) -> None:
        self.type_name, self.slug, self.new_slug = type_name, slug, new_slug
        super().__init__(f"The {_display_name(type_name)} “{slug}” was renamed to “{new_slug}”.")


class InvalidReference(DomainError):
    """A reference names a resource that does not exist, or that may not be referenced here."""

    def __init__(self, field: str, detail: str) -> None:
        self.field, self.detail = field, detail
        super().__init__(detail)


class InvalidQuery(DomainError):
    """A search query cannot be run; the message says what is allowed."""


class Conflict(DomainError):
    """A change contradicts stored content."""


class InUse(Conflict):
    """A resource cannot be deleted: others refer to it.

    ``referrers`` are the types and ids of the first ones, and ``is_complete`` tells whether these are all.
    ``action`` is what was to happen to it.
    """

    def __init__(
        self,
        type_name: str,
        slug: str,
        referrers: Sequence[tuple[str, str]],
        *,
        is_complete: bool,
        action: str = "deleted",
    ) -> None:
        self.type_name, self.slug, self.referrers = type_name, slug, referrers
        self.is_complete = is_complete
        count = f"{len(referrers)}" if is_complete else f"more than {len(referrers)}"
        refer = "resource refers" if referrers and len(referrers) == 1 else "resources refer"
        name = f"The {_display_name(type_name)} “{slug}”"
        super().__init__(f"{name} cannot be {action}: {count} {refer} to it.")


class Unavailable(DomainError):
    """The database is temporarily unavailable; retry after ``retry_after`` seconds."""

    retry_after = 2

    def __init__(
        self, detail: str = "The database is temporarily unavailable. Retry in a few seconds."
    ) -> None:
        super().__init__(detail)


class QueryTimeout(Unavailable):
    """A statement exceeded the statement timeout."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__("The query exceeded its time limit. Narrow it with a filter.")


class ReadOnly(Unavailable):
    """The database cannot be written at the moment."""

    retry_after = 10

    def __init__(self) -> None:
        super().__init__("The database is read-only at the moment. Reads go on.")


class StorageFull(Unavailable):
    """The disk of the database is full."""

    retry_after = 60

    def __init__(self) -> None:
        super().__init__("The disk of the database is full. Nothing was changed, and reads go on.")
