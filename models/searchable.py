"""The mixin of resources that full-text search finds."""

from __future__ import annotations

from typing import Any, ClassVar

#: Searchable models by the name of their type; each registers itself.
SEARCHABLE: dict[str, Any] = {}


class Searchable:
    """A resource with words that search finds."""

    #: The columns that are searched, each with the weight of one of its words.
    search_weights: ClassVar[dict[str, int]]
    #: Tells documents of different types apart, and orders equal hits. Stored: never changed or given again.
    search_number: ClassVar[int]

    def __init_subclass__(cls, **options: Any) -> None:
        """Register a model, once it has a table.

        Raises:
            TypeError: it declares no ``search_number``, or one that another model has.
        """
        super().__init_subclass__(**options)
        if "__tablename__" not in cls.__dict__:
            return
        number = getattr(cls, "search_number", None)
        other = next((one for one in SEARCHABLE.values() if one.search_number == number), None)
        if not isinstance(number, int) or not 1 <= number <= MAX_NUMBER or other:
            taken = sorted(one.search_number for one in SEARCHABLE.values())
            raise TypeError(
                f"{cls.__module__.replace('.', '/')}.py: {cls.__name__} needs a search_number of its own"
                f" from 1 to {MAX_NUMBER}; taken are {taken}."
            )
        SEARCHABLE[cls.type_name] = cls  # type: ignore[attr-defined]


def searchable_models() -> dict[str, Any]:
    """Return the searchable models by the name of their type, in the order of their numbers."""
    return dict(sorted(SEARCHABLE.items(), key=lambda item: int(item[1].search_number)))


#: The id of a search document is the primary key of its resource times this, plus its search number.
DOCUMENT_ID_STRIDE = 16
MAX_NUMBER = DOCUMENT_ID_STRIDE - 1
