"""Characters: who appears or is heard in a film; never the performer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlalchemy import ForeignKey, Index, Select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.advisory import AdvisoryLink
from models.author import Performer, plain_performer, to_body, to_performer
from models.base import Base, Versioned
from models.citation import Citation
from models.facet_queries import ColumnFacet, LinkFacet, advisory_facet, source_facet
from models.film import Film, OfFilm
from models.filters import (
    advisory_filters,
    cites_source,
    foreign_slug_in,
    in_filter,
    linked,
    matches_text,
)
from models.list_index_table import Listed
from models.owned_rows import OwnedCollection, OwnsRows, PositionedRow, owned_rows
from models.types import enum_column, json_list, long_text, short_text

if TYPE_CHECKING:
    from models.scene import Scene


class Presence(StrEnum):
    """How a character takes part in a scene: present, only heard, or only mentioned."""

    PRESENT = "present"
    VOICE = "voice"
    MENTIONED = "mentioned"


class Character(Base, Listed, OwnsRows, OfFilm):
    """A character or voice; ``name`` is null where the film gives none."""

    __tablename__ = "characters"
    reading_order = 30
    example_id = "her-2013-catherine"
    search_number = 2
    #: Performers are not part of the name: what is said about a character must not be about a real person.
    search_weights: ClassVar = {"name": 2, "label": 2, "description": 1}
    owned_collections: ClassVar = {
        "advisories": OwnedCollection("advisory_links", "advisory"),
        "citations": OwnedCollection("citations", "source"),
    }

    name: Mapped[str | None] = mapped_column(short_text(120))
    description: Mapped[str] = mapped_column(long_text())
    #: The name of the first performer.
    performer: Mapped[str | None] = mapped_column(long_text())
    performers: Mapped[list[Performer]] = mapped_column(json_list(), default=list)
    position: Mapped[int]
    editor_note: Mapped[str | None] = mapped_column(long_text())

    citations: Mapped[list[Citation]] = owned_rows("Citation", "character")
    advisory_links: Mapped[list[AdvisoryLink]] = owned_rows("AdvisoryLink", "character")

    default_sort = ("film", "position")
    sort_columns: ClassVar = (*Versioned.sort_columns, "position")

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (Index("ix_characters_in_order", "film_id", "position", "slug"),)

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {"film": Film.slug, "position": cls.position, "name": cls.name}

    @classmethod
    def select_where(
        cls,
        *,
        id: list[str] | None = None,
        q: list[Any] | None = None,
        film: list[str] | None = None,
        scene: list[str] | None = None,
        source: list[str] | None = None,
        advisory: list[str] | None = None,
        exclude_advisory: list[str] | None = None,
        max_severity: int | None = None,
    ) -> Select[Self]:
        """Return the public characters that match every filter."""
        return (
            super()
            .select_where(id=id)
            .where(*matches_text(cls, q))
            .join(cls.film)
            .where(
                Film.visible(),
                *in_filter(Film.slug, film),
                *linked(cls, Appearance.character_id, foreign_slug_in(Appearance.scene_id, scene)),
                *advisory_filters(cls, advisory, exclude_advisory, max_severity),
                *cites_source(cls, source),
            )
        )

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`."""
        from models.scene import Scene

        return {
            "film": ColumnFacet(cls.film_id, Film),
            "scene": LinkFacet(Appearance.scene_id, Scene, Appearance.character_id),
            "source": source_facet(cls),
            "advisory": advisory_facet(cls),
        }

    def assign(self, values: dict[str, Any]) -> None:
        """See :meth:`Versioned.assign`. Performers are written as ``performers``, or one as ``performer``."""
        if "performer" in values or "performers" in values:
            plain, bodies = values.get("performer"), values.get("performers")
            performers = [to_performer(body) for body in bodies or ()]
            if plain and not performers:
                performers = [plain_performer(plain)]
            name = performers[0]["name"] if performers else None
            values = values | {"performer": name, "performers": performers}
        super().assign(values)

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        is_plain = any(performer["kind"] is None for performer in self.performers)
        return (
            self.common_record()
            | {"film": self.film.slug}
            | {
                "name": self.name,
                "description": self.description,
                "performer": self.performer if is_plain else None,
                "performers": [] if is_plain else [to_body(performer) for performer in self.performers],
                "position": self.position,
                "editor_note": self.editor_note,
                "advisories": [link.to_record() for link in self.advisory_links],
                "citations": [citation.to_record() for citation in self.citations],
            }
        )


class Appearance(Base, PositionedRow):
    """A character in a scene, and how it takes part."""

    __tablename__ = "appearances"
    visible_through = "character"

    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"), primary_key=True)
    character_id: Mapped[int] = mapped_column(ForeignKey("characters.id"), primary_key=True, index=True)
    presence: Mapped[Presence] = mapped_column(enum_column(Presence))

    scene: Mapped[Scene] = relationship(back_populates="appearances")
    character: Mapped[Character] = relationship(innerjoin=True)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.scene

    def to_record(self) -> dict[str, Any]:
        """Return the appearance as a create body writes it."""
        return {"character": self.character.slug, "presence": self.presence.value}
