"""Databases for tests: copies of templates, which are migrated and filled once and shared by all workers.

SQLite templates are files in ``build/test-templates``, in a folder named after a hash of everything that shapes
them, so that later runs find them. PostgreSQL templates last for one run.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, event, make_url, text

from models import migrations
from models.database import Database
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
TEMPLATES = ROOT / "build" / "test-templates"
#: What shapes a template, as globs: tables, migrations, search analysis, schemas and packs.
TEMPLATE_SOURCES = ["models/**/*.py", "seeds/**/*", "api/**/*.py", "tests/packs/**/*", "requirements.txt"]
#: The tests' own content, and what fills templates with it.
TEMPLATE_SOURCES += [f"tests/{name}.py" for name in ("choices", "databases", "generated", "storing")]
TEMPLATE_SOURCES += [
    "tests/models/content.py",
    "tests/seeds/packs.py",
    "tests/**/conftest.py",
    "bench/catalogue/**/*.py",
]
#: Templates that no run has used for so long are deleted, in seconds.
MAX_TEMPLATE_AGE = 24 * 3600
POSTGRESQL = os.environ.get("SUBTEXT_TEST_DATABASE_URL")
#: The workers of a run inherit it from the process that starts them.
RUN_ID = os.environ.setdefault("TEST_RUN_ID", secrets.token_hex(4))
PREFIX = f"subtext_test_{RUN_ID}"


def seed(database: Database, *packs: Path):
    """Load packs; return the loader's report."""
    with database.write_session() as session:
        checked, faults = check_pack(read_pack(*(packs or (SEEDS,))), RULES)
        assert not [fault for fault in faults if fault.level == "error"]
        return load(session, checked)


@cache
def template_digest() -> str:
    """Return the hash of every file that shapes a template."""
    digest = hashlib.sha256()
    files = {file for pattern in TEMPLATE_SOURCES for file in ROOT.glob(pattern) if file.is_file()}
    for file in sorted(file for file in files if file.suffix != ".pyc"):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def locked(path: Path):
    """Hold a lock that one process has at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SQLite:
    """Databases that are files in ``folder``, copied from template files that outlast the run."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.templates = TEMPLATES / template_digest()
        self.locks = self.templates
        with locked(TEMPLATES / "lock"):
            self.templates.mkdir(exist_ok=True)
            os.utime(self.templates)
            for old in TEMPLATES.iterdir():
                if old.is_dir() and old.stat().st_mtime < time.time() - MAX_TEMPLATE_AGE:
                    shutil.rmtree(old)

    def _template(self, name: str) -> Path:
        return self.templates / f"{name}.sqlite3"

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def create(self, name: str, template: str | None = None) -> str:
        if template:
            shutil.copy(self._template(template), self.path(name))
        return self.url(name)

    def drop(self, name: str) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{end}").unlink(missing_ok=True)

    def has_template(self, name: str) -> bool:
        return self._template(name).exists()

    def create_template(self, name: str, base: str | None, fill: Callable) -> None:
        database = Database(self.create(f"building_{name}", base))
        fill(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        # Renamed when it is whole: a run that is interrupted leaves no half of one.
        shutil.copy(self.path(f"building_{name}"), self._template(f"building_{name}"))
        self._template(f"building_{name}").rename(self._template(name))
        self.drop(f"building_{name}")

    def close(self) -> None:
        """Close nothing: nothing is open."""


class PostgreSQL:
    """Databases on the server that SUBTEXT_TEST_DATABASE_URL names; ``shared`` is the run's folder of locks."""

    name = "postgresql"

    def __init__(self, url: str, shared: Path) -> None:
        self.server = make_url(url).set(drivername="postgresql+psycopg")
        self.locks = shared
        self.engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        self.background = ThreadPoolExecutor(1)
        self.drops: list[Future] = []

    def url(self, name: str) -> str:
        return self.server.set(database=f"{PREFIX}_{name}").render_as_string(hide_password=False)

    def create(self, name: str, template: str | None = None) -> str:
        source = f' TEMPLATE "{PREFIX}_{template}"' if template else ""
        self._run(f'CREATE DATABASE "{PREFIX}_{name}"{source}')
        # Nothing here is meant to outlast the server, so no commit need wait for the disk.
        self._run(f'ALTER DATABASE "{PREFIX}_{name}" SET synchronous_commit = off')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database while tests go on: the server writes a checkpoint for it, which nobody waits for."""
        statement = f'DROP DATABASE IF EXISTS "{PREFIX}_{name}" WITH (FORCE)'
        self.drops.append(self.background.submit(self._run, statement))

    def has_template(self, name: str) -> bool:
        return (self.locks / f"postgresql-{name}.ready").exists()

    def create_template(self, name: str, base: str | None, fill: Callable) -> None:
        database = Database(self.create(name, base))
        fill(database)
        database.close()
        (self.locks / f"postgresql-{name}.ready").touch()

    def close(self) -> None:
        """Wait until everything is dropped; what could not be fails here."""
        self.background.shutdown()
        self.engine.dispose()
        for drop in self.drops:
            drop.result()

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))


def drop_all_of_run(url: str) -> None:
    """Drop this run's PostgreSQL databases: its templates, and whatever an interrupted worker left."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        pattern = PREFIX.replace("_", r"\_") + r"\_%"
        names = connection.execute(
            text("SELECT datname FROM pg_database WHERE datname LIKE :pattern"), {"pattern": pattern}
        ).scalars()
        for name in names.all():
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()


def follow_url(database: Database) -> None:
    """Let an SQLite database connect to the file that its ``url`` names by then, which may change.

    A file must not be copied over another under the same name: a connection that is left open would delete the
    write-ahead log of the new one when it is closed.
    """

    @event.listens_for(database.engine, "do_connect")
    def connect_to_current_file(_dialect, _record, args, _options):
        args[0] = str(database.url.database)


class Engine:
    """One kind of database: databases that are copies of its templates."""

    def __init__(self, kind: SQLite | PostgreSQL) -> None:
        self.kind = kind
        self.name = kind.name
        self._reusable: dict[str, Database] = {}
        self.template("empty", None, lambda database: migrations.upgrade(database.engine))
        self.template("pack", "empty", seed)

    def template(self, name: str, base: str | None, fill: Callable[[Database], object]) -> str:
        """Create a template, a filled copy of the template ``base``, unless a worker has done so; return its name.

        A name stands for one content: what ``fill`` does may not depend on the test that calls this.
        """
        with locked(self.kind.locks / f"{self.name}-{name}.lock"):
            if not self.kind.has_template(name):
                self.kind.create_template(name, base, fill)
        return name

    @contextmanager
    def fresh(self, template: str | None = "empty"):
        """Yield the URL of a new database, a copy of the template; without one it has no tables."""
        name = f"t{secrets.token_hex(4)}"
        try:
            yield self.kind.create(name, template)
        finally:
            self.kind.drop(name)

    @contextmanager
    def opened(self, template: str = "empty"):
        """Yield an open ``Database`` that is a copy of the template, for one test at a time to write to.

        On SQLite it is the same object each time, over another file: it need not compile its statements again.
        PostgreSQL creates a database from a template faster than it empties one.
        """
        with self.fresh(template) as url:
            # Taken out while it is in use: a test that opens two copies of a template gets two.
            database = self._reusable.pop(template, None)
            if database is None:
                database = Database(url)
                if self.name == "sqlite":
                    follow_url(database)
            database.url = make_url(url)
            try:
                yield database
            finally:
                database.close()
            # A watcher cannot be used again once it is closed.
            vars(database).pop("change_watcher", None)
            if self.name == "sqlite":
                self._reusable[template] = database

    def close(self) -> None:
        self.kind.close()
