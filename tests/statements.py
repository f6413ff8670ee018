"""Recording the SQL statements that an engine runs."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def statements(engine):
    """Yield a list that receives the statements that the engine runs inside the block."""
    recorded = []

    def record(_connection, _cursor, statement, *_):
        recorded.append(statement)

    event.listen(engine, "before_cursor_execute", record)
    try:
        yield recorded
    finally:
        event.remove(engine, "before_cursor_execute", record)


def selects(recorded):
    """Return the recorded statements that read."""
    return [statement for statement in recorded if not statement.startswith(("BEGIN", "ROLLBACK"))]


def reads(app, path):
    """Return the statements that read for a second request, when all caches are warm."""
    client = app.test_client()
    client.get(path)
    with statements(app.extensions["database"].engine) as recorded:
        client.get(path)
    return [statement for statement in recorded if statement.startswith(("SELECT", "WITH", "("))]
