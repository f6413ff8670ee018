"""Quotes: verbatim text that a source quotes from a film, or that is the source's own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, false, select, tuple_
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship, validates

from models.advisory import AdvisoryLink
from models.base import Base, Versioned, slugs_of
from models.character import Character
from models.citation import Citation
from models.facet_queries import ColumnFacet, advisory_facet, source_facet, theme_facet
from models.film import Film, OfFilm
from models.filters import (
    advisory_filters,
    cites_source,
    filter_by_theme,
    foreign_slug_in,
    in_filter,
    matches_text,
)
from models.list_index_table import Listed
from models.owned_rows import OwnedCollection, OwnsRows, PositionedRow, owned_rows
from models.scene import Scene
from models.text_segmentation import count_words
from models.theme import Theme
from models.types import enum_column, long_text, short_text

if TYPE_CHECKING:
    from models.source import Source


class QuoteKind(StrEnum):
    """A spoken line, part of a sentence, or a sentence that works as a maxim."""

    DIALOGUE = "dialogue"
    FRAGMENT = "fragment"
    APHORISM = "aphorism"


class Voice(StrEnum):
    """Whose words they are: the film's or the essay's."""

    FILM = "film"
    ESSAY = "essay"


class Fidelity(StrEnum):
    """How far the wording has been verified."""

    AS_QUOTED_BY_SOURCE = "as-quoted-by-source"
    VERIFIED_IN_FILM = "verified-in-film"


class Certainty(StrEnum):
    """How certain the speaker is."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"
    UNCERTAIN = "uncertain"


class Quote(Base, Listed, OwnsRows, OfFilm):
    """Exact words with one citation; ``word_count`` is computed from ``text``."""

    __tablename__ = "quotes"
    reading_order = 50
    example_id = "her-2013-a-wife-without-the-challenges"
    search_number = 5
    default_sort = ("film", "position")
    sort_columns: ClassVar = (*Versioned.sort_columns, "position", "word_count")
    search_weights: ClassVar = {"text": 2, "label": 1}
    owned_collections: ClassVar = {
        "advisories": OwnedCollection("advisory_links", "advisory"),
        # A quote has one citation: the paragraph that contains it verbatim.
        "citations": OwnedCollection("citations", None),
    }

    text: Mapped[str] = mapped_column(long_text())
    language: Mapped[str] = mapped_column(short_text(35))
    word_count: Mapped[int]
    #: Whether the sentence begins before the text, and whether it goes on after it.
    omitted_before: Mapped[bool] = mapped_column(default=False, server_default=false())
    omitted_after: Mapped[bool] = mapped_column(default=False, server_default=false())
    kind: Mapped[QuoteKind] = mapped_column(enum_column(QuoteKind))
    voice: Mapped[Voice] = mapped_column(enum_column(Voice))
    #: Whom the source quotes, if the words are neither the film's nor the source's own.
    attributed_to: Mapped[str | None] = mapped_column(short_text(200))
    fidelity: Mapped[Fidelity] = mapped_column(enum_column(Fidelity))
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("characters.id"), index=True)
    speaker_certainty: Mapped[Certainty | None] = mapped_column(enum_column(Certainty))
    scene_id: Mapped[int | None] = mapped_column(ForeignKey("scenes.id"), index=True)
    position: Mapped[int]
    editor_note: Mapped[str | None] = mapped_column(long_text())

    speaker: Mapped[Character | None] = relationship()
    scene: Mapped[Scene | None] = relationship()
    theme_links: Mapped[list[QuoteTheme]] = owned_rows("QuoteTheme", "quote")
    themes: AssociationProxy[list[Theme]] = association_proxy(
        "theme_links", "theme", creator=lambda theme: QuoteTheme(theme=theme)
    )
    citations: Mapped[list[Citation]] = owned_rows("Citation", "quote")
    #: The source in which the words stand: that of the one citation.
    source: Mapped[Source | None] = relationship(secondary="citations", viewonly=True, uselist=False)
    advisory_links: Mapped[list[AdvisoryLink]] = owned_rows("AdvisoryLink", "quote")

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (
            Index("ix_quotes_in_order", "film_id", "position", "slug"),
            Index("ix_quotes_language", "language"),
            CheckConstraint("position >= 1", name="position_counts"),
            CheckConstraint("word_count >= 1", name="word_count_counts"),
            # Certainty is about the speaker, so neither exists without the other.
            CheckConstraint(
                "(speaker_id IS NULL) = (speaker_certainty IS NULL)", name="certainty_of_speaker"
            ),
            # The essay's own words have no speaker in the film, and cannot be verified in it.
            CheckConstraint(
                "voice = 'film' OR (speaker_id IS NULL AND fidelity <> 'verified-in-film')",
                name="essay_voice",
            ),
            # The words of a film have a speaker instead.
            CheckConstraint("voice = 'essay' OR attributed_to IS NULL", name="attributed_essay_voice"),
        )

    @validates("text")
    def update_word_count(self, _key: str, text: str) -> str:
        """Update ``word_count``, as in ``models.text_segmentation``."""
        self.word_count = count_words(text)
        return text

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {
            "film": Film.slug,
            "position": cls.position,
            "word_count": cls.word_count,
        }

    @classmethod
    def select_where(
        cls,
        *,
        id: list[str] | None = None,
        q: list[Any] | None = None,
        film: list[str] | None = None,
        scene: list[str] | None = None,
        speaker: list[str] | None = None,
        speaker_certainty: list[Certainty] | None = None,
        kind: list[QuoteKind] | None = None,
        voice: list[Voice] | None = None,
        fidelity: list[Fidelity] | None = None,
        language: list[str] | None = None,
        theme: list[str] | None = None,
        theme_all: list[str] | None = None,
        source: list[str] | None = None,
        advisory: list[str] | None = None,
        exclude_advisory: list[str] | None = None,
        max_severity: int | None = None,
    ) -> Select[Self]:
        """Return the public quotes that match every filter."""
        statement = (
            super()
            .select_where(id=id)
            .where(*matches_text(cls, q))
            .join(cls.film)
            .where(
                Film.visible(),
                *in_filter(Film.slug, film),
                *foreign_slug_in(cls.scene_id, scene),
                *foreign_slug_in(cls.speaker_id, speaker),
                *in_filter(cls.speaker_certainty, speaker_certainty),
                *in_filter(cls.kind, kind),
                *in_filter(cls.voice, voice),
                *in_filter(cls.fidelity, fidelity),
                *in_filter(cls.language, language),
                *advisory_filters(cls, advisory, exclude_advisory, max_severity),
                *cites_source(cls, source),
            )
        )
        return filter_by_theme(statement, cls, theme, theme_all)

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`."""
        return {
            "film": ColumnFacet(cls.film_id, Film),
            "scene": ColumnFacet(cls.scene_id, Scene),
            "speaker": ColumnFacet(cls.speaker_id, Character),
            "speaker_certainty": ColumnFacet(cls.speaker_certainty),
            "kind": ColumnFacet(cls.kind),
            "voice": ColumnFacet(cls.voice),
            "fidelity": ColumnFacet(cls.fidelity),
            "language": ColumnFacet(cls.language),
            "theme": theme_facet(cls),
            "source": source_facet(cls),
            "advisory": advisory_facet(cls),
        }

    @classmethod
    def select_adjacent(cls, slug: str, *, after: bool) -> Select[str, str]:
        """Return the statement for the id and label of the film's next public quote, or its previous one.

        It returns no row at either end.
        """
        quote = aliased(cls)
        # Scalar subqueries are evaluated first, so that the database can use the index.
        film, position = (
            select(column).where(quote.slug == slug).scalar_subquery()
            for column in (quote.film_id, quote.position)
        )
        place, this = tuple_(cls.position, cls.slug), tuple_(position, slug)
        order = (cls.position, cls.slug) if after else (cls.position.desc(), cls.slug.desc())
        return (
            select(cls.slug, cls.label)
            .where(cls.film_id == film, cls.visible(), place > this if after else place < this)
            .order_by(*order)
            .limit(1)
        )

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        return self.common_record() | {
            "film": self.film.slug,
            "position": self.position,
            "text": self.text,
            "omitted_before": self.omitted_before,
            "omitted_after": self.omitted_after,
            "language": self.language,
            "kind": self.kind.value,
            "voice": self.voice.value,
            "attributed_to": self.attributed_to,
            "fidelity": self.fidelity.value,
            "speaker": self.speaker.slug if self.speaker else None,
            "speaker_certainty": self.speaker_certainty.value if self.speaker_certainty else None,
            "scene": self.scene.slug if self.scene else None,
            "themes": slugs_of(self.themes),
            "advisories": [link.to_record() for link in self.advisory_links],
            "citations": [citation.to_record() for citation in self.citations],
            "editor_note": self.editor_note,
        }


class QuoteTheme(Base, PositionedRow):
    """A theme of a quote."""

    __tablename__ = "quote_themes"
    __table_args__ = (
        Index("ix_quote_themes_theme", "theme_id", "quote_id"),
        Index("ix_quote_themes_shown", "quote_id", "position", "theme_id"),
    )

    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True)

    quote: Mapped[Quote] = relationship(back_populates="theme_links")
    theme: Mapped[Theme] = relationship(innerjoin=True)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.quote
