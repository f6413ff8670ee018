"""Themes: a shared vocabulary with one level of hierarchy (SKOS broader, narrower, related)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from sqlalchemy import CheckConstraint, ForeignKey, Select, event
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship

from models.alias import Aliased
from models.base import Base, Versioned, slugs_of
from models.errors import InvalidReference
from models.facet_queries import ColumnFacet, LinkFacet
from models.filters import foreign_slug_in, linked, matches_text
from models.owned_rows import PositionedRow, owned_rows
from models.searchable import Searchable
from models.types import long_text, short_text


class Theme(Base, Searchable, Aliased):
    """A concept that scenes, quotes and commentary are tagged with."""

    __tablename__ = "themes"
    reading_order = 70
    example_id = "avoidance"
    search_number = 3
    default_sort = ("name",)
    sort_columns: ClassVar = (*Versioned.sort_columns, "name")
    search_weights: ClassVar = {"name": 3, "definition": 1}

    name: Mapped[str] = mapped_column(short_text(120))
    definition: Mapped[str] = mapped_column(long_text())
    broader_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"), index=True)

    # Updated after both rows exist: two themes may swap places in one load.
    broader: Mapped[Theme | None] = relationship(remote_side="Theme.id", post_update=True)
    narrower: Mapped[list[Theme]] = relationship(viewonly=True, order_by="Theme.slug")
    related_links: Mapped[list[ThemeRelation]] = owned_rows("ThemeRelation", "theme")
    related: AssociationProxy[list[Theme]] = association_proxy(
        "related_links", "related", creator=lambda theme: ThemeRelation(related=theme)
    )

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (CheckConstraint("broader_id <> id", name="not_broader_than_itself"),)

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {"name": cls.name}

    @classmethod
    def select_where(
        cls,
        *,
        id: list[str] | None = None,
        q: list[Any] | None = None,
        broader: list[str] | None = None,
        related: list[str] | None = None,
    ) -> Select[Self]:
        """Return the public themes that match every filter."""
        return (
            super()
            .select_where(id=id)
            .where(
                *matches_text(cls, q),
                *foreign_slug_in(cls.broader_id, broader),
                *linked(cls, ThemeRelation.theme_id, foreign_slug_in(ThemeRelation.related_id, related)),
            )
        )

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`."""
        return {
            "broader": ColumnFacet(cls.broader_id, cls),
            "related": LinkFacet(ThemeRelation.related_id, cls, ThemeRelation.theme_id),
        }

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        return self.common_record() | {
            "name": self.name,
            "definition": self.definition,
            "broader": self.broader.slug if self.broader else None,
            "related": slugs_of(self.related),
        }


# Before a flush, not on assignment: several themes may swap places first.
@event.listens_for(Session, "before_flush")
def enforce_single_level(session: Session, context: UOWTransaction, instances: object) -> None:
    """Refuse a second level: a theme with a broader theme has no narrower themes."""
    with session.no_autoflush:
        for theme in [row for row in (*session.new, *session.dirty) if isinstance(row, Theme)]:
            if theme.broader is not None:
                _refuse_second_level(theme, theme.broader)


def _refuse_second_level(theme: Theme, broader: Theme) -> None:
    if broader.broader is not None:
        reason = f"“{broader.slug}” has a broader theme itself"
    elif any(narrower.broader is theme for narrower in theme.narrower):
        reason = f"“{theme.slug}” has narrower themes"
    else:
        return
    raise InvalidReference("broader", f"{reason}, and the hierarchy has one level.")


class ThemeRelation(Base, PositionedRow):
    """A theme is related to another; the other theme has the same relation back."""

    __tablename__ = "theme_relations"
    __table_args__ = (CheckConstraint("theme_id <> related_id", name="not_related_to_itself"),)

    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True, index=True)

    theme: Mapped[Theme] = relationship(foreign_keys=theme_id, back_populates="related_links")
    related: Mapped[Theme] = relationship(foreign_keys=related_id)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.theme
