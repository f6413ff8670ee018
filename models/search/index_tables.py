"""Tables of the full-text index: one document for each visible resource, and term statistics.

The inverted index itself belongs to the database: on SQLite the FTS5 table ``search_index`` over three
columns of the documents, on PostgreSQL a GIN index on the ``tsvector`` column ``terms`` (migration 0002).
Only ``models.search.index_writer`` writes to these tables.

Filters (type, film, theme, kind, source, severity, the editors' own) are index terms too, called *scope
terms*: the first character tells their kind, the rest is the value. The index can then apply a filter without
reading every document that has the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from models.asserted_by import AssertedBy
from models.base import Base
from models.list_index_table import ListIndexRow
from models.search.text_analysis import AnalysedDocument
from models.searchable import DOCUMENT_ID_STRIDE, SEARCHABLE
from models.types import SLUG_LENGTH, TYPE_NAME_LENGTH, long_text, short_text

#: Replaces the hyphens of slugs in scope terms: FTS5 would split a term at a hyphen. No slug contains it.
HYPHEN_SUBSTITUTE = "·"
#: The severity of the strongest advisory.
MAX_SEVERITY = 3
#: The scope term of all documents that the editors assert. The others have none, as they always had.
BY_EDITORS_SCOPE = "aeditor"


class TermVector(TypeDecorator[str]):
    """A ``tsvector`` column that is written as text; always null on SQLite, which uses ``search_index``."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import TSVECTOR

        return dialect.type_descriptor(TSVECTOR())

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value if dialect.name == "postgresql" else None


class SearchDocument(Base):
    """The index terms of one visible resource; hidden resources have no document.

    ``exact``, ``stem`` and ``length`` are those of :class:`models.search.text_analysis.AnalysedDocument`.
    ``scope`` holds the scope terms, separated by single blanks. ``film`` is the slug of the resource's film.
    """

    __tablename__ = "search_documents"
    # Migration 0002 makes it a GIN index. Declaring that here would import the PostgreSQL dialect everywhere.
    __table_args__ = (Index("ix_search_documents_terms", "terms"),)

    # SQLite makes only a column of type INTEGER an alias of the rowid, which FTS5 refers to.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    type_name: Mapped[str] = mapped_column(short_text(TYPE_NAME_LENGTH))
    slug: Mapped[str] = mapped_column(short_text(SLUG_LENGTH))
    film: Mapped[str | None] = mapped_column(short_text(SLUG_LENGTH))
    exact: Mapped[str] = mapped_column(long_text())
    stem: Mapped[str] = mapped_column(long_text())
    scope: Mapped[str] = mapped_column(long_text())
    length: Mapped[int]
    position: Mapped[int | None]
    terms: Mapped[str | None] = mapped_column(TermVector)

    @classmethod
    def document_id(cls, type_name: str, resource_id: int) -> int:
        """Return the id of a resource's document."""
        number: int = SEARCHABLE[type_name].search_number
        return resource_id * DOCUMENT_ID_STRIDE + number

    @classmethod
    def build_row(cls, resource: dict[str, Any], analysed: AnalysedDocument) -> dict[str, Any]:
        """Return the column values of a resource's document, and its ``random_key`` for the list index.

        ``resource`` has the keys ``id``, ``type_name``, ``slug``, ``film`` (a slug or None), ``severity`` (of
        its strongest advisory; 0 without any), ``position`` and ``random_key``. Optional are ``kind``,
        ``asserted_by`` and three lists of slugs separated by blanks: ``further_films``, those that it also
        concerns, ``themes``, its themes and their broader themes, and ``sources``, those that it cites or
        belongs to.
        """
        kind, themes = resource.get("kind"), resource.get("themes") or ""
        sources, further_films = resource.get("sources") or "", resource.get("further_films") or ""
        scope = [
            *base_scope_terms(resource["type_name"], resource["film"], resource["severity"]),
            # The first scope term of a film is that of the resource's own.
            *sorted(film_scope(slug) for slug in further_films.split()),
            *([kind_scope(kind)] if kind else []),
            *([BY_EDITORS_SCOPE] if resource.get("asserted_by") == AssertedBy.EDITOR else []),
            *sorted({theme_scope(slug) for slug in themes.split()}),
            *sorted({source_scope(slug) for slug in sources.split()}),
        ]
        return {
            "id": cls.document_id(resource["type_name"], resource["id"]),
            **{name: resource[name] for name in ("type_name", "slug", "film")},
            "exact": analysed.exact,
            "stem": analysed.stem,
            "scope": " ".join(scope),
            "length": analysed.length,
            "position": resource["position"],
            "terms": tsvector_literal(analysed, scope),
            "random_key": resource["random_key"],
        }


def list_index_rows(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of the list index (``models.list_index_table``) that belong to a document."""
    terms = document["scope"].split()
    themes = [scope_value(term) for term in terms if term[0] == "h"]
    severity = MAX_SEVERITY + 1 - sum(term[0] == "s" for term in terms)
    resource_id = document["id"] // DOCUMENT_ID_STRIDE
    return ListIndexRow.of(document, resource_id, themes, severity, BY_EDITORS_SCOPE in terms)


class DocumentFrequency(Base):
    """The number of documents that have an index term: ``=exact``, ``~stem`` or ``#scope``."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(short_text(SLUG_LENGTH + 10), primary_key=True)
    documents: Mapped[int]

    @classmethod
    def index_terms(cls, document: Any) -> set[str]:
        """Return the distinct index terms of a document, each with the prefix of its kind."""
        return {
            f"{prefix}{term}"
            for prefix, terms in (("=", document["exact"]), ("~", document["stem"]), ("#", document["scope"]))
            for term in terms.split()
        }


class IndexStatistics(Base):
    """One row: the number of documents, their total length, and the ``ANALYSIS_VERSION`` that made them.

    Every writer of the index locks this row first.
    """

    __tablename__ = "search_totals"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    documents: Mapped[int]
    length: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(short_text(120))

    @classmethod
    def empty_row(cls) -> dict[str, Any]:
        """Return the row of an index that was never built."""
        return {"id": 1, "documents": 0, "length": 0, "version": ""}


def type_scope(type_name: str) -> str:
    """Return the scope term of all documents of a resource type."""
    return f"t{type_name}"


def film_scope(slug: str) -> str:
    """Return the scope term of a film's own document and of all that belong to or concern the film."""
    return f"f{_without_hyphens(slug)}"


def kind_scope(kind: str) -> str:
    """Return the scope term of all documents of a kind (of quotes or commentary)."""
    return f"k{_without_hyphens(kind)}"


def theme_scope(slug: str) -> str:
    """Return the scope term of all documents tagged with a theme or one of its subthemes."""
    return f"h{_without_hyphens(slug)}"


def source_scope(slug: str) -> str:
    """Return the scope term of all commentary that belongs to a source, and of all else that cites it."""
    return f"r{_without_hyphens(slug)}"


def severity_scope(max_severity: int) -> str:
    """Return the scope term of all documents without an advisory above ``max_severity``."""
    return f"s{max_severity}"


def scope_value(term: str) -> str:
    """Return the slug or kind of a scope term."""
    return term[1:].replace(HYPHEN_SUBSTITUTE, "-")


def _without_hyphens(slug: str) -> str:
    return slug.replace("-", HYPHEN_SUBSTITUTE)


def base_scope_terms(type_name: str, film: str | None, severity: int) -> list[str]:
    """Return the scope terms of a document's type, of its film if any, and of each ceiling that admits it."""
    films = [film_scope(film)] if film else []
    ceilings = [severity_scope(max_severity) for max_severity in range(severity, MAX_SEVERITY + 1)]
    return [type_scope(type_name), *films, *ceilings]


def tsvector_literal(analysed: AnalysedDocument, scope: list[str]) -> str:
    """Return the text of a ``tsvector``: exact terms with positions, stems and scope terms without."""
    positions: dict[str, list[str]] = {}
    for position, term in enumerate(analysed.exact.split(), 1):
        positions.setdefault(term, []).append(str(position))
    exact = [f"'={term}':{','.join(of_term)}" for term, of_term in positions.items()]
    return " ".join(
        [*exact, *(f"'~{term}'" for term in set(analysed.stem.split())), *(f"'#{term}'" for term in scope)]
    )
