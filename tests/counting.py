"""Counting statements."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def statements(engine):
    """Yield the list of the statements that the engine runs inside the block."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
