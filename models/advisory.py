"""Advisories: the vocabulary of content notes, and the links that give each a severity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.alias import Aliased
from models.base import Base, Versioned
from models.owned_rows import PositionedRow
from models.types import json_list, long_text, short_text

if TYPE_CHECKING:
    from models.character import Character
    from models.commentary import Commentary
    from models.quote import Quote
    from models.scene import Scene


class Advisory(Base, Aliased):
    """A kind of content that readers may want to avoid, with the meaning of each severity."""

    __tablename__ = "advisories"
    reading_order = 80
    example_id = "gender-generalisation"
    sort_columns: ClassVar = (*Versioned.sort_columns, "name")

    name: Mapped[str] = mapped_column(short_text(120))
    description: Mapped[str] = mapped_column(long_text())
    severities: Mapped[dict[str, str]] = mapped_column(json_list())

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {"name": cls.name}

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        return self.common_record() | {
            "name": self.name,
            "description": self.description,
            "severities": self.severities,
        }


class ExclusivelyOwned(PositionedRow):
    """A row that belongs to one character, scene, quote or commentary entry: an exclusive arc (ADR 0004).

    ``collection`` is the name of the owner's relationship to these rows.
    """

    collection: ClassVar[str]

    @declared_attr
    def character_id(cls) -> Mapped[int | None]:
        """Key of the owning character."""
        return mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))

    @declared_attr
    def scene_id(cls) -> Mapped[int | None]:
        """Key of the owning scene."""
        return mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"))

    @declared_attr
    def quote_id(cls) -> Mapped[int | None]:
        """Key of the owning quote."""
        return mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"))

    @declared_attr
    def commentary_id(cls) -> Mapped[int | None]:
        """Key of the owning commentary."""
        return mapped_column(ForeignKey("commentary.id", ondelete="CASCADE"))

    @declared_attr
    def character(cls) -> Mapped[Character | None]:
        """The owning character."""
        return relationship("Character", back_populates=cls.collection)

    @declared_attr
    def scene(cls) -> Mapped[Scene | None]:
        """The owning scene."""
        return relationship("Scene", back_populates=cls.collection)

    @declared_attr
    def quote(cls) -> Mapped[Quote | None]:
        """The owning quote."""
        return relationship("Quote", back_populates=cls.collection)

    @declared_attr
    def commentary(cls) -> Mapped[Commentary | None]:
        """The owning commentary."""
        return relationship("Commentary", back_populates=cls.collection)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.character or self.scene or self.quote or self.commentary

    @staticmethod
    def one_owner() -> CheckConstraint:
        """Return the check that exactly one owner is set."""
        owners = ("character", "scene", "quote", "commentary")
        counted = " + ".join(f"CASE WHEN {owner}_id IS NULL THEN 0 ELSE 1 END" for owner in owners)
        return CheckConstraint(f"{counted} = 1", name="one_owner")


class AdvisoryLink(Base, ExclusivelyOwned):
    """An advisory on the words of a character, a scene, a quote or a commentary entry."""

    __tablename__ = "advisory_links"
    visible_through = "advisory"
    collection = "advisory_links"
    __table_args__ = (
        ExclusivelyOwned.one_owner(),
        CheckConstraint("severity BETWEEN 1 AND 3", name="severity_range"),
        UniqueConstraint("character_id", "advisory_id"),
        UniqueConstraint("scene_id", "advisory_id"),
        UniqueConstraint("quote_id", "advisory_id"),
        UniqueConstraint("commentary_id", "advisory_id"),
        Index("ix_advisory_links_advisory_id", "advisory_id", "severity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    advisory_id: Mapped[int] = mapped_column(ForeignKey("advisories.id"))
    severity: Mapped[int]

    advisory: Mapped[Advisory] = relationship(innerjoin=True)

    def to_record(self) -> dict[str, Any]:
        """Return the link in the form of a create body."""
        return {"advisory": self.advisory.slug, "severity": self.severity}
