"""A database whose content is restored before each test, for tests that have to commit.

A new database for each test would be slower: every statement would be compiled again, and PostgreSQL needs a
tenth of a second to create a database.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from models import Base
from models.database import Database
from models.migrations.runner import VERSION_TABLE
from tests.databases import change_file

#: With the version of the schema, which tests of other versions change.
TABLES = [*(table.name for table in Base.metadata.sorted_tables), VERSION_TABLE.name]


@contextmanager
def restoring(engine, template="empty"):
    """Yield a function that returns the same database each time, with the content of the template."""
    with engine.fresh(template) as url:
        database = Database(url)
        snapshot = SQLiteSnapshot(database) if database.is_sqlite else PostgreSQLSnapshot(database)

        def restore():
            # A watcher cannot be used again once it is closed.
            if watcher := vars(database).pop(Database.commit_watcher.attrname, None):
                watcher.close()
            snapshot.restore()
            return database

        try:
            yield restore
        finally:
            database.close()
            snapshot.drop()


class SQLiteSnapshot:
    """A copy of the database file. Each restore copies it to a new file."""

    def __init__(self, database):
        self.database, self.number = database, 0
        self.file = self.current = Path(database.url.database)
        self.copy = self.file.with_suffix(".saved")
        shutil.copyfile(self.file, self.copy)

    def restore(self):
        self.database.engine.dispose()
        self._delete()
        self.number += 1
        self.current = self.file.with_suffix(f".{self.number}")
        shutil.copyfile(self.copy, self.current)
        change_file(self.database, self.database.url.set(database=str(self.current)))

    def drop(self):
        self.copy.unlink()
        self._delete()

    def _delete(self):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.current}{suffix}").unlink(missing_ok=True)


class PostgreSQLSnapshot:
    """Copies of all tables, in a separate schema."""

    def __init__(self, database):
        # A separate connection keeps its cached plans, whatever a test does to the other connections.
        self.connection = create_engine(database.url, isolation_level="AUTOCOMMIT").connect()
        copies = [f"CREATE TABLE saved.{table} AS TABLE public.{table}" for table in TABLES]
        self._run(["CREATE SCHEMA saved", *copies])

    def restore(self):
        deletes = [f"DELETE FROM public.{table}" for table in reversed(TABLES)]
        inserts = [f"INSERT INTO public.{table} SELECT * FROM saved.{table}" for table in TABLES]
        self._run([*deletes, *inserts])

    def drop(self):
        """Close the connection; the copies are dropped with the database."""
        self.connection.close()
        self.connection.engine.dispose()

    def _run(self, statements):
        # PostgreSQL runs the statements of one message in one transaction.
        self.connection.exec_driver_sql("; ".join(statements))
