"""Scenes: the units of a film, in the film's order. How a source orders them is in ``models.narration``."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Self

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, select, tuple_
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import (
    Mapped,
    aliased,
    column_property,
    mapped_column,
    relationship,
)

from models.advisory import AdvisoryLink
from models.base import Base, Versioned, slugs_of
from models.character import Appearance, Character, Presence
from models.citation import Citation
from models.facet_queries import ColumnFacet, LinkFacet, advisory_facet, source_facet, theme_facet
from models.film import Film, OfFilm
from models.filters import (
    advisory_filters,
    cites_source,
    filter_by_theme,
    foreign_slug_in,
    in_filter,
    linked,
    matches_text,
)
from models.list_index_table import Listed
from models.owned_rows import OwnedCollection, OwnsRows, PositionedRow, owned_rows
from models.theme import Theme
from models.types import long_text, short_text


class Scene(Base, Listed, OwnsRows, OfFilm):
    """A scene, summarised in our own words; timecodes are ``HH:MM:SS``, or null where not known."""

    __tablename__ = "scenes"
    reading_order = 40
    example_id = "her-2013-lunch-with-catherine"
    search_number = 4
    default_sort = ("film", "position")
    sort_columns: ClassVar = (*Versioned.sort_columns, "position", "title")
    search_weights: ClassVar = {"title": 3, "summary": 1}
    owned_collections: ClassVar = {
        "appearances": OwnedCollection("appearances", "character"),
        "advisories": OwnedCollection("advisory_links", "advisory"),
        "citations": OwnedCollection("citations", "source"),
    }

    title: Mapped[str] = mapped_column(short_text())
    position: Mapped[int]
    summary: Mapped[str] = mapped_column(long_text())
    starts_at: Mapped[str | None] = mapped_column(short_text(8))
    ends_at: Mapped[str | None] = mapped_column(short_text(8))
    editor_note: Mapped[str | None] = mapped_column(long_text())

    appearances: Mapped[list[Appearance]] = owned_rows("Appearance", "scene")
    theme_links: Mapped[list[SceneTheme]] = owned_rows("SceneTheme", "scene")
    themes: AssociationProxy[list[Theme]] = association_proxy(
        "theme_links", "theme", creator=lambda theme: SceneTheme(theme=theme)
    )
    citations: Mapped[list[Citation]] = owned_rows("Citation", "scene")
    advisory_links: Mapped[list[AdvisoryLink]] = owned_rows("AdvisoryLink", "scene")

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (
            Index("ix_scenes_in_order", "film_id", "position", "slug"),
            CheckConstraint("position >= 1", name="position_counts"),
            CheckConstraint("starts_at <= ends_at", name="timecode_order"),
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
        character: list[str] | None = None,
        presence: list[Presence] | None = None,
        theme: list[str] | None = None,
        theme_all: list[str] | None = None,
        source: list[str] | None = None,
        advisory: list[str] | None = None,
        exclude_advisory: list[str] | None = None,
        max_severity: int | None = None,
    ) -> Select[Self]:
        """Return the public scenes that match every filter.

        ``character`` and ``presence`` apply to the same appearance.
        """
        statement = (
            super()
            .select_where(id=id)
            .where(*matches_text(cls, q))
            .join(cls.film)
            .where(
                Film.visible(),
                *in_filter(Film.slug, film),
                *advisory_filters(cls, advisory, exclude_advisory, max_severity),
                *cites_source(cls, source),
            )
        )
        return filter_by_theme(statement, cls, theme, theme_all).where(
            *linked(
                cls,
                Appearance.scene_id,
                foreign_slug_in(Appearance.character_id, character),
                in_filter(Appearance.presence, presence),
            )
        )

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`; ``character`` and ``presence`` apply to the same appearance."""
        return {
            "film": ColumnFacet(cls.film_id, Film),
            "character": LinkFacet(
                Appearance.character_id,
                Character,
                Appearance.scene_id,
                ("presence", partial(in_filter, Appearance.presence)),
            ),
            "presence": LinkFacet(
                Appearance.presence,
                None,
                Appearance.scene_id,
                ("character", partial(foreign_slug_in, Appearance.character_id)),
            ),
            "theme": theme_facet(cls),
            "source": source_facet(cls),
            "advisory": advisory_facet(cls),
        }

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        own = ("title", "position", "summary", "starts_at", "ends_at", "editor_note")
        return (
            self.common_record()
            | {"film": self.film.slug}
            | {name: getattr(self, name) for name in own}
            | {
                "appearances": [appearance.to_record() for appearance in self.appearances],
                "themes": slugs_of(self.themes),
                "citations": [citation.to_record() for citation in self.citations],
                "advisories": [link.to_record() for link in self.advisory_links],
            }
        )


class SceneTheme(Base, PositionedRow):
    """A theme of a scene."""

    __tablename__ = "scene_themes"
    __table_args__ = (
        Index("ix_scene_themes_theme", "theme_id", "scene_id"),
        Index("ix_scene_themes_shown", "scene_id", "position", "theme_id"),
    )

    scene_id: Mapped[int] = mapped_column(ForeignKey("scenes.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True)

    scene: Mapped[Scene] = relationship(back_populates="theme_links")
    theme: Mapped[Theme] = relationship(innerjoin=True)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.scene


def _adjacent_scene_slug(step: int) -> Any:
    """Return SQL for the id of the previous (-1) or next (+1) scene of the film; null at the ends."""
    scene, neighbour = Scene.__table__, aliased(Scene.__table__)
    # Scenes that packs add to a film may have the position of another one: then the id decides.
    place, this = (tuple_(table.c.position, table.c.slug) for table in (neighbour, scene))
    order = [
        column.asc() if step > 0 else column.desc() for column in (neighbour.c.position, neighbour.c.slug)
    ]
    return (
        select(neighbour.c.slug)
        .where(neighbour.c.film_id == scene.c.film_id, place > this if step > 0 else place < this)
        .where(neighbour.c.status == "published", neighbour.c.deleted_at.is_(None))
        .order_by(*order)
        .limit(1)
        .correlate(scene)
        .scalar_subquery()
    )


Scene.previous_slug = column_property(_adjacent_scene_slug(-1), deferred=True)
Scene.next_slug = column_property(_adjacent_scene_slug(1), deferred=True)
