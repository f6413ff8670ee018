"""The tables of the index: a document for each visible thing with words, and counts of its terms.

SQLite has beside them the FTS5 table ``search_index`` over three columns of the documents; PostgreSQL
has the same terms as a ``tsvector`` (migration 0002). Only ``models.search.index_writer`` writes to any of
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from models.base import Base
from models.list_index import ListIndexRow
from models.search.text_analysis import Terms
from models.searchable import KEY_FACTOR, SEARCHABLE
from models.types import SLUG_LENGTH, long_text, short_text

DOT = "·"
#: The strongest advisory there is.
SEVEREST = 3


class TermVector(TypeDecorator[str]):
    """A ``tsvector``, written as text; on SQLite, which has ``search_index``, always null."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import TSVECTOR

        return dialect.type_descriptor(TSVECTOR())

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value if dialect.name == "postgresql" else None


class Document(Base):
    """The terms of one resource that anyone may see; what is hidden has none.

    ``exact`` and ``stem`` are written as in :class:`models.search.text_analysis.Terms`, ``scope`` as in
    :func:`scope_of`; ``length`` counts its terms, each as often as it weighs.
    """

    __tablename__ = "search_documents"
    # That it is a GIN index says migration 0002: said here, it would load SQLAlchemy's PostgreSQL everywhere.
    __table_args__ = (Index("ix_search_documents_terms", "terms"),)

    # Without a type of exactly this name SQLite would give the table other row numbers.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    type_name: Mapped[str] = mapped_column(short_text(20))
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH))
    film: Mapped[str | None] = mapped_column(short_text(SLUG_LENGTH))
    exact: Mapped[str] = mapped_column(long_text())
    stem: Mapped[str] = mapped_column(long_text())
    scope: Mapped[str] = mapped_column(long_text())
    length: Mapped[int]
    position: Mapped[int | None]
    terms: Mapped[str | None] = mapped_column(TermVector)

    @classmethod
    def key_of(cls, type_name: str, resource_id: int) -> int:
        """Return the key of a resource's document."""
        number: int = SEARCHABLE[type_name].search_number
        return resource_id * KEY_FACTOR + number

    @classmethod
    def of(cls, resource: dict[str, Any], terms: Terms) -> dict[str, Any]:
        """Return the row for a resource: its ``id``, ``type_name``, ``slug``, ``film`` and ``severity``.

        Where it has them also its ``position``, its ``kind``, and ``themes``: the ids of those it is about,
        blanks between. Its ``random_key`` is returned beside the columns, for its listings.
        """
        kind, themes = resource.get("kind"), resource.get("themes") or ""
        scope = [
            *scope_of(resource["type_name"], resource["film"], resource["severity"]),
            *([kind_scope(kind)] if kind else []),
            *sorted({theme_scope(slug) for slug in themes.split()}),
        ]
        return {
            "id": cls.key_of(resource["type_name"], resource["id"]),
            **{name: resource[name] for name in ("type_name", "slug", "film")},
            "exact": terms.exact,
            "stem": terms.stem,
            "scope": " ".join(scope),
            "length": terms.length,
            "position": resource["position"],
            "terms": vector(terms, scope),
            "random_key": resource["random_key"],
        }


def list_index_rows(row: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``models.list_index`` that are written with a document."""
    terms = row["scope"].split()
    themes = [scope_value(term) for term in terms if term[0] == "h"]
    severity = SEVEREST + 1 - sum(term[0] == "s" for term in terms)
    return ListIndexRow.of(row, row["id"] // KEY_FACTOR, themes, severity)


class DocumentTerm(Base):
    """In how many documents a term stands: ``=exact``, ``~stem`` or ``#scope``."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(short_text(SLUG_LENGTH + 10), primary_key=True)
    documents: Mapped[int]

    @classmethod
    def terms_of(cls, row: Any) -> set[str]:
        """Return the terms of a document, as they are counted."""
        return {
            f"{mark}{term}"
            for mark, terms in (("=", row["exact"]), ("~", row["stem"]), ("#", row["scope"]))
            for term in terms.split()
        }


class IndexTotals(Base):
    """One row: how many documents there are, of what length together, analysed by which version.

    Whoever changes the index locks it first.
    """

    __tablename__ = "search_totals"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    documents: Mapped[int]
    length: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(short_text(120))

    @classmethod
    def none_yet(cls) -> dict[str, Any]:
        """Return the row of an index that was never made."""
        return {"id": 1, "documents": 0, "length": 0, "version": ""}


def type_scope(type_name: str) -> str:
    """Return the term that every document of a type has."""
    return f"t{type_name}"


def film_scope(slug: str) -> str:
    """Return the term that every document of a film has, the film's own too."""
    return f"f{_unbroken(slug)}"


def kind_scope(kind: str) -> str:
    """Return the term that every document of this kind has."""
    return f"k{_unbroken(kind)}"


def theme_scope(slug: str) -> str:
    """Return the term that every document has which is about a theme, or about one narrower than it."""
    return f"h{_unbroken(slug)}"


def scope_value(term: str) -> str:
    """Return what a term of a film, a kind or a theme was made of."""
    return term[1:].replace(DOT, "-")


def _unbroken(slug: str) -> str:
    # FTS5 would take a hyphen for the end of a term; this character stands in no slug.
    return slug.replace("-", DOT)


def severity_scope(most: int) -> str:
    """Return the term that every document has which carries no advisory above ``most``."""
    return f"s{most}"


def scope_of(type_name: str, film: str | None, severity: int) -> list[str]:
    """Return the terms by which a document is filtered.

    They are in the index, so that a filter is met there and not by reading whatever has the words.
    """
    films = [film_scope(film)] if film else []
    admitted = [severity_scope(most) for most in range(severity, SEVEREST + 1)]
    return [type_scope(type_name), *films, *admitted]


def vector(terms: Terms, scope: list[str]) -> str:
    """Return the terms as the text of a ``tsvector``: exact ones with positions, others without."""
    places: dict[str, list[str]] = {}
    for place, term in enumerate(terms.exact.split(), 1):
        places.setdefault(term, []).append(str(place))
    exact = [f"'={term}':{','.join(found)}" for term, found in places.items()]
    return " ".join(
        [*exact, *(f"'~{term}'" for term in set(terms.stem.split())), *(f"'#{term}'" for term in scope)]
    )
