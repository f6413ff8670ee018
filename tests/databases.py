"""Databases for tests: copies of template databases, which are created once and shared by all workers.

SQLite templates are files in ``build/test-templates``. Later runs reuse them: their folder is named after a hash
of every file that influences their content. PostgreSQL templates last for one run.
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

from sqlalchemy import URL, create_engine, make_url, text

from models import migrations
from models.database import Database
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
TEMPLATES = ROOT / "build" / "test-templates"
#: Globs of the files that influence a template: tables, migrations, search analysis, schemas and packs.
TEMPLATE_SOURCES = ["models/**/*.py", "seeds/**/*", "api/**/*.py", "tests/packs/**/*", "requirements.txt"]
#: The generated content of tests, and the code that stores it.
TEMPLATE_SOURCES += [f"tests/{name}.py" for name in ("choices", "databases", "generated", "storing")]
TEMPLATE_SOURCES += [
    "tests/models/content.py",
    "tests/seeds/packs.py",
    "tests/**/conftest.py",
    "bench/catalogue/**/*.py",
]
#: Templates that have been unused for this many seconds are deleted.
MAX_TEMPLATE_AGE = 24 * 3600
POSTGRESQL = os.environ.get("SUBTEXT_TEST_DATABASE_URL")
#: The same for all workers of a run, which inherit it from their parent process.
RUN_ID = os.environ.setdefault("TEST_RUN_ID", secrets.token_hex(4))
PREFIX = f"subtext_test_{RUN_ID}"


def seed(database: Database, *packs: Path):
    """Load packs; return the loader's report."""
    with database.write_session() as session:
        check_result, diagnostics = check_pack(read_pack(*(packs or (SEEDS,))), RULES)
        assert not [diagnostic for diagnostic in diagnostics if diagnostic.level == "error"]
        return load(session, check_result)


@cache
def template_digest() -> str:
    """Return a hash of every file that influences a template."""
    digest = hashlib.sha256()
    files = {file for pattern in TEMPLATE_SOURCES for file in ROOT.glob(pattern) if file.is_file()}
    for file in sorted(file for file in files if file.suffix != ".pyc"):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def locked(path: Path):
    """Hold an exclusive lock on a file, across processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SQLite:
    """Databases in ``folder``, copied from template files that later runs reuse."""

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
        # Rename the finished file, so that an interrupted run never leaves an incomplete template.
        shutil.copy(self.path(f"building_{name}"), self._template(f"building_{name}"))
        self._template(f"building_{name}").rename(self._template(name))
        self.drop(f"building_{name}")

    def close(self) -> None:
        """Do nothing: no connection is open."""


class PostgreSQL:
    """Databases on the server at SUBTEXT_TEST_DATABASE_URL; ``shared`` is the folder for the run's locks."""

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
        # Test databases need not survive a crash, so commits do not wait for the disk.
        self._run(f'ALTER DATABASE "{PREFIX}_{name}" SET synchronous_commit = off')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database in the background: the server writes a checkpoint first, which takes time."""
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
        """Wait until all databases are dropped, and raise the errors of failed drops."""
        self.background.shutdown()
        self.engine.dispose()
        for drop in self.drops:
            drop.result()

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement))


def drop_all_of_run(url: str) -> None:
    """Drop this run's PostgreSQL databases: its templates, and those that interrupted workers left behind."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        pattern = PREFIX.replace("_", r"\_") + r"\_%"
        names = connection.execute(
            text("SELECT datname FROM pg_database WHERE datname LIKE :pattern"), {"pattern": pattern}
        ).scalars()
        for name in names.all():
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()


def change_file(database: Database, url: URL) -> None:
    """Make a closed database connect to another URL: on SQLite, that of another file."""
    database.url = url
    if database.file is not None:
        database.file.path = url.database


def write_protected_file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file that cannot be written again, into a folder that then cannot either; return its path."""
    file = folder / name
    file.write_bytes(content)
    file.chmod(0o444)
    folder.chmod(0o555)
    return file


class Engine:
    """One kind of database, which creates databases as copies of templates."""

    def __init__(self, kind: SQLite | PostgreSQL) -> None:
        self.kind = kind
        self.name = kind.name
        self._reusable: dict[str, Database] = {}
        self.template("empty", None, lambda database: migrations.upgrade(database.engine))
        self.template("pack", "empty", seed)

    def template(self, name: str, base: str | None, fill: Callable[[Database], object]) -> str:
        """Create a template by filling a copy of ``base``, unless it exists already; return its name.

        Each name identifies one content, so ``fill`` must not depend on the calling test.
        """
        with locked(self.kind.locks / f"{self.name}-{name}.lock"):
            if not self.kind.has_template(name):
                self.kind.create_template(name, base, fill)
        return name

    @contextmanager
    def fresh(self, template: str | None = "empty"):
        """Yield the URL of a new copy of a template. If ``template`` is None, the database has no tables."""
        name = f"t{secrets.token_hex(4)}"
        try:
            yield self.kind.create(name, template)
        finally:
            self.kind.drop(name)

    @contextmanager
    def opened(self, template: str = "empty"):
        """Yield an open ``Database`` with a copy of the template, which one test at a time may write to.

        On SQLite the object is reused with a new file, so that it keeps its compiled statements. On PostgreSQL,
        creating a database from a template is faster than emptying one.
        """
        with self.fresh(template) as url:
            # Removed while it is in use, so that a test can open two copies of a template.
            database = self._reusable.pop(template, None)
            if database is None:
                database = Database(url)
            change_file(database, make_url(url))
            try:
                yield database
            finally:
                database.close()
            # A watcher cannot be used again once it is closed.
            vars(database).pop("commit_watcher", None)
            if self.name == "sqlite":
                self._reusable[template] = database

    def close(self) -> None:
        self.kind.close()
