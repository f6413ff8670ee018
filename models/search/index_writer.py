"""Index writer: keeps documents, the database's inverted index, term statistics and list index consistent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, insert, inspect, text, update
from sqlalchemy.orm import Session

from models.list_index_table import ListIndexRow
from models.search.index_tables import DocumentFrequency, IndexStatistics, SearchDocument, list_index_rows

#: SQL for the terms and numbers of a JSON object, by dialect: one statement for all of them.
_FREQUENCY_CHANGES = {
    "sqlite": "SELECT key AS term, value AS change FROM json_each(:changes)",
    "postgresql": "SELECT key AS term, value::integer AS change FROM json_each_text(CAST(:changes AS json))",
}
_add_to_frequencies, _delete_unused_terms = (
    {dialect: text(sql.format(changes=changes)) for dialect, changes in _FREQUENCY_CHANGES.items()}
    for sql in (
        "INSERT INTO search_terms (term, documents)"
        " SELECT term, change FROM ({changes}) AS changes WHERE true"
        " ON CONFLICT (term) DO UPDATE SET documents = search_terms.documents + excluded.documents",
        "DELETE FROM search_terms WHERE documents <= 0 AND term IN (SELECT term FROM ({changes}) AS changes)",
    )
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

# Built once: each write runs them. The first locks the row, and says whether there is one.
_lock_statistics = update(IndexStatistics).values(id=1)
_update_statistics = update(IndexStatistics).values(
    documents=IndexStatistics.documents + bindparam("more_documents"),
    length=IndexStatistics.length + bindparam("more_length"),
)
_document_columns = SearchDocument.__table__.columns.keys()
_insert_documents, _insert_list_index_rows = insert(SearchDocument), insert(ListIndexRow)
_update_documents = (
    update(SearchDocument)
    .where(SearchDocument.id == bindparam("new_id"))
    .values({name: bindparam(f"new_{name}") for name in _document_columns if name != "id"})
)
_delete_documents = delete(SearchDocument).where(SearchDocument.id.in_(bindparam("ids", expanding=True)))

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
        if not self.connection.execute(_lock_statistics).rowcount:
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
        """Replace the documents ``old``, passed exactly as they are stored, by ``new``."""
        old_ids, new_ids = {row["id"] for row in old}, {row["id"] for row in new}
        self._execute_fts5(_delete_from_fts5, old)
        if gone := sorted(old_ids - new_ids):
            self.connection.execute(_delete_documents, {"ids": gone})
        if updated := [row for row in new if row["id"] in old_ids]:
            values = [{f"new_{name}": row[name] for name in _document_columns} for row in updated]
            self.connection.execute(_update_documents, values)
        if added := [row for row in new if row["id"] not in old_ids]:
            values = [{name: row[name] for name in _document_columns} for row in added]
            self.connection.execute(_insert_documents, values)
        self._execute_fts5(_insert_into_fts5, new)
        self._replace_list_index_rows(old, new)
        for rows, sign in ((old, -1), (new, 1)):
            for row in rows:
                self.documents += sign
                self.length += sign * row["length"]
                for term in DocumentFrequency.index_terms(row):
                    self.frequency_changes[term] += sign

    def _replace_list_index_rows(self, old: Sequence[DocumentRow], new: Sequence[DocumentRow]) -> None:
        """Delete and insert the rows of the list index that differ: most changes of words change none."""
        before, after = (
            {_without_random_key(row): row for document in documents for row in list_index_rows(document)}
            for documents in (old, new)
        )
        if gone := [row for key, row in before.items() if key not in after]:
            self.connection.execute(_delete_list_index_rows, gone)
        if added := [row for key, row in after.items() if key not in before]:
            self.connection.execute(_insert_list_index_rows, added)

    def _execute_fts5(self, statement: Any, documents: Sequence[DocumentRow]) -> None:
        if self.is_sqlite and documents:
            columns = ("id", "exact", "stem", "scope")
            self.connection.execute(statement, [{name: row[name] for name in columns} for row in documents])

    def finish(self, version: str | None = None) -> None:
        """Write the statistics; pass the ``ANALYSIS_VERSION`` if the whole index was rebuilt."""
        changes = {term: change for term, change in self.frequency_changes.items() if change}
        decreased = {term: change for term, change in changes.items() if change < 0}
        for statements, used in ((_add_to_frequencies, changes), (_delete_unused_terms, decreased)):
            if used:
                statement = statements[self.connection.dialect.name]
                self.connection.execute(statement, {"changes": orjson.dumps(used).decode()})
        if self.documents or self.length:
            more = {"more_documents": self.documents, "more_length": self.length}
            self.connection.execute(_update_statistics, more)
        if version is not None:
            self.connection.execute(update(IndexStatistics).values(version=version))


def _without_random_key(row: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    """Return the values of a row of the list index, but the one that follows from type and id."""
    return frozenset((name, value) for name, value in row.items() if name != "random_key")
