"""Narrations: a source's own cut and order of the scenes of its films.

A scene's ``position`` is its place in the film. A source without a narration tells the scenes in that order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, slugs_of
from models.owned_rows import PositionedRow, owned_rows
from models.scene import Scene
from models.types import json_list, short_text

if TYPE_CHECKING:
    from models.source import Source


class NarrationPart(Base, PositionedRow):
    """What a source tells in one go: one scene, or several that it merges.

    A scene may be in several parts: the source splits it, or returns to it.
    """

    __tablename__ = "narration_parts"
    visible_through = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), index=True)
    title: Mapped[str | None] = mapped_column(short_text())
    #: The numbers of the paragraphs of the source that tell it, ascending.
    paragraphs: Mapped[list[int]] = mapped_column(json_list())

    source: Mapped[Source] = relationship(back_populates="narration", innerjoin=True)
    scene_links: Mapped[list[NarrationScene]] = owned_rows("NarrationScene", "part")
    scenes: AssociationProxy[list[Scene]] = association_proxy(
        "scene_links", "scene", creator=lambda scene: NarrationScene(scene=scene)
    )

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.source

    def to_record(self) -> dict[str, Any]:
        """Return the part in the form of a create body."""
        return {"title": self.title, "scenes": slugs_of(self.scenes), "paragraphs": self.paragraphs}


class NarrationScene(Base, PositionedRow):
    """A scene in a part of a narration."""

    __tablename__ = "narration_scenes"

    part_id: Mapped[int] = mapped_column(
        ForeignKey("narration_parts.id", ondelete="CASCADE"), primary_key=True
    )
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id"), primary_key=True, index=True)

    part: Mapped[NarrationPart] = relationship(back_populates="scene_links")
    scene: Mapped[Scene] = relationship(innerjoin=True)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`; None, too, while its part is being removed."""
        return self.part.owner if self.part else None
