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
        """Register a model that has a table.

        Raises:
            TypeError: it has no ``search_number``, or another model has the same one.
        """
        super().__init_subclass__(**options)
        if "__tablename__" not in cls.__dict__:
            return
        number = getattr(cls, "search_number", None)
        duplicate = next((model for model in SEARCHABLE.values() if model.search_number == number), None)
        if not isinstance(number, int) or not 1 <= number <= MAX_NUMBER or duplicate:
            used = ", ".join(f"{model.search_number} ({model.__name__})" for model in SEARCHABLE.values())
            raise TypeError(
                f"{cls.__module__.replace('.', '/')}.py: {cls.__name__} needs a unique search_number"
                f" between 1 and {MAX_NUMBER}. These are in use: {used}."
            )
        SEARCHABLE[cls.type_name] = cls  # type: ignore[attr-defined]


def searchable_models() -> dict[str, Any]:
    """Return the searchable models by type name, in the order of their numbers."""
    return dict(sorted(SEARCHABLE.items(), key=lambda item: int(item[1].search_number)))


#: A search document's id is its resource's primary key times this, plus the search number.
DOCUMENT_ID_STRIDE = 16
MAX_NUMBER = DOCUMENT_ID_STRIDE - 1
