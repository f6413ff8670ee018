"""Citations: links from characters, scenes, quotes and commentary to the paragraphs of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.advisory import ExclusivelyOwned
from models.base import Base

if TYPE_CHECKING:
    from models.source import Paragraph, Source

# Both foreign keys include the source, so that a citation cannot list a paragraph of another source.
citation_paragraphs = Table(
    "citation_paragraphs",
    Base.metadata,
    Column("citation_id", Integer, primary_key=True),
    Column("source_id", Integer, nullable=False),
    Column("number", Integer, primary_key=True),
    ForeignKeyConstraint(
        ["citation_id", "source_id"],
        ["citations.id", "citations.source_id"],
        ondelete="CASCADE",
        name="fk_citation_paragraphs_citation",
        # Deferred: a citation may change its source before its paragraphs within a transaction.
        deferrable=True,
        initially="DEFERRED",
    ),
    ForeignKeyConstraint(
        ["source_id", "number"],
        ["paragraphs.source_id", "paragraphs.number"],
        name="fk_citation_paragraphs_paragraph",
    ),
    # Finds the citations of a paragraph.
    Index("ix_citation_paragraphs_cited", "source_id", "number", "citation_id"),
)


class Citation(Base, ExclusivelyOwned):
    """The paragraphs of one source that a character, scene, quote or commentary entry rests on."""

    __tablename__ = "citations"
    visible_through = "source"
    collection = "citations"
    __table_args__ = (
        ExclusivelyOwned.one_owner(),
        UniqueConstraint("id", "source_id"),
        UniqueConstraint("character_id", "source_id"),
        UniqueConstraint("scene_id", "source_id"),
        # A quote has one citation: the paragraph that contains it verbatim.
        UniqueConstraint("quote_id"),
        UniqueConstraint("commentary_id", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)

    source: Mapped[Source] = relationship(innerjoin=True)
    cited: Mapped[list[Paragraph]] = relationship(
        secondary=citation_paragraphs,
        order_by="Paragraph.number",
        primaryjoin="Citation.id == citation_paragraphs.c.citation_id",
        secondaryjoin=(
            "and_(Paragraph.source_id == citation_paragraphs.c.source_id,"
            " Paragraph.number == citation_paragraphs.c.number)"
        ),
    )

    #: The numbers of the cited paragraphs, ascending.
    paragraphs: AssociationProxy[list[int]] = association_proxy("cited", "number")

    def to_record(self) -> dict[str, Any]:
        """Return the citation in the form of a create body."""
        return {"source": self.source.slug, "paragraphs": list(self.paragraphs)}
