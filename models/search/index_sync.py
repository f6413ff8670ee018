"""Index synchronisation: updates the full-text index in the transaction that changes content, or rebuilds it.

The index holds exactly the visible resources. Just before a commit, the resources that the transaction
touched are read again and their documents replaced where they differ. Intermediate flushes and savepoints
that were rolled back therefore need no bookkeeping here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Engine, bindparam, event, func, inspect, select
from sqlalchemy.orm import Session

from models.base import Versioned
from models.content_generation import ContentGeneration
from models.revision import TOUCHED, Identity
from models.search.document_builder import (
    BATCH_SIZE,
    build_documents,
    ids_in_films,
    ids_of_sources,
    ids_tagged_with,
    iter_id_batches,
)
from models.search.index_tables import IndexStatistics, SearchDocument
from models.search.index_writer import DocumentRow, IndexWriter
from models.search.text_analysis import ANALYSIS_VERSION
from models.searchable import SEARCHABLE, searchable_models

#: Document rows by their ids.
Documents = Mapping[int, DocumentRow]
#: Key in ``Session.info``: the ids of sources whose slugs, which documents have, the transaction changed.
RENAMED_SOURCES = "renamed_sources"
#: A document is rewritten only if one of these columns changed; the others follow from them.
INDEXED_COLUMNS = ("slug", "film", "exact", "stem", "scope", "position")
SELECT_DOCUMENTS = select(SearchDocument.__table__).where(
    SearchDocument.__table__.c.id.in_(bindparam("ids", expanding=True))
)


def sync_on_commit(session: Session) -> None:
    """Update the index for all resources that the transaction touched, just before it commits."""
    if session.in_nested_transaction():
        return
    session.flush()
    touched = session.info.get(TOUCHED)
    if touched:
        _reindex_touched(session, touched.stored)


# Must run before models.revision.increment_generation, which clears the touched resources.
event.listen(Session, "before_commit", sync_on_commit, insert=True)


@event.listens_for(Session, "before_flush")
def note_renamed_sources(session: Session, *_: object) -> None:
    """Note which sources this flush renames. After a rollback some are noted in vain, which does no harm."""
    for row in session.dirty:
        # Records of requests and drafts have the type of a resource as well.
        is_source = isinstance(row, Versioned) and row.type_name == "source"
        if is_source and inspect(row).attrs.slug.history.has_changes():
            session.info.setdefault(RENAMED_SOURCES, set()).add(row.id)


def _reindex_touched(session: Session, identities: Iterable[Identity]) -> None:
    """Reindex resources, and those whose documents name them: all of a film or source, all with a theme."""
    ids_by_type: dict[str, set[int]] = {}
    for type_name, id_ in identities:
        if type_name in SEARCHABLE:
            ids_by_type.setdefault(type_name, set()).add(id_)
    sources = session.info.pop(RENAMED_SOURCES, set())
    if not ids_by_type and not sources:
        return
    writer = IndexWriter(session)
    films = list(_reindex_and_compare(session, "film", ids_by_type.pop("film", set()), writer))
    theme_ids = ids_by_type.pop("theme", set())
    theme_ids |= set(ids_tagged_with(session, SEARCHABLE["theme"], theme_ids) if theme_ids else ())
    themes = list(_reindex_and_compare(session, "theme", theme_ids, writer))
    for type_name, model in searchable_models().items():
        ids = ids_by_type.get(type_name, set())
        ids |= set(ids_in_films(session, model, films) if films else ())
        ids |= set(ids_tagged_with(session, model, themes) if themes else ())
        ids |= set(ids_of_sources(session, model, sources) if sources else ())
        for batch in _batches(sorted(ids)):
            _reindex(session, model, batch, writer)
    writer.finish()


def _reindex_and_compare(
    session: Session, type_name: str, ids: set[int], writer: IndexWriter
) -> Iterable[int]:
    """Reindex films or themes; yield the ids of those whose scope changed.

    These were hidden, published, renamed or moved in the hierarchy, so documents that name them are stale.
    """
    for batch in _batches(sorted(ids)):
        before, after = _reindex(session, SEARCHABLE[type_name], batch, writer)
        for id_ in batch:
            document_id = SearchDocument.document_id(type_name, id_)
            if _scope_of(before, document_id) != _scope_of(after, document_id):
                yield id_


def _scope_of(documents: Documents, document_id: int) -> str | None:
    return documents[document_id]["scope"] if document_id in documents else None


def _batches(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + BATCH_SIZE] for start in range(0, len(ids), BATCH_SIZE))


def _reindex(
    session: Session, model: Any, ids: list[int], writer: IndexWriter
) -> tuple[Documents, Documents]:
    """Replace the documents of these resources where they differ; return the documents before and after."""
    document_ids = [SearchDocument.document_id(model.type_name, id_) for id_ in ids]
    rows = session.connection().execute(SELECT_DOCUMENTS, {"ids": document_ids}).mappings()
    before: Documents = {row["id"]: dict(row) for row in rows}
    after: Documents = build_documents(session, model, ids)
    changed = [
        key for key in document_ids if _indexed_values(before.get(key)) != _indexed_values(after.get(key))
    ]
    writer.replace(
        [before[key] for key in changed if key in before], [after[key] for key in changed if key in after]
    )
    return before, after


def _indexed_values(document: DocumentRow | None) -> list[Any] | None:
    return [document[name] for name in INDEXED_COLUMNS] if document else None


def rebuild_index(session: Session, on_progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Build the index from scratch in the session's transaction; return the number of documents.

    Needed after content was written without the session's listeners, and after a change of the analysis.
    ``on_progress`` is called after each batch with the number of resources processed and their total.
    """
    writer = IndexWriter(session)
    writer.clear()
    total = sum(
        session.scalar(select(func.count()).select_from(model)) or 0 for model in searchable_models().values()
    )
    processed = 0
    for model in searchable_models().values():
        for ids in iter_id_batches(session, model):
            writer.replace([], list(build_documents(session, model, ids).values()))
            processed += len(ids)
            on_progress(processed, total)
    writer.finish(ANALYSIS_VERSION)
    if writer.documents:
        ContentGeneration.increment(session)
    return writer.documents


def is_index_current(engine: Engine) -> bool:
    """Whether this version of the analysis built the index. A new stemmer may produce other terms."""
    with Session(engine) as session:
        return session.scalar(select(IndexStatistics.version)) == ANALYSIS_VERSION


def ensure_index_current(engine: Engine) -> None:
    """Rebuild the index if it was never built, or if another version of the analysis built it."""
    if is_index_current(engine):
        return
    is_sqlite = engine.dialect.name == "sqlite"
    # The options of every writer: see models.database.Database._writer.
    options = {"sqlite_begin": "IMMEDIATE"} if is_sqlite else {"isolation_level": "READ COMMITTED"}
    with Session(engine.execution_options(**options)) as session, session.begin():
        rebuild_index(session)
