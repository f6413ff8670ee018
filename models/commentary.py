"""Commentary: what a source argues, in our own words, with its evidence and its relations."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Self

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, Select, event, text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.advisory import AdvisoryLink
from models.asserted_by import AssertedBy, AssertedByFilter, asserted_by_filter
from models.base import Base, Versioned, slugs_of
from models.character import Character
from models.citation import Citation
from models.commentary_links import (
    CommentaryCharacter,
    CommentaryFilm,
    CommentaryQuote,
    CommentaryRelation,
    CommentaryScene,
    CommentaryTheme,
    Relation,
)
from models.facet_queries import ColumnFacet, FilmFacet, LinkFacet, advisory_facet, theme_facet
from models.film import Film, OfFilm
from models.filters import (
    advisory_filters,
    concerns_film,
    filter_by_theme,
    foreign_slug_in,
    in_filter,
    linked,
    matches_text,
)
from models.list_index_table import Listed
from models.owned_rows import OwnedCollection, OwnsRows, owned_rows
from models.quote import Quote
from models.scene import Scene
from models.source import Source
from models.statement_placeholders import is_given
from models.theme import Theme
from models.types import enum_column, long_text, short_text


class CommentaryKind(StrEnum):
    """The kind of argument."""

    THESIS = "thesis"
    INTERPRETATION = "interpretation"
    CHARACTER_ANALYSIS = "character-analysis"
    PSYCHOLOGY = "psychology"
    SOCIAL_COMMENTARY = "social-commentary"
    MORAL_ARGUMENT = "moral-argument"
    CONTRADICTION = "contradiction"
    CONCLUSION = "conclusion"


class Scope(StrEnum):
    """Whether an entry is about the film, society, or both."""

    FILM = "film"
    SOCIETY = "society"
    BOTH = "both"


class Weight(StrEnum):
    """How much of the source's argument rests on an entry."""

    CORE = "core"
    SUPPORTING = "supporting"
    MINOR = "minor"


#: The condition of the partial index: the entries of the editors are few.
BY_EDITORS = "asserted_by = 'editor'"


def _partial_index(name: str, *columns: str, condition: str) -> Index:
    """Return an index of the rows that meet the condition."""
    index = Index(name, *columns, sqlite_where=text(condition))

    # Only when the index is created: to check this option, SQLAlchemy loads all its support of PostgreSQL.
    @event.listens_for(index, "before_create")
    def set_condition(_index: Index, connection: Connection, **_options: Any) -> None:
        if connection.dialect.name == "postgresql":
            index.kwargs["postgresql_where"] = text(condition)

    return index


class Commentary(Base, Listed, OwnsRows, OfFilm):
    """One point that a source argues: reported and attributed, neither softened nor endorsed.

    Or, if ``asserted_by`` says so, one that the editors argue themselves. It belongs to exactly one source:
    the one that argues it, or that the editors discuss.
    """

    __tablename__ = "commentary"
    reading_order = 60
    example_id = "her-2013-perfection-opposes-reality"
    search_number = 6
    default_sort = ("film", "position")
    sort_columns: ClassVar = (*Versioned.sort_columns, "position", "title")
    search_weights: ClassVar = {"title": 3, "text": 1}
    owned_collections: ClassVar = {
        "relations": OwnedCollection("relations", "target"),
        "advisories": OwnedCollection("advisory_links", "advisory"),
        "citations": OwnedCollection("citations", "source"),
    }

    title: Mapped[str] = mapped_column(short_text())
    text: Mapped[str] = mapped_column(long_text())
    language: Mapped[str] = mapped_column(short_text(35))
    kind: Mapped[CommentaryKind] = mapped_column(enum_column(CommentaryKind))
    scope: Mapped[Scope] = mapped_column(enum_column(Scope))
    weight: Mapped[Weight] = mapped_column(enum_column(Weight))
    asserted_by: Mapped[AssertedBy] = mapped_column(
        enum_column(AssertedBy), default=AssertedBy.SOURCE, server_default=AssertedBy.SOURCE.value
    )
    position: Mapped[int]
    editor_note: Mapped[str | None] = mapped_column(long_text())
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)

    source: Mapped[Source] = relationship(innerjoin=True)
    #: The films that the entry concerns besides ``film``.
    further_film_links: Mapped[list[CommentaryFilm]] = owned_rows("CommentaryFilm", "commentary")
    scene_links: Mapped[list[CommentaryScene]] = owned_rows("CommentaryScene", "commentary")
    character_links: Mapped[list[CommentaryCharacter]] = owned_rows("CommentaryCharacter", "commentary")
    theme_links: Mapped[list[CommentaryTheme]] = owned_rows("CommentaryTheme", "commentary")
    quote_links: Mapped[list[CommentaryQuote]] = owned_rows("CommentaryQuote", "commentary")
    relations: Mapped[list[CommentaryRelation]] = owned_rows("CommentaryRelation", "commentary")
    citations: Mapped[list[Citation]] = owned_rows("Citation", "commentary")
    advisory_links: Mapped[list[AdvisoryLink]] = owned_rows("AdvisoryLink", "commentary")

    further_films: AssociationProxy[list[Film]] = association_proxy(
        "further_film_links", "film", creator=lambda film: CommentaryFilm(film=film)
    )
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
            # Partial, because an index of the others would tempt SQLite away from those of the lists.
            _partial_index("ix_commentary_by_editors", "film_id", "position", "slug", condition=BY_EDITORS),
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
        q: list[Any] | None = None,
        film: list[str] | None = None,
        scene: list[str] | None = None,
        character: list[str] | None = None,
        quote: list[str] | None = None,
        kind: list[CommentaryKind] | None = None,
        scope: list[Scope] | None = None,
        weight: list[Weight] | None = None,
        asserted_by: AssertedByFilter | None = None,
        relation: list[Relation] | None = None,
        relates_to: list[str] | None = None,
        theme: list[str] | None = None,
        theme_all: list[str] | None = None,
        source: list[str] | None = None,
        advisory: list[str] | None = None,
        exclude_advisory: list[str] | None = None,
        max_severity: int | None = None,
    ) -> Select[Self]:
        """Return the public commentary that matches every filter.

        Without ``asserted_by`` and without ``id``, it is what sources say, and not what the editors do.
        ``film`` matches an entry's film and its further ones.
        ``relation`` and ``relates_to`` apply to the same relation.
        """
        statement = (
            super()
            .select_where(id=id)
            .where(*matches_text(cls, q))
            .join(cls.film)
            .where(
                Film.visible(),
                *concerns_film(cls, film),
                *cls._linked_to(CommentaryScene.scene_id, scene),
                *cls._linked_to(CommentaryCharacter.character_id, character),
                *cls._linked_to(CommentaryQuote.quote_id, quote),
                *in_filter(cls.kind, kind),
                *in_filter(cls.scope, scope),
                *in_filter(cls.weight, weight),
                *([] if asserted_by is None and is_given(id) else asserted_by_filter(cls, asserted_by)),
                *linked(
                    cls,
                    CommentaryRelation.commentary_id,
                    in_filter(CommentaryRelation.relation, relation),
                    foreign_slug_in(CommentaryRelation.target_id, relates_to),
                ),
                *advisory_filters(cls, advisory, exclude_advisory, max_severity),
                *foreign_slug_in(cls.source_id, source),
            )
        )
        return filter_by_theme(statement, cls, theme, theme_all)

    @classmethod
    def select_public(cls) -> Select[Self]:
        """See :meth:`Versioned.select_public`; the editors' entries are among them."""
        return cls.select_where(asserted_by=AssertedByFilter.ANY)

    @classmethod
    def _linked_to(cls, column: Any, slugs: list[str] | None) -> list[Any]:
        """Return the condition that an entry has a link whose ``column`` refers to any of these ids."""
        return linked(cls, column.class_.commentary_id, foreign_slug_in(column, slugs))

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`."""
        return {
            "film": FilmFacet(CommentaryFilm.film_id, Film, CommentaryFilm.commentary_id, main=cls.film_id),
            "scene": LinkFacet(CommentaryScene.scene_id, Scene, CommentaryScene.commentary_id),
            "character": LinkFacet(
                CommentaryCharacter.character_id, Character, CommentaryCharacter.commentary_id
            ),
            "kind": ColumnFacet(cls.kind),
            "scope": ColumnFacet(cls.scope),
            "weight": ColumnFacet(cls.weight),
            "relation": LinkFacet(
                CommentaryRelation.relation,
                None,
                CommentaryRelation.commentary_id,
                ("relates_to", partial(foreign_slug_in, CommentaryRelation.target_id)),
            ),
            "theme": theme_facet(cls),
            "source": ColumnFacet(cls.source_id, Source),
            "advisory": advisory_facet(cls),
        }

    def assign(self, values: dict[str, Any]) -> None:
        """See :meth:`Versioned.assign`. Without a source, an entry belongs to the one that it cites first."""
        if values.get("citations") and "source" not in values:
            values = values | {"source": values["citations"][0]["source"]}
        super().assign(values)

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        return self.common_record() | {
            "film": self.film.slug,
            "source": self.source.slug,
            "films": slugs_of(self.further_films),
            "position": self.position,
            "title": self.title,
            "text": self.text,
            "language": self.language,
            "kind": self.kind.value,
            "scope": self.scope.value,
            "weight": self.weight.value,
            "asserted_by": self.asserted_by.value,
            "scenes": slugs_of(self.scenes),
            "characters": slugs_of(self.characters),
            "themes": slugs_of(self.themes),
            "quotes": slugs_of(self.quotes),
            "citations": [citation.to_record() for citation in self.citations],
            "relations": [relation.to_record() for relation in self.relations],
            "advisories": [link.to_record() for link in self.advisory_links],
            "editor_note": self.editor_note,
        }
