"""Commentary: one claim of a source, in our own words, with its evidence and its relations."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Self

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.advisory import AdvisoryLink, flagged
from models.base import Base, Ordered, PartList, Versioned, one_of, refers_to, slugs
from models.character import Character
from models.citation import Citation
from models.film import Film, OfFilm
from models.quote import Quote
from models.scene import Scene
from models.source import cited_from
from models.theme import Theme, about
from models.types import choice, line, prose


class CommentaryKind(StrEnum):
    """What sort of claim it is."""

    THESIS = "thesis"
    INTERPRETATION = "interpretation"
    CHARACTER_ANALYSIS = "character-analysis"
    PSYCHOLOGY = "psychology"
    SOCIAL_COMMENTARY = "social-commentary"
    MORAL_ARGUMENT = "moral-argument"
    CONTRADICTION = "contradiction"
    CONCLUSION = "conclusion"


class Scope(StrEnum):
    """What the claim is about: the film, society, or both."""

    FILM = "film"
    SOCIETY = "society"
    BOTH = "both"


class Weight(StrEnum):
    """How much of the source's argument rests on the claim."""

    CORE = "core"
    SUPPORTING = "supporting"
    MINOR = "minor"


class Relation(StrEnum):
    """What one claim does for another."""

    SUPPORTS = "supports"
    EXTENDS = "extends"
    DISPUTES = "disputes"


def _links(link: str) -> Any:
    """Return the relationship to an ordered list of parts of the class ``link``."""
    return relationship(
        back_populates="commentary",
        order_by=f"{link}.position",
        collection_class=ordering_list("position"),
        cascade="all, delete-orphan",
        foreign_keys=f"{link}.commentary_id",
    )


class Commentary(Base, Versioned, OfFilm):
    """One claim, reported and attributed, neither softened nor endorsed."""

    __tablename__ = "commentary"
    type_name = "commentary"
    default_sort = ("film", "position")
    part_lists: ClassVar = {
        "relations": PartList("relations", "target"),
        "advisories": PartList("advisory_links", "advisory"),
        "citations": PartList("citations", "source"),
    }

    title: Mapped[str] = mapped_column(line())
    text: Mapped[str] = mapped_column(prose())
    language: Mapped[str] = mapped_column(line(35))
    kind: Mapped[CommentaryKind] = mapped_column(choice(CommentaryKind))
    scope: Mapped[Scope] = mapped_column(choice(Scope))
    weight: Mapped[Weight] = mapped_column(choice(Weight))
    position: Mapped[int]
    editor_note: Mapped[str | None] = mapped_column(prose())

    scene_links: Mapped[list[CommentaryScene]] = _links("CommentaryScene")
    character_links: Mapped[list[CommentaryCharacter]] = _links("CommentaryCharacter")
    theme_links: Mapped[list[CommentaryTheme]] = _links("CommentaryTheme")
    quote_links: Mapped[list[CommentaryQuote]] = _links("CommentaryQuote")
    relations: Mapped[list[CommentaryRelation]] = _links("CommentaryRelation")
    citations: Mapped[list[Citation]] = _links("Citation")
    advisory_links: Mapped[list[AdvisoryLink]] = _links("AdvisoryLink")

    scenes: AssociationProxy[list[Scene]] = association_proxy(
        "scene_links", "scene", creator=lambda scene: CommentaryScene(scene=scene)
    )
    characters: AssociationProxy[list[Character]] = association_proxy(
        "character_links", "character", creator=lambda character: CommentaryCharacter(character=character)
    )
    themes: AssociationProxy[list[Theme]] = association_proxy(
        "theme_links", "theme", creator=lambda theme: CommentaryTheme(theme=theme)
    )
    quotes: AssociationProxy[list[Quote]] = association_proxy(
        "quote_links", "quote", creator=lambda quote: CommentaryQuote(quote=quote)
    )

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (
            Index("ix_commentary_in_order", "film_id", "position", "slug"),
            CheckConstraint("position >= 1", name="position_counts"),
        )

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {"film": Film.slug, "position": cls.position, "title": cls.title}

    @classmethod
    def select_where(
        cls,
        *,
        id: list[str] | None = None,
        film: list[str] | None = None,
        scene: list[str] | None = None,
        character: list[str] | None = None,
        quote: list[str] | None = None,
        kind: list[CommentaryKind] | None = None,
        scope: list[Scope] | None = None,
        weight: list[Weight] | None = None,
        theme: list[str] | None = None,
        theme_all: list[str] | None = None,
        source: list[str] | None = None,
        advisory: list[str] | None = None,
        exclude_advisory: list[str] | None = None,
        max_severity: int | None = None,
    ) -> Select[Self]:
        """Return the visible commentary that matches every filter."""
        return (
            super()
            .select_where(id=id)
            .join(cls.film)
            .where(
                Film.visible(),
                *one_of(Film.slug, film or ()),
                *cls._linked(CommentaryScene, CommentaryScene.scene_id, Scene, scene),
                *cls._linked(CommentaryCharacter, CommentaryCharacter.character_id, Character, character),
                *cls._linked(CommentaryQuote, CommentaryQuote.quote_id, Quote, quote),
                *one_of(cls.kind, kind or ()),
                *one_of(cls.scope, scope or ()),
                *one_of(cls.weight, weight or ()),
                *about(cls.id, CommentaryTheme, CommentaryTheme.commentary_id, theme or [], theme_all or []),
                *flagged(cls.id, AdvisoryLink.commentary_id, advisory, exclude_advisory, max_severity),
                *cited_from(cls.id, Citation.commentary_id, source),
            )
        )

    @classmethod
    def _linked(cls, link: Any, column: Any, noun: type[Versioned], wanted: list[str] | None) -> list[Any]:
        if not wanted:
            return []
        return [cls.id.in_(select(link.commentary_id).where(*refers_to(column, noun, wanted)))]

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        return self.common_record() | {
            "film": self.film.slug,
            "position": self.position,
            "title": self.title,
            "text": self.text,
            "language": self.language,
            "kind": self.kind.value,
            "scope": self.scope.value,
            "weight": self.weight.value,
            "scenes": slugs(self.scenes),
            "characters": slugs(self.characters),
            "themes": slugs(self.themes),
            "quotes": slugs(self.quotes),
            "citations": [citation.to_record() for citation in self.citations],
            "relations": [relation.to_record() for relation in self.relations],
            "advisories": [link.to_record() for link in self.advisory_links],
            "editor_note": self.editor_note,
        }


class CommentaryPart(Ordered):
    """A link that a commentary owns."""

    commentary: Mapped[Commentary]

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`Part.owner`."""
        return self.commentary


class CommentaryScene(Base, CommentaryPart):
    """A scene that a claim is about."""

    __tablename__ = "commentary_scenes"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="scene_links")
    scene: Mapped[Scene] = relationship(innerjoin=True)


class CommentaryCharacter(Base, CommentaryPart):
    """A character that a claim is about."""

    __tablename__ = "commentary_characters"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    character_id: Mapped[int] = mapped_column(ForeignKey("characters.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="character_links")
    character: Mapped[Character] = relationship(innerjoin=True)


class CommentaryTheme(Base, CommentaryPart):
    """A theme of a claim."""

    __tablename__ = "commentary_themes"
    __table_args__ = (Index("ix_commentary_themes_theme", "theme_id", "commentary_id"),)

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True)

    commentary: Mapped[Commentary] = relationship(back_populates="theme_links")
    theme: Mapped[Theme] = relationship(innerjoin=True)


class CommentaryQuote(Base, CommentaryPart):
    """A quote that a claim rests on."""

    __tablename__ = "commentary_quotes"

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    quote_id: Mapped[int] = mapped_column(ForeignKey("quotes.id"), primary_key=True, index=True)

    commentary: Mapped[Commentary] = relationship(back_populates="quote_links")
    quote: Mapped[Quote] = relationship(innerjoin=True)


class CommentaryRelation(Base, CommentaryPart):
    """What a claim does for another one."""

    __tablename__ = "commentary_relations"
    __table_args__ = (CheckConstraint("commentary_id <> target_id", name="not_related_to_itself"),)

    commentary_id: Mapped[int] = mapped_column(
        ForeignKey("commentary.id", ondelete="CASCADE"), primary_key=True
    )
    target_id: Mapped[int] = mapped_column(ForeignKey("commentary.id"), primary_key=True, index=True)
    relation: Mapped[Relation] = mapped_column(choice(Relation))

    commentary: Mapped[Commentary] = relationship(foreign_keys=commentary_id, back_populates="relations")
    target: Mapped[Commentary] = relationship(foreign_keys=target_id)

    def to_record(self) -> dict[str, Any]:
        """Return the relation as a create body writes it."""
        return {"relation": self.relation.value, "commentary": self.target.slug}
