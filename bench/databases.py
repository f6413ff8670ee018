"""Databases to measure on: made new, filled with the pack, and dropped after."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Connection, create_engine, make_url, text

from api.core.config import ROOT
from models import migrations
from models.database import Database
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES


def fill(url: str) -> None:
    """Migrate the database and load the pack."""
    database = Database(url)
    migrations.upgrade(database.engine)
    checked, _ = check_pack(read_pack(ROOT / "seeds"), RULES)
    with database.write_session() as session:
        load(session, checked)
    database.close()


@contextmanager
def sqlite() -> Iterator[str]:
    """Yield the URL of a SQLite database that holds the pack."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        fill(url)
        yield url


@contextmanager
def postgresql(server: str) -> Iterator[str]:
    """Yield the URL of a database on a PostgreSQL server that holds the pack."""
    with new(server) as url:
        fill(url)
        yield url


def provide(url: str) -> None:
    """Make the database of a PostgreSQL URL, if there is none yet; for SQLite its folder is enough."""
    of = make_url(url)
    if of.get_backend_name() == "sqlite":
        return
    with _administering(of.set(database="postgres")) as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(known, {"name": of.database}) is None:
            quoted = connection.dialect.identifier_preparer.quote(str(of.database))
            connection.execute(text(f"CREATE DATABASE {quoted}"))


@contextmanager
def new(server: str) -> Iterator[str]:
    """Yield the URL of an empty database on a PostgreSQL server."""
    name = f"subtext_bench_{secrets.token_hex(4)}"
    with _administering(make_url(server)) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            yield connection.engine.url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@contextmanager
def _administering(server: URL) -> Iterator[Connection]:
    """Yield a connection to a PostgreSQL server that makes and drops databases."""
    engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
