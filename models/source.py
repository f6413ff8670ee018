"""Sources: the essays that make the argument, and their numbered paragraphs.

The text of a source belongs to its author: only the number, kind, length and hash of each paragraph is
stored.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any, ClassVar, Self

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Select,
    func,
    select,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import (
    Mapped,
    Session,
    column_property,
    mapped_column,
    relationship,
)

from models.alias import Aliased
from models.author import Author, join_names, plain_author, to_author, to_body
from models.base import Base, Versioned, slugs_of
from models.errors import DomainError, NotFound
from models.facet_queries import ColumnFacet, LinkFacet
from models.film import Film, SourceFilm
from models.filters import foreign_slug_in, in_filter, linked
from models.narration import NarrationPart
from models.owned_rows import ConcatenatedLists, OwnedCollection, OwnedRow, OwnsRows, owned_rows
from models.types import enum_column, json_list, long_text, short_text


class SourceKind(StrEnum):
    """The form in which an argument about films is made."""

    ESSAY = "essay"
    REVIEW = "review"
    BOOK = "book"
    TALK = "talk"


class ParagraphKind(StrEnum):
    """The function of a paragraph in its source."""

    SITE = "site"
    SECTION = "section"
    TITLE = "title"
    SUBTITLE = "subtitle"
    HEADING = "heading"
    BODY = "body"
    FOOTER = "footer"


class Source(Base, OwnsRows, Aliased):
    """An essay, review, book or talk; unknown facts are null."""

    __tablename__ = "sources"
    reading_order = 20
    example_id = "her-perfection-is-the-enemy-of-real"
    default_sort = ("title",)
    sort_columns: ClassVar = (*Versioned.sort_columns, "title")
    owned_collections: ClassVar = {
        "paragraphs": OwnedCollection("paragraphs", "number"),
        "narration": OwnedCollection("narration", "position"),
    }

    kind: Mapped[SourceKind] = mapped_column(enum_column(SourceKind))
    title: Mapped[str] = mapped_column(short_text())
    subtitle: Mapped[str | None] = mapped_column(short_text())
    publication: Mapped[str | None] = mapped_column(short_text())
    section: Mapped[str | None] = mapped_column(short_text())
    #: The names of the authors in one text.
    author: Mapped[str | None] = mapped_column(long_text())
    authors: Mapped[list[Author]] = mapped_column(json_list(), default=list)
    published_on: Mapped[dt.date | None] = mapped_column(Date)
    source_url: Mapped[str | None] = mapped_column(short_text(2000))
    language: Mapped[str] = mapped_column(short_text(35))
    rights: Mapped[str] = mapped_column(long_text())
    sha256: Mapped[str] = mapped_column(short_text(64))
    editor_note: Mapped[str | None] = mapped_column(long_text())

    film_links: Mapped[list[SourceFilm]] = owned_rows("SourceFilm", "source")
    films: AssociationProxy[list[Film]] = association_proxy(
        "film_links", "film", creator=lambda film: SourceFilm(film=film)
    )
    paragraphs: Mapped[list[Paragraph]] = relationship(
        back_populates="source", order_by="Paragraph.number", cascade="all, delete-orphan"
    )
    narration: Mapped[list[NarrationPart]] = owned_rows("NarrationPart", "source")

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (CheckConstraint("length(sha256) = 64", name="sha256_length"),)

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {"title": cls.title, "published_on": cls.published_on}

    @classmethod
    def select_where(
        cls,
        *,
        id: list[str] | None = None,
        film: list[str] | None = None,
        kind: list[SourceKind] | None = None,
        language: list[str] | None = None,
    ) -> Select[Self]:
        """Return the public sources that match every filter."""
        return (
            super()
            .select_where(id=id)
            .where(
                *in_filter(cls.kind, kind),
                *in_filter(cls.language, language),
                *linked(cls, SourceFilm.source_id, foreign_slug_in(SourceFilm.film_id, film)),
            )
        )

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`."""
        return {
            "film": LinkFacet(SourceFilm.film_id, Film, SourceFilm.source_id),
            "kind": ColumnFacet(cls.kind),
            "language": ColumnFacet(cls.language),
        }

    def assign(self, values: dict[str, Any]) -> None:
        """See :meth:`Versioned.assign`. Authors are written as ``authors``, or one as a plain ``author``."""
        if "narration" in values:
            parts = [part | {"position": position} for position, part in enumerate(values["narration"])]
            values = values | {"narration": parts}
        if "author" in values or "authors" in values:
            plain, bodies = values.get("author"), values.get("authors") or []
            authors = [plain_author(plain)] if plain else [to_author(body) for body in bodies]
            names = join_names([author["name"] for author in authors])
            values = values | {"author": names or None, "authors": authors}
        super().assign(values)

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        own = ("title", "subtitle", "publication", "section", "source_url", "language")
        is_plain = any(author["kind"] is None for author in self.authors)
        return (
            self.common_record()
            | {"kind": self.kind.value}
            | {name: getattr(self, name) for name in own}
            | {
                "author": self.author if is_plain else None,
                "authors": [] if is_plain else [to_body(author) for author in self.authors],
                "published_on": self.published_on.isoformat() if self.published_on else None,
                "rights": self.rights,
                "sha256": self.sha256,
                "films": slugs_of(self.films),
                "paragraphs": [paragraph.to_record() for paragraph in self.paragraphs],
                "narration": [part.to_record() for part in self.narration],
                "editor_note": self.editor_note,
            }
        )


class Paragraph(Base, OwnedRow):
    """A non-blank line of the source's text, numbered from 1.

    ``sha256`` is the hash of the stripped line's UTF-8 bytes; words are separated by white space.
    """

    __tablename__ = "paragraphs"
    visible_through = "source"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_counts"),
        CheckConstraint("word_count >= 1", name="word_count_counts"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[ParagraphKind] = mapped_column(enum_column(ParagraphKind))
    word_count: Mapped[int]
    sha256: Mapped[str] = mapped_column(short_text(64))

    source: Mapped[Source] = relationship(back_populates="paragraphs", innerjoin=True)
    type_name = "paragraph"
    default_sort = ("number",)
    unique_sort = ("number",)
    #: The commentary, quotes and scenes that cite the paragraph, by type and id.
    cited_by = ConcatenatedLists("citing_commentary", "citing_quotes", "citing_scenes")

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.source

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """Return the published sort keys and the column each one stands for."""
        return {"number": cls.number, "word_count": cls.word_count}

    @classmethod
    def select_where(
        cls,
        *,
        source: list[str] | None = None,
        number: list[int] | None = None,
        kind: list[ParagraphKind] | None = None,
    ) -> Select[Self]:
        """Return the paragraphs of public sources that match every filter."""
        return (
            select(cls)
            .join(cls.source)
            .where(
                Source.visible(),
                *in_filter(Source.slug, source),
                *in_filter(cls.number, number),
                *in_filter(cls.kind, kind),
            )
        )

    @classmethod
    def missing_error(cls, session: Session, source: str, number: int) -> DomainError:
        """Return the error for a paragraph that does not exist, or for its source."""
        Source.by_slug(session, source)
        return NotFound(cls.type_name, str(number))

    def to_record(self) -> dict[str, Any]:
        """Return the paragraph as a create body writes it."""
        return {"kind": self.kind.value, "word_count": self.word_count, "sha256": self.sha256}


Source.paragraph_count = column_property(
    select(func.count())
    .select_from(Paragraph)
    .where(Paragraph.source_id == Source.id)
    .correlate_except(Paragraph)
    .scalar_subquery(),
    deferred=True,
)
Source.word_count = column_property(
    select(func.coalesce(func.sum(Paragraph.word_count), 0))
    .where(Paragraph.source_id == Source.id)
    .correlate_except(Paragraph)
    .scalar_subquery(),
    deferred=True,
)
