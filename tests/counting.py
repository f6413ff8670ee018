"""Counting statements, and those that read."""

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


def reads(app, path):
    """Return the statements that read for a second answer, when all that is kept has been made."""
    client = app.test_client()
    client.get(path)
    with statements(app.extensions["database"].engine) as seen:
        client.get(path)
    return [statement for statement in seen if statement.startswith(("SELECT", "WITH", "("))]
