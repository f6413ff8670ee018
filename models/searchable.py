"""The mixin for resources in the full-text search index."""

from __future__ import annotations

from typing import Any, ClassVar

#: Searchable models by type name; each registers itself.
SEARCHABLE: dict[str, Any] = {}


class Searchable:
    """A resource that is in the full-text search index."""

    #: The searched columns, each with the weight of a term in it.
    search_weights: ClassVar[dict[str, int]]
    #: A unique number of the type, for document ids and the order of equal hits; never change or reuse it.
    search_number: ClassVar[int]

    def __init_subclass__(cls, **options: Any) -> None:
        """Register a model, once it has a table."""
        super().__init_subclass__(**options)
        if "__tablename__" in cls.__dict__:
            SEARCHABLE[cls.type_name] = cls  # type: ignore[attr-defined]


def searchable_models() -> dict[str, Any]:
    """Return the searchable models by type name, in the order of their numbers."""
    return dict(sorted(SEARCHABLE.items(), key=lambda item: getattr(item[1], "search_number", 0)))


#: A search document's id is its resource's primary key times this, plus the search number.
DOCUMENT_ID_STRIDE = 16
MAX_NUMBER = DOCUMENT_ID_STRIDE - 1
