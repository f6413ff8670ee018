"""What exports read is streamed: a batch is read when the one before it was written."""

from api.exports import source as sources
from api.exports.source import ExportSource
from models import Theme
from models import public_history as histories


def test_items_are_read_in_batches(packed, monkeypatch):
    monkeypatch.setattr(sources, "BATCH", 10)
    steps = []
    with packed.read_session() as session:
        source = ExportSource(session, "http://localhost", steps.append)
        batches = source.items(Theme)
        first = next(batches)
        assert (len(first), steps) == (10, [])
        # PostgreSQL keeps the rest of the rows for a cursor.
        assert packed.is_sqlite or _open_cursors(session) == 1
        rest = list(batches)
        assert {len(batch) for batch in rest[:-1]} == {10}
        assert sum(steps) == sum(map(len, [first, *rest])) > 20


def test_revisions_are_read_in_batches(packed, monkeypatch):
    monkeypatch.setattr(histories, "BATCH", 10)
    with packed.read_session() as session:
        revisions = histories.stream_public_revisions(session, [Theme])
        next(revisions)
        assert packed.is_sqlite or _open_cursors(session) == 1
        assert len(list(revisions)) > 20


def _open_cursors(session):
    return session.connection().exec_driver_sql("SELECT count(*) FROM pg_cursors").scalar()
