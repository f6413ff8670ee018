"""Where a source says it: links from a scene, a quote or a commentary to numbered paragraphs."""

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

# The source stands in both keys, so that a citation cannot list a paragraph of another source.
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
        # A citation may turn to another source before its paragraphs do, but not be kept so.
        deferrable=True,
        initially="DEFERRED",
    ),
    ForeignKeyConstraint(
        ["source_id", "number"],
        ["paragraphs.source_id", "paragraphs.number"],
        name="fk_citation_paragraphs_paragraph",
    ),
    # What cites a paragraph is found from there.
    Index("ix_citation_paragraphs_cited", "source_id", "number", "citation_id"),
)


class Citation(Base, ExclusivelyOwned):
    """Paragraphs of one source on which one scene, quote or commentary rests."""

    __tablename__ = "citations"
    visible_through = "source"
    collection = "citations"
    __table_args__ = (
        ExclusivelyOwned.one_owner(),
        UniqueConstraint("id", "source_id"),
        UniqueConstraint("scene_id", "source_id"),
        # A quote is verbatim in one place: one citation.
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
        """Return the citation as a create body writes it."""
        return {"source": self.source.slug, "paragraphs": list(self.paragraphs)}
