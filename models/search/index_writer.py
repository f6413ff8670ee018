"""Index writer: keeps documents, the database's inverted index, term statistics and list index consistent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, inspect, text, update
from sqlalchemy.orm import Session

from models.list_index_table import ListIndexRow
from models.search.index_tables import DocumentFrequency, IndexStatistics, SearchDocument, list_index_rows

_upsert_frequencies = text(
    "INSERT INTO search_terms (term, documents) VALUES (:term, :documents)"
    " ON CONFLICT (term) DO UPDATE SET documents = search_terms.documents + excluded.documents"
)
_delete_unused_terms = delete(DocumentFrequency).where(
    DocumentFrequency.term == bindparam("unused"), DocumentFrequency.documents <= 0
)
# An external content table stores no texts (sqlite.org/fts5.html, 4.4.4): a deletion must repeat exactly the
# values that were inserted.
_insert_into_fts5 = text(
    "INSERT INTO search_index (rowid, exact, stem, scope) VALUES (:id, :exact, :stem, :scope)"
)
_delete_from_fts5 = text(
    "INSERT INTO search_index (search_index, rowid, exact, stem, scope)"
    " VALUES ('delete', :id, :exact, :stem, :scope)"
)
_clear_fts5 = text("INSERT INTO search_index (search_index) VALUES ('delete-all')")

_delete_list_index_rows = delete(ListIndexRow).where(
    *(column == bindparam(column.name) for column in inspect(ListIndexRow).primary_key)
)

#: The column values of a document; see ``SearchDocument.build_row``.
DocumentRow = Mapping[str, Any]


class IndexWriter:
    """Writes one transaction's changes: documents at once, statistics in :meth:`finish`.

    The row of statistics is locked from the beginning. This serialises writers: each sees what the one
    before it committed, and two of them cannot deadlock on the frequencies of terms.
    """

    def __init__(self, session: Session) -> None:
        self.connection = session.connection()
        self.is_sqlite = self.connection.dialect.name == "sqlite"
        self.frequency_changes: Counter[str] = Counter()
        self.documents = self.length = 0
        if not self.connection.execute(update(IndexStatistics).values(id=1)).rowcount:
            self.clear()
            self.connection.execute(insert(IndexStatistics).values(IndexStatistics.empty_row()))

    def clear(self) -> None:
        """Remove every document."""
        if self.is_sqlite:
            self.connection.execute(_clear_fts5)
        self.connection.execute(delete(ListIndexRow))
        self.connection.execute(delete(SearchDocument))
        self.connection.execute(delete(DocumentFrequency))
        self.connection.execute(update(IndexStatistics).values(documents=0, length=0))

    def replace(self, old: Sequence[DocumentRow], new: Sequence[DocumentRow]) -> None:
        """Delete the documents ``old``, passed exactly as they are stored, and insert ``new``."""
        if old:
            self._execute_fts5(_delete_from_fts5, old)
            self._execute_list_index(_delete_list_index_rows, old)
            ids = [row["id"] for row in old]
            self.connection.execute(delete(SearchDocument).where(SearchDocument.id.in_(ids)))
        if new:
            columns = SearchDocument.__table__.columns.keys()
            self.connection.execute(
                insert(SearchDocument), [{name: row[name] for name in columns} for row in new]
            )
            self._execute_fts5(_insert_into_fts5, new)
            self._execute_list_index(insert(ListIndexRow), new)
        for rows, sign in ((old, -1), (new, 1)):
            for row in rows:
                self.documents += sign
                self.length += sign * row["length"]
                for term in DocumentFrequency.index_terms(row):
                    self.frequency_changes[term] += sign

    def _execute_list_index(self, statement: Any, documents: Sequence[DocumentRow]) -> None:
        if rows := [row for document in documents for row in list_index_rows(document)]:
            self.connection.execute(statement, rows)

    def _execute_fts5(self, statement: Any, documents: Sequence[DocumentRow]) -> None:
        if self.is_sqlite:
            columns = ("id", "exact", "stem", "scope")
            self.connection.execute(statement, [{name: row[name] for name in columns} for row in documents])

    def finish(self, version: str | None = None) -> None:
        """Write the statistics; pass the ``ANALYSIS_VERSION`` if the whole index was rebuilt."""
        changes = [(term, change) for term, change in sorted(self.frequency_changes.items()) if change]
        if changes:
            rows = [{"term": term, "documents": change} for term, change in changes]
            self.connection.execute(_upsert_frequencies, rows)
        decreased = [{"unused": term} for term, change in changes if change < 0]
        if decreased:
            self.connection.execute(_delete_unused_terms, decreased)
        self.connection.execute(
            update(IndexStatistics).values(
                documents=IndexStatistics.documents + self.documents,
                length=IndexStatistics.length + self.length,
                version=IndexStatistics.version if version is None else version,
            )
        )
