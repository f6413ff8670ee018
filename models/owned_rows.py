"""Parts: rows that have no life of their own, and the ordered lists that resources keep them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from sqlalchemy import ColumnElement
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Versioned, set_if_changed


class OwnedRow:
    """A row that has no life of its own: a change to it is a change of its ``owner``."""

    #: The relationship to what a part names beside its owner: nobody sees the one without the other.
    visible_through: ClassVar[str]

    @property
    def owner(self) -> Versioned | None:
        """The resource this row is a part of; None only while it is being taken apart."""
        raise NotImplementedError

    @hybrid_property
    def is_visible(self) -> bool:
        """Whether anyone may see what the part names: of a row, and as a condition in SQL."""
        return bool(getattr(self, self.visible_through).is_visible)

    @is_visible.inplace.expression
    @classmethod
    def _is_visible(cls) -> ColumnElement[bool]:
        named = getattr(cls, cls.visible_through)
        return cast("ColumnElement[bool]", named.has(named.property.mapper.class_.is_visible))


class PositionedRow(OwnedRow):
    """A part whose place among its siblings is the editor's choice."""

    position: Mapped[int] = mapped_column(default=0)


def owned_rows(link: str, owner: str) -> Any:
    """Return the relationship to an ordered list of parts: rows of ``link``, which name their ``owner``."""
    return relationship(
        back_populates=owner,
        order_by=f"{link}.position",
        collection_class=ordering_list("position"),
        cascade="all, delete-orphan",
        foreign_keys=f"{link}.{owner}_id",
    )


class ConcatenatedLists:
    """Several lists of a resource as one: what anyone may see of each, one list after the other.

    On the class it is itself, so that a statement can be made of its ``lists``.
    """

    def __init__(self, *lists: str) -> None:
        """Take the names of the lists."""
        self.lists = lists

    def __get__(self, resource: Any, owner: type[Any]) -> Self | list[Any]:
        """Return the resources in all the lists."""
        if resource is None:
            return self
        return [found for name in self.lists for found in getattr(resource, name) if found.is_visible]


@dataclass(frozen=True)
class OwnedCollection:
    """How a list in a create body becomes parts: the collection, and what tells one part from another.

    Without an ``identity`` there is one part at most: another one is the same row with other values.
    """

    collection: str
    identity: str | None

    def replace(self, owner: Versioned, wanted: list[dict[str, Any]]) -> None:
        """Make the owner's parts those of ``wanted``; a part that stays keeps its row."""
        present = list(getattr(owner, self.collection))
        known = {getattr(part, self.identity) if self.identity else None: part for part in present}
        part_class = getattr(type(owner), self.collection).property.mapper.class_
        parts = []
        for position, values in enumerate(wanted):
            part = known.get(values[self.identity] if self.identity else None) or part_class()
            place = {"position": position} if isinstance(part, PositionedRow) else {}
            for name, value in (values | place).items():
                set_if_changed(part, name, value)
            parts.append(part)
        if parts != present:
            setattr(owner, self.collection, parts)


class OwnsRows(Versioned):
    """A resource with owned rows: ``assign`` replaces them by those that a create body lists."""

    #: How a list of a create body becomes owned rows, by its key.
    owned_collections: ClassVar[dict[str, OwnedCollection]] = {}

    def assign(self, values: dict[str, Any]) -> None:
        """See :meth:`Versioned.assign`."""
        for name, value in values.items():
            if name in self.owned_collections:
                self.owned_collections[name].replace(self, value)
            else:
                super().assign({name: value})
