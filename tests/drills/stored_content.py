"""Checks of stored content: what must be true of a database whatever died while it was written to."""

import json
from collections import Counter
from contextlib import closing

from sqlalchemy import func, select

from models import RESOURCES, ContentGeneration, Revision
from models.idempotency_record import IdempotencyRecord
from models.list_index_table import ListIndexRow
from models.pin import record_digest
from models.search.document_builder import build_documents
from models.search.index_sync import INDEXED_COLUMNS
from models.search.index_tables import DocumentFrequency, IndexStatistics, SearchDocument, list_index_rows
from models.searchable import searchable_models
from models.sqlite_driver import sqlite


def faults_of(session, writes=()):
    """Return what is wrong with a database, as sentences; ``writes`` are those that were acknowledged."""
    return [*_faults_of_history(session), *_faults_of_index(session), *_lost(session, writes)]


def faults_of_file(path):
    """Return what SQLite finds wrong with a file.

    The connection must be new: that of a pool may know an older structure of the full-text index, which
    ``integrity_check`` does not read again, though searches do.
    """
    with closing(sqlite.connect(path)) as connection:
        found = {
            pragma: connection.execute(f"PRAGMA {pragma}").fetchall()
            for pragma in ("integrity_check", "foreign_key_check")
        }
        # Compares the full-text index with the documents, and raises an error if they differ.
        connection.execute("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
    return [] if found == {"integrity_check": [("ok",)], "foreign_key_check": []} else [f"the file: {found}"]


def _faults_of_history(session):
    """Yield faults of revisions: gaps, items without theirs, generations that no commit made."""
    current = ContentGeneration.current(session)
    late = func.count().filter(Revision.generation > current)
    none = func.count().filter(Revision.generation.is_(None))
    for count, what in zip(
        session.execute(select(late, none)).one(), ("a later generation", "no generation"), strict=True
    ):
        if count:
            yield f"{count} revisions have {what}"
    owner = Revision.type_name, Revision.resource_id
    spans = select(*owner, func.min(Revision.number), func.max(Revision.number), func.count()).group_by(
        *owner
    )
    numbers = {(type_name, id_): span for type_name, id_, *span in session.execute(spans)}
    newest = select(Revision.type_name, Revision.resource_id, Revision.number, Revision.record)
    records = {tuple(identity): record for *identity, record in session.execute(newest)}
    for model in RESOURCES:
        for item in session.scalars(select(model)):
            name = f"{item.type_name} {item.slug}"
            first, last, count = numbers.pop((item.type_name, item.id), (0, 0, 0))
            if (last, count) != (item.revision, last - first + 1):
                yield f"{name} is at revision {item.revision}, and has {count} from {first} to {last}"
            record = records.get((item.type_name, item.id, item.revision))
            if record is not None and record_digest(record) != record_digest(item.to_record()):
                yield f"{name} is not what its revision {item.revision} says"
    yield from (f"revisions {identity} have no item" for identity in numbers)


def _faults_of_index(session):
    """Yield faults of the search index: it has exactly what the items say."""
    connection = session.connection()
    stored = {row["id"]: dict(row) for row in connection.execute(select(SearchDocument.__table__)).mappings()}
    documents, listings = {}, []
    for model in searchable_models().values():
        documents |= build_documents(session, model, session.scalars(select(model.id)).all())
    for name, row in ((name, row) for row in documents.values() for name in INDEXED_COLUMNS):
        if stored.get(row["id"], {}).get(name) != row[name]:
            yield f"the document of {row['type_name']} {row['slug']} is outdated"
    if stored.keys() - documents.keys():
        yield f"documents of no item: {stored.keys() - documents.keys()}"
    frequencies, length = Counter(), 0
    for row in documents.values():
        frequencies.update(DocumentFrequency.index_terms(row))
        listings += list_index_rows(row)
        length += row["length"]
    if (
        dict(session.execute(select(DocumentFrequency.term, DocumentFrequency.documents)).all())
        != frequencies
    ):
        yield "the frequencies of terms are not those of the documents"
    totals = session.execute(select(IndexStatistics.documents, IndexStatistics.length)).one()
    if tuple(totals) != (len(documents), length):
        yield f"the statistics count {tuple(totals)}, not {(len(documents), length)}"
    keys = [column.name for column in ListIndexRow.__table__.primary_key]
    rows = connection.execute(select(ListIndexRow.__table__)).mappings()
    if {tuple(row[key] for key in keys) for row in rows} != {
        tuple(row[key] for key in keys) for row in listings
    }:
        yield "the list index is not that of the documents"


def _lost(session, writes):
    """Yield the acknowledged writes of which the response or the revision is not stored as it was sent."""
    records = {record.key: record for record in session.scalars(select(IdempotencyRecord))}
    pins = {
        (record["id"], number, (digest or "")[:6])
        for number, digest, record in session.execute(
            select(Revision.number, Revision.digest, Revision.record).where(Revision.type_name == "theme")
        )
    }
    for write in writes:
        record = records.get(write.key)
        if record is None or (record.status, record.body or b"") != (write.reply.status, write.reply.body):
            yield f"lost: the response to {write.method} {write.path} ({write.key})"
        for path, etag in write.states().items():
            slug = path.rpartition("/")[2]
            number, digest = etag.strip('"').split(".")[:2] if etag else (None, None)
            if etag and (slug, int(number), digest) not in pins:
                yield f"lost: {path} at {etag}"
            if etag == "" and not any(pin[0] == slug for pin in pins):
                yield f"lost: {path} of {json.loads(write.reply.body)['name']}"
