"""What the domain refuses, without a word of HTTP.

The tree::

    DomainError
    ├── NotFound            no such resource, or none that may be seen
    │   └── Gone            there was one; it has been deleted
    ├── Renamed             it lives on under another id
    ├── InvalidReference    a slug that names nothing
    ├── InvalidQuery        a search that is too long, or looks for nothing
    ├── Conflict            the change contradicts what is stored
    └── Unavailable         the database cannot answer now
        └── QueryTimeout    … within the time that a statement may take

``api/http/errors.py`` is the only place that knows a status code for any of them.
"""


class DomainError(Exception):
    """Base of everything the domain refuses; ``str()`` is a sentence for a person."""


class NotFound(DomainError):
    """No resource of this type has this id, as far as the asker may know."""

    def __init__(self, type_name: str, slug: str) -> None:
        self.type_name, self.slug = type_name, slug
        super().__init__(
            f"There is no {type_name} with the id “{slug if len(slug) <= 80 else slug[:80] + '…'}”."
        )


class Gone(NotFound):
    """The resource was deleted; its id is never given out again."""

    def __init__(self, type_name: str, slug: str) -> None:
        super().__init__(type_name, slug)
        self.args = (f"The {type_name} “{slug}” has been deleted.",)


class Renamed(DomainError):
    """The resource lives on under another id."""

    def __init__(self, type_name: str, slug: str, new_slug: str) -> None:
        self.type_name, self.slug, self.new_slug = type_name, slug, new_slug
        super().__init__(f"The {type_name} “{slug}” is now called “{new_slug}”.")


class InvalidReference(DomainError):
    """An entry refers to something by a slug that names nothing it may refer to."""

    def __init__(self, field: str, detail: str) -> None:
        self.field, self.detail = field, detail
        super().__init__(detail)


class InvalidQuery(DomainError):
    """A search cannot be made of this text; the sentence says what is allowed."""


class Conflict(DomainError):
    """The change contradicts what is stored."""


class Unavailable(DomainError):
    """The database cannot answer at the moment; the same call may succeed in ``retry_after`` seconds."""

    retry_after = 2

    def __init__(self, detail: str = "The database cannot be reached at the moment.") -> None:
        super().__init__(detail)


class QueryTimeout(Unavailable):
    """A statement took longer than a statement may take."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__("The query took longer than a query may take. Narrow it with a filter.")
