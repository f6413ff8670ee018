"""The links of commentary: to scenes, characters, themes, quotes and other commentary."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import CheckConstraint, CompoundSelect, ForeignKey, Index, Select, or_, select, union
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.asserted_by import AssertedBy, AssertedByFilter, asserted_by_filter
from models.base import Base, Versioned
from models.character import Character
from models.film import Film
from models.filters import in_filter
from models.owned_rows import PositionedRow
from models.quote import Quote
from models.scene import Scene
from models.shared_alias import shared_alias
from models.statement_placeholders import bound, is_given
from models.theme import Theme
from models.types import enum_column, long_text

if TYPE_CHECKING:
    from models.commentary import Commentary
    from models.source import Source


class Relation(StrEnum):
    """How one commentary entry relates to another."""

    SUPPORTS = "supports"
    EXTENDS = "extends"
    DISPUTES = "disputes"


class CommentaryOwned(PositionedRow):
    """A link that a commentary entry owns."""

    commentary: Mapped[Commentary]

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.commentary


class CommentaryFilm(Base, CommentaryOwned):
    """A film that a commentary entry concerns besides its own."""

    __tablename__ = "commentary_films"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    film_id: Mapped[int] = mapped_column(ForeignKey("films.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="further_film_links")
    film: Mapped[Film] = relationship(innerjoin=True)


class CommentaryScene(Base, CommentaryOwned):
    """A scene that a commentary entry is about."""

    __tablename__ = "commentary_scenes"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="scene_links")
    scene: Mapped[Scene] = relationship(innerjoin=True)


class CommentaryCharacter(Base, CommentaryOwned):
    """A character that a commentary entry is about."""

    __tablename__ = "commentary_characters"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    character_id: Mapped[int] = mapped_column(ForeignKey("characters.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="character_links")
    character: Mapped[Character] = relationship(innerjoin=True)


class CommentaryTheme(Base, CommentaryOwned):
    """A theme of a commentary entry."""

    __tablename__ = "commentary_themes"
    __table_args__ = (
        Index("ix_commentary_themes_theme", "theme_id", "commentary_id"),
        Index("ix_commentary_themes_shown", "commentary_id", "position", "theme_id"),
    )

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True)

    commentary: Mapped[Commentary] = relationship(back_populates="theme_links")
    theme: Mapped[Theme] = relationship(innerjoin=True)


class CommentaryQuote(Base, CommentaryOwned):
    """A quote that a commentary entry rests on."""

    __tablename__ = "commentary_quotes"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="quote_links")
    quote: Mapped[Quote] = relationship(innerjoin=True)


def _source_of(key: str) -> Any:
    """Return the relationship to the source of the entry that the foreign key ``key`` refers to."""
    return relationship(
        "Source",
        secondary="commentary",
        primaryjoin=f"CommentaryRelation.{key} == Commentary.id",
        secondaryjoin="Commentary.source_id == Source.id",
        uselist=False,
        viewonly=True,
    )


class CommentaryRelation(Base, CommentaryOwned):
    """A relation from one commentary entry to another, which the source or the editors see.

    ``note`` says why, where that is not plain.
    """

    __tablename__ = "commentary_relations"
    visible_through = "target"
    __table_args__ = (CheckConstraint("commentary_id <> target_id", name="not_related_to_itself"),)

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    target_id: Mapped[int] = mapped_column(ForeignKey("commentary.id"), primary_key=True, index=True)
    relation: Mapped[Relation] = mapped_column(enum_column(Relation))
    asserted_by: Mapped[AssertedBy] = mapped_column(
        enum_column(AssertedBy), default=AssertedBy.SOURCE, server_default=AssertedBy.SOURCE.value
    )
    note: Mapped[str | None] = mapped_column(long_text())

    commentary: Mapped[Commentary] = relationship(foreign_keys=commentary_id, back_populates="relations")
    target: Mapped[Commentary] = relationship(foreign_keys=target_id)
    #: The sources that the two entries belong to.
    subject_source: Mapped[Source] = _source_of("commentary_id")
    target_source: Mapped[Source] = _source_of("target_id")

    type_name = "relation"
    default_sort = ("subject", "object")
    unique_sort = ("subject", "object")

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """Return the published sort keys: the ids of the two entries."""
        subject, object_ = cls.sides()
        return {"subject": subject.slug, "object": object_.slug}

    @classmethod
    @cache
    def sides(cls) -> tuple[Any, Any]:
        """Return the aliases of the subject and the object, the same in every statement."""
        commentary = cls.target.property.mapper.class_
        return shared_alias(commentary, "subject"), shared_alias(commentary, "object")

    @classmethod
    def select_where(
        cls,
        *,
        commentary: list[str] | None = None,
        relation: list[Relation] | None = None,
        subject: list[str] | None = None,
        object: list[str] | None = None,
        asserted_by: AssertedByFilter | None = None,
    ) -> Select[Self]:
        """Return the relations between public entries that match every filter.

        Without ``asserted_by``, whoever asserts them. ``commentary`` matches either side; ``subject`` is the
        entry that supports, extends or disputes ``object``.
        """
        one, other = cls.sides()
        statement = (
            select(cls)
            .join(cls.commentary.of_type(one))
            .join(cls.target.of_type(other))
            .where(
                one.is_visible,
                other.is_visible,
                *in_filter(cls.relation, relation),
                *in_filter(one.slug, subject),
                *in_filter(other.slug, object),
                *asserted_by_filter(cls, asserted_by or AssertedByFilter.ANY),
            )
        )
        if is_given(commentary):
            entries = bound(commentary)
            statement = statement.where(
                or_(one.slug.in_(entries), other.slug.in_(entries)),
                one.id.in_(cls._ids_of_related_subjects(entries)),
            )
        return statement

    @classmethod
    def _ids_of_related_subjects(cls, commentary: list[Any]) -> CompoundSelect[Any]:
        """Return the keys of the subjects of all relations that have one of these entries on either side.

        With OR alone a database would scan all commentary in sort order.
        """
        claims = cls.target.property.mapper.class_
        keys = select(claims.id).where(claims.slug.in_(commentary))
        return union(keys, select(cls.commentary_id).where(cls.target_id.in_(keys)))

    def to_record(self) -> dict[str, Any]:
        """Return the relation in the form of a create body."""
        return {
            "relation": self.relation.value,
            "commentary": self.target.slug,
            "asserted_by": self.asserted_by.value,
            "note": self.note,
        }
