"""The index: it follows every commit, in the same transaction, and can be made anew.

It holds what anyone may see, and nothing else. Just before a commit the resources that the transaction
touched are read again, and their documents made to say the same; so it does not matter how often a
transaction changed its mind, nor which savepoints it went back to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from models.generation_counter import ContentGeneration
from models.revision import TOUCHED, Identity
from models.search.document_builder import (
    BATCH,
    all_keys,
    build_documents,
    keys_of_films,
    keys_of_themes,
)
from models.search.index_tables import Document, IndexTotals
from models.search.index_writer import IndexWriter
from models.search.text_analysis import VERSION
from models.searchable import SEARCHABLE, searchable_models

#: Documents by their keys.
Rows = Mapping[int, Mapping[str, Any]]
#: What two documents that say the same have in common.
INDEXED_COLUMNS = ("slug", "film", "exact", "stem", "scope", "position")


def sync_on_commit(session: Session) -> None:
    """Bring the index to what the transaction that is about to commit has made of the content."""
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.get(TOUCHED)
    if touched:
        _index(session, touched.stored | touched.gone)


# Before the listener that raises the generation, which forgets what the transaction had touched.
event.listen(Session, "before_commit", sync_on_commit, insert=True)


def _index(session: Session, identities: Iterable[Identity]) -> None:
    ids: dict[str, set[int]] = {}
    for type_name, id_ in identities:
        if type_name in SEARCHABLE:
            ids.setdefault(type_name, set()).add(id_)
    if not ids:
        return
    writing = IndexWriter(session)
    moved = list(_reindex_dependents(session, "film", ids.pop("film", set()), writing))
    themes = ids.pop("theme", set())
    themes |= set(keys_of_themes(session, SEARCHABLE["theme"], themes) if themes else ())
    placed = list(_reindex_dependents(session, "theme", themes, writing))
    for type_name, model in searchable_models().items():
        wanted = ids.get(type_name, set())
        wanted |= set(keys_of_films(session, model, moved) if moved else ())
        wanted |= set(keys_of_themes(session, model, placed) if placed else ())
        for batch in _batches(sorted(wanted)):
            _reindex(session, model, batch, writing)
    writing.finish()


def _reindex_dependents(
    session: Session, type_name: str, ids: set[int], writing: IndexWriter
) -> Iterable[int]:
    """Index films or themes; yield those that were hidden, shown, renamed or placed elsewhere.

    The documents of what is of them name them, and must be made anew.
    """
    for batch in _batches(sorted(ids)):
        before, after = _reindex(session, SEARCHABLE[type_name], batch, writing)
        for id_ in batch:
            key = Document.key_of(type_name, id_)
            if _scope(before, key) != _scope(after, key):
                yield id_


def _scope(rows: Rows, key: int) -> str | None:
    return rows[key]["scope"] if key in rows else None


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _reindex(session: Session, model: Any, ids: list[int], writing: IndexWriter) -> tuple[Rows, Rows]:
    """Make the documents of these resources say what the resources say; return the old ones and the new."""
    keys = [Document.key_of(model.type_name, id_) for id_ in ids]
    table = Document.__table__
    found = session.connection().execute(select(table).where(table.c.id.in_(keys))).mappings()
    before: Rows = {row["id"]: dict(row) for row in found}
    after: Rows = build_documents(session, model, ids)
    changed = [key for key in keys if _indexed_values(before.get(key)) != _indexed_values(after.get(key))]
    writing.replace(
        [before[key] for key in changed if key in before], [after[key] for key in changed if key in after]
    )
    return before, after


def _indexed_values(row: Mapping[str, Any] | None) -> list[Any] | None:
    return [row[name] for name in INDEXED_COLUMNS] if row else None


def rebuild(session: Session, told: Callable[[int, int], None] = lambda *_: None) -> int:
    """Make the index anew from all content, in the session's transaction; return how many documents it has.

    For content that was written past the session's listeners, and after a change of the analysis. ``told``
    is told now and then how many resources were looked at, and how many there are.
    """
    writing = IndexWriter(session)
    writing.clear()
    number = sum(
        session.scalar(select(func.count()).select_from(model)) or 0 for model in searchable_models().values()
    )
    seen = 0
    for model in searchable_models().values():
        for ids in all_keys(session, model):
            writing.replace([], list(build_documents(session, model, ids).values()))
            seen += len(ids)
            told(seen, number)
    writing.finish(VERSION)
    if writing.documents:
        ContentGeneration.raise_by_one(session)
    return writing.documents


def ensure_index_current(engine: Engine) -> None:
    """Make the index anew if it was never made, or by another version of the analysis."""
    with Session(engine) as session:
        if session.scalar(select(IndexTotals.version)) == VERSION:
            return
    is_sqlite = engine.dialect.name == "sqlite"
    # As every writer begins: see models.database.
    options = {"sqlite_begin": "IMMEDIATE"} if is_sqlite else {"isolation_level": "READ COMMITTED"}
    with Session(engine.execution_options(**options)) as session, session.begin():
        rebuild(session)
