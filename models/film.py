"""Films: the works that commentary is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Select, and_, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from models.alias import Aliased
from models.base import Base, Status, Versioned
from models.errors import DomainError
from models.facet_queries import ColumnFacet, LinkFacet
from models.filters import foreign_slug_in, in_filter, linked, matches_text
from models.owned_rows import PositionedRow
from models.searchable import Searchable
from models.types import json_list, long_text, short_text

if TYPE_CHECKING:
    from models.source import Source


class Film(Base, Searchable, Aliased):
    """A film; facts that are not certain are null."""

    __tablename__ = "films"
    reading_order = 10
    example_id = "her-2013"
    search_number = 1
    default_sort = ("title", "release_year")
    sort_columns: ClassVar = (*Versioned.sort_columns, "title", "release_year")
    search_weights: ClassVar = {"title": 4, "original_title": 4, "directors": 3, "synopsis": 1}

    title: Mapped[str] = mapped_column(short_text())
    original_title: Mapped[str | None] = mapped_column(short_text())
    release_year: Mapped[int]
    directors: Mapped[list[str]] = mapped_column(json_list())
    runtime_minutes: Mapped[int | None]
    languages: Mapped[list[str]] = mapped_column(json_list())
    imdb: Mapped[str | None] = mapped_column(short_text(20))
    wikidata: Mapped[str | None] = mapped_column(short_text(20))
    tmdb: Mapped[str | None] = mapped_column(short_text(20))
    synopsis: Mapped[str] = mapped_column(long_text())
    editor_note: Mapped[str | None] = mapped_column(long_text())

    @classmethod
    def constraints(cls) -> tuple[Any, ...]:
        """See :meth:`Versioned.constraints`."""
        return (
            # The oldest surviving film was made in 1888.
            CheckConstraint("release_year BETWEEN 1888 AND 2200", name="release_year_range"),
            CheckConstraint("runtime_minutes BETWEEN 1 AND 20000", name="runtime_range"),
        )

    @property
    def identifiers(self) -> dict[str, str | None]:
        """The film's ids in other databases, null where not known."""
        return {"imdb": self.imdb, "wikidata": self.wikidata, "tmdb": self.tmdb}

    @identifiers.setter
    def identifiers(self, ids: dict[str, str | None]) -> None:
        self.imdb, self.wikidata, self.tmdb = ids.get("imdb"), ids.get("wikidata"), ids.get("tmdb")

    @classmethod
    def sort_keys(cls) -> dict[str, Any]:
        """See :meth:`Versioned.sort_keys`."""
        return super().sort_keys() | {
            "title": cls.title,
            "release_year": cls.release_year,
            "runtime_minutes": cls.runtime_minutes,
        }

    @classmethod
    def select_where(
        cls,
        *,
        id: list[str] | None = None,
        q: list[Any] | None = None,
        release_year: list[int] | None = None,
        source: list[str] | None = None,
    ) -> Select[Self]:
        """Return the public films that match every filter."""
        return (
            super()
            .select_where(id=id)
            .where(
                *matches_text(cls, q),
                *in_filter(cls.release_year, release_year),
                *linked(cls, SourceFilm.film_id, foreign_slug_in(SourceFilm.source_id, source)),
            )
        )

    @classmethod
    def facets(cls) -> dict[str, ColumnFacet]:
        """See :meth:`Versioned.facets`."""
        from models.source import Source

        return {
            "release_year": ColumnFacet(cls.release_year),
            "source": LinkFacet(SourceFilm.source_id, Source, SourceFilm.film_id),
        }

    def to_record(self) -> dict[str, Any]:
        """See :meth:`Versioned.to_record`."""
        own = ("title", "original_title", "release_year", "directors", "runtime_minutes", "languages")
        return (
            self.common_record()
            | {name: getattr(self, name) for name in own}
            | {"identifiers": self.identifiers, "synopsis": self.synopsis, "editor_note": self.editor_note}
        )


class OfFilm(Aliased):
    """A resource of one film: its id begins with the film's, and it is public only with the film."""

    @declared_attr
    def film_id(cls) -> Mapped[int]:
        """Key of the film."""
        return mapped_column(ForeignKey("films.id"))

    @declared_attr
    def film(cls) -> Mapped[Film]:
        """The film."""
        return relationship(Film, innerjoin=True)

    @hybrid_property
    def is_visible(self) -> bool:
        """Whether the resource and its film are public."""
        return self.status is Status.PUBLISHED and self.deleted_at is None and self.film.is_visible

    @is_visible.inplace.expression
    @classmethod
    def _is_visible(cls) -> ColumnElement[bool]:
        return and_(cls.visible(), cls.film.has(Film.visible()))

    @classmethod
    def missing_error(cls, session: Session, slug: str) -> DomainError:
        """See :meth:`Versioned.missing_error`; in a draft film all is ``NotFound``, deletions too."""
        status = session.scalar(select(Film.status).join(cls, cls.film_id == Film.id).where(cls.slug == slug))
        return (
            cls.not_found(session, slug) if status is Status.DRAFT else super().missing_error(session, slug)
        )


class SourceFilm(Base, PositionedRow):
    """A film that a source discusses."""

    __tablename__ = "source_films"

    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True)
    film_id: Mapped[int] = mapped_column(ForeignKey("films.id"), primary_key=True, index=True)

    source: Mapped[Source] = relationship(back_populates="film_links")
    film: Mapped[Film] = relationship(innerjoin=True)

    @property
    def owner(self) -> Versioned | None:
        """See :meth:`OwnedRow.owner`."""
        return self.source
