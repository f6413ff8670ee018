"""Writing: documents, what each database indexes of them, their terms' counts and places, always together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, inspect, text, update
from sqlalchemy.orm import Session

from models.list_index import ListIndexRow
from models.search.index_tables import Document, DocumentTerm, IndexTotals, list_index_rows

_add_to_terms = text(
    "INSERT INTO search_terms (term, documents) VALUES (:term, :documents)"
    " ON CONFLICT (term) DO UPDATE SET documents = search_terms.documents + excluded.documents"
)
_forget_unused = delete(DocumentTerm).where(
    DocumentTerm.term == bindparam("unused"), DocumentTerm.documents <= 0
)
# FTS5 keeps no texts of its own (sqlite.org/fts5.html, 4.4.4, External Content Tables): what is taken
# out must be said again exactly as it was put in.
_into_fts5 = text("INSERT INTO search_index (rowid, exact, stem, scope) VALUES (:id, :exact, :stem, :scope)")
_out_of_fts5 = text(
    "INSERT INTO search_index (search_index, rowid, exact, stem, scope)"
    " VALUES ('delete', :id, :exact, :stem, :scope)"
)
_clear_fts5 = text("INSERT INTO search_index (search_index) VALUES ('delete-all')")

# A place is told by the whole of its key.
_out_of_lists = delete(ListIndexRow).where(
    *(column == bindparam(column.name) for column in inspect(ListIndexRow).primary_key)
)

Row = Mapping[str, Any]


class IndexWriter:
    """One transaction's changes to the index: documents at once, their counts in the end.

    The totals are locked from the beginning. So writers follow one another, each sees what the one
    before has committed, and none waits for a term's count while another waits for its own.
    """

    def __init__(self, session: Session) -> None:
        self.connection = session.connection()
        self.is_sqlite = self.connection.dialect.name == "sqlite"
        self.terms: Counter[str] = Counter()
        self.documents = self.length = 0
        if not self.connection.execute(update(IndexTotals).values(id=1)).rowcount:
            self.clear()
            self.connection.execute(insert(IndexTotals).values(IndexTotals.none_yet()))

    def clear(self) -> None:
        """Take every document out."""
        if self.is_sqlite:
            self.connection.execute(_clear_fts5)
        self.connection.execute(delete(ListIndexRow))
        self.connection.execute(delete(Document))
        self.connection.execute(delete(DocumentTerm))
        self.connection.execute(update(IndexTotals).values(documents=0, length=0))

    def replace(self, old: Sequence[Row], new: Sequence[Row]) -> None:
        """Write documents in place of others, which are given as they are stored."""
        if old:
            self._run_for_each(_out_of_fts5, old)
            self._run_for_places(_out_of_lists, old)
            self.connection.execute(delete(Document).where(Document.id.in_([row["id"] for row in old])))
        if new:
            columns = Document.__table__.columns.keys()
            self.connection.execute(insert(Document), [{name: row[name] for name in columns} for row in new])
            self._run_for_each(_into_fts5, new)
            self._run_for_places(insert(ListIndexRow), new)
        for rows, sign in ((old, -1), (new, 1)):
            for row in rows:
                self.documents += sign
                self.length += sign * row["length"]
                for term in DocumentTerm.terms_of(row):
                    self.terms[term] += sign

    def _run_for_places(self, statement: Any, rows: Sequence[Row]) -> None:
        if places := [place for row in rows for place in list_index_rows(row)]:
            self.connection.execute(statement, places)

    def _run_for_each(self, statement: Any, rows: Sequence[Row]) -> None:
        if self.is_sqlite:
            columns = ("id", "exact", "stem", "scope")
            self.connection.execute(statement, [{name: row[name] for name in columns} for row in rows])

    def finish(self, version: str | None = None) -> None:
        """Write the counts; ``version`` is given where every document is new."""
        changed = [(term, number) for term, number in sorted(self.terms.items()) if number]
        if changed:
            rows = [{"term": term, "documents": number} for term, number in changed]
            self.connection.execute(_add_to_terms, rows)
        fewer = [{"unused": term} for term, number in changed if number < 0]
        if fewer:
            self.connection.execute(_forget_unused, fewer)
        self.connection.execute(
            update(IndexTotals).values(
                documents=IndexTotals.documents + self.documents,
                length=IndexTotals.length + self.length,
                version=IndexTotals.version if version is None else version,
            )
        )
