"""Themes: a shared vocabulary with one level of hierarchy (SKOS broader, narrower, related)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import CheckConstraint, ForeignKey, Select, event, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship

from models.base import Base, Versioned, foreign_slug_in, matches_text, slugs_of
from models.errors import InvalidReference
from models.list_index import is_tagged_with, join_list_index
from models.owned_rows import PositionedRow, owned_rows
from models.types import long_text, short_text


class Theme(Base, Versioned):
    """A concept that scenes, quotes and commentary are about."""

    __tablename__ = "themes"
    type_name = "theme"
    default_sort = ("name",)
    sort_columns: ClassVar = (*Versioned.sort_columns, "name")
    search_weights: ClassVar = {"name": 3, "definition": 1}

    name: Mapped[str] = mapped_column(short_text(120))
    definition: Mapped[str] = mapped_column(long_text())
    broader_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"), index=True)

    # Written after both rows: two themes may change places in one load.
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
        """Return the visible themes that match every filter."""
        statement = (
            super()
            .select_where(id=id)
            .where(*matches_text(cls, q))
            .where(*foreign_slug_in(cls.broader_id, broader))
        )
        if related:
            linked = select(ThemeRelation.theme_id).where(*foreign_slug_in(ThemeRelation.related_id, related))
            statement = statement.where(cls.id.in_(linked))
        return statement

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        return self.common_record() | {
            "name": self.name,
            "definition": self.definition,
            "broader": self.broader.slug if self.broader else None,
            "related": slugs_of(self.related),
        }


# Not as a theme is assigned: several may change places before they are stored.
@event.listens_for(Session, "before_flush")
def enforce_single_level(session: Session, context: UOWTransaction, instances: object) -> None:
    """Refuse a second level: what has a broader theme is broader than nothing."""
    with session.no_autoflush:
        for theme in [row for row in (*session.new, *session.dirty) if isinstance(row, Theme)]:
            if theme.broader is not None:
                _refuse_second_level(theme, theme.broader)


def _refuse_second_level(theme: Theme, broader: Theme) -> None:
    if broader.broader is not None:
        why = f"“{broader.slug}” has a broader theme itself"
    elif any(narrower.broader is theme for narrower in theme.narrower):
        why = f"“{theme.slug}” has narrower themes"
    else:
        return
    raise InvalidReference("broader", f"{why}, and the hierarchy has one level.")


class ThemeRelation(Base, PositionedRow):
    """That a theme is related to another; the other theme says so too."""

    __tablename__ = "theme_relations"
    __table_args__ = (CheckConstraint("theme_id <> related_id", name="not_related_to_itself"),)

    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True, index=True)

    theme: Mapped[Theme] = relationship(foreign_keys=theme_id, back_populates="related_links")
    related: Mapped[Theme] = relationship(foreign_keys=related_id)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`Part.owner`."""
        return self.theme


@dataclass(frozen=True)
class PerRowTheme:
    """A theme, a text or SQL for it, of which each row is asked whether it is about it.

    A list is led by other themes, and read in their order: see ``models.list_index``.
    """

    slug: Any


def filter_by_theme(
    statement: Select[Any], model: Any, theme: Sequence[Any], theme_all: Sequence[Any]
) -> Select[Any]:
    """Return the statement for those of its rows that are about any of ``theme`` and all of ``theme_all``.

    A theme means itself and what is narrower.
    """
    any_of = [one.slug for one in theme if isinstance(one, PerRowTheme)]
    leading = [one for one in theme if not isinstance(one, PerRowTheme)]
    asked = [[slug] for slug in theme_all] + ([any_of] if any_of else [])
    if theme_all and not theme:
        leading = [_rarest_theme(theme_all)] if len(theme_all) > 1 else list(theme_all)
        asked = asked if len(theme_all) > 1 else []
    if leading:
        statement = join_list_index(statement, model, leading)
    return statement.where(*(is_tagged_with(model, slugs_) for slugs_ in asked))


def _rarest_theme(slugs_: Sequence[Any]) -> Any:
    """Return SQL for the theme, of several, that the fewest resources are about."""
    from models.search.selectivity import theme_document_count as documents

    found = select(Theme.slug).where(Theme.slug.in_(slugs_))
    return found.order_by(documents([Theme.slug]), Theme.slug).limit(1).scalar_subquery()
