"""Databases for tests: each made new, migrated once as a template, and dropped after."""

import os
import secrets
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from models import migrations
from models.database import Database
from seeds.check import examine
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
POSTGRESQL = os.environ.get("SUBTEXT_TEST_DATABASE_URL")


def seed(database: Database, *packs: Path):
    """Load packs; return the loader's report."""
    with database.write_session() as session:
        checked, faults = examine(read_pack(*(packs or (SEEDS,))), RULES)
        assert not [fault for fault in faults if fault.level == "error"]
        return load(session, checked)


class SQLite:
    """Copies of a file."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def create(self, name: str, template: str | None = None) -> str:
        if template:
            shutil.copy(self.path(template), self.path(name))
        return self.url(name)

    def drop(self, name: str) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{end}").unlink(missing_ok=True)

    def close(self) -> None:
        """Leave nothing open: there is nothing."""


class PostgreSQL:
    """Databases of their own on the server that SUBTEXT_TEST_DATABASE_URL names."""

    name = "postgresql"

    def __init__(self, url: str) -> None:
        self.server = make_url(url).set(drivername="postgresql+psycopg")
        self.prefix = f"subtext_test_{secrets.token_hex(4)}"
        self.engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        self.behind = ThreadPoolExecutor(1)
        self.drops: list[Future] = []

    def url(self, name: str) -> str:
        database = f"{self.prefix}_{name}"
        return self.server.set(database=database).render_as_string(hide_password=False)

    def create(self, name: str, template: str | None = None) -> str:
        given = f' TEMPLATE "{self.prefix}_{template}"' if template else ""
        self._run(f'CREATE DATABASE "{self.prefix}_{name}"{given}')
        # Nothing here is meant to outlast the server, so no commit need wait for the disk.
        self._run(f'ALTER DATABASE "{self.prefix}_{name}" SET synchronous_commit = off')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database while tests go on: the server writes a checkpoint for it, which nobody waits for."""
        statement = f'DROP DATABASE IF EXISTS "{self.prefix}_{name}" WITH (FORCE)'
        self.drops.append(self.behind.submit(self._run, statement))

    def close(self) -> None:
        """Wait until everything is dropped; what could not be fails here."""
        self.behind.shutdown()
        self.engine.dispose()
        for drop in self.drops:
            drop.result()

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))


class Engine:
    """One kind of database, with an empty and a seeded template."""

    def __init__(self, kind) -> None:
        self.kind = kind
        self.name = kind.name
        self.templates: list[str] = []
        self.template("empty")
        self.template("pack", "empty", seed)

    def template(self, name: str, template: str | None = None, fill=None) -> None:
        """Make a database, filled once, for others to be copies of."""
        self.templates.append(name)
        database = Database(self.kind.create(name, template))
        if template is None:
            migrations.upgrade(database.engine)
        if fill:
            fill(database)
        if database.is_sqlite:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    @contextmanager
    def fresh(self, template: str | None = "empty"):
        """Yield the URL of a database of its own."""
        name = f"t{secrets.token_hex(4)}"
        try:
            yield self.kind.create(name, template)
        finally:
            self.kind.drop(name)

    def close(self) -> None:
        for name in reversed(self.templates):
            self.kind.drop(name)
        self.kind.close()
