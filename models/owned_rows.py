"""Owned rows: they exist only as part of a resource, which keeps them in ordered collections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Versioned, VisibleThrough, set_if_changed


class OwnedRow(VisibleThrough):
    """A row that exists only as part of its ``owner``: a change to it is a change of the owner."""

    @property
    def owner(self) -> Versioned | None:
        """The resource that owns the row; None only while the row is being removed."""
        raise NotImplementedError


class PositionedRow(OwnedRow):
    """An owned row whose position among its siblings an editor chooses."""

    position: Mapped[int] = mapped_column(default=0)


def owned_rows(link: str, owner: str) -> Any:
    """Return the relationship to an ordered collection of owned rows, of the class named ``link``."""
    return relationship(
        back_populates=owner,
        order_by=f"{link}.position",
        collection_class=ordering_list("position"),
        cascade="all, delete-orphan",
        foreign_keys=f"{link}.{owner}_id",
    )


class ConcatenatedLists:
    """A descriptor that concatenates the public members of several collections of a resource.

    Accessed on the class it returns itself, so that a statement can be built from its ``lists``.
    """

    def __init__(self, *lists: str) -> None:
        """Take the names of the collections."""
        self.lists = lists

    def __get__(self, resource: Any, owner: type[Any]) -> Self | list[Any]:
        """Return the public members of all collections."""
        if resource is None:
            return self
        return [member for name in self.lists for member in getattr(resource, name) if member.is_visible]


@dataclass(frozen=True)
class OwnedCollection:
    """How a list in a create body becomes owned rows: their collection, and what identifies a row.

    Without an ``identity`` there is at most one row, which is updated in place.
    """

    collection: str
    identity: str | None

    def replace(self, owner: Versioned, body_rows: list[dict[str, Any]]) -> None:
        """Replace the owner's rows by those of a create body; a row with the same identity is updated."""
        present = list(getattr(owner, self.collection))
        known = {getattr(part, self.identity) if self.identity else None: part for part in present}
        part_class = getattr(type(owner), self.collection).property.mapper.class_
        parts = []
        for position, values in enumerate(body_rows):
            part = known.get(values[self.identity] if self.identity else None) or part_class()
            extra_values = {"position": position} if isinstance(part, PositionedRow) else {}
            for name, value in (values | extra_values).items():
                set_if_changed(part, name, value)
            parts.append(part)
        if parts != present:
            setattr(owner, self.collection, parts)


class OwnsRows(Versioned):
    """A resource with owned rows: ``assign`` replaces them by those in a create body."""

    #: The owned collections, by the key of their list in a create body.
    owned_collections: ClassVar[dict[str, OwnedCollection]] = {}

    def assign(self, values: dict[str, Any]) -> None:
        """See :meth:`Versioned.assign`."""
        for name, value in values.items():
            if name in self.owned_collections:
                self.owned_collections[name].replace(self, value)
            else:
                super().assign({name: value})
