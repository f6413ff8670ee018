"""Databases to measure on: created, filled with the pack, and dropped afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import URL, Connection, create_engine, make_url, text

from api.app import create_app
from api.core.config import ROOT, Settings
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
def opened_app(url: str, **settings: Any) -> Iterator[Flask]:
    """Yield the application over a database, and close its connections."""
    app = create_app(Settings(database_url=url, **settings))
    try:
        yield app
    finally:
        app.extensions["database"].close()


def create_if_missing(url: str) -> None:
    """Create the database of a PostgreSQL URL unless it exists; for SQLite its folder is enough."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        with _maintenance_connection(parts) as connection:
            exists = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if connection.scalar(exists, {"name": parts.database}) is None:
                connection.execute(text(f'CREATE DATABASE "{parts.database}"'))


@contextmanager
def temporary_database(server: str) -> Iterator[str]:
    """Yield the URL of an empty database on a PostgreSQL server, and drop it after the block."""
    url = make_url(server).set(database=f"subtext_bench_{secrets.token_hex(4)}")
    create_if_missing(address := url.render_as_string(hide_password=False))
    try:
        yield address
    finally:
        with _maintenance_connection(url) as connection:
            connection.execute(text(f'DROP DATABASE "{url.database}" WITH (FORCE)'))


@contextmanager
def _maintenance_connection(url: URL) -> Iterator[Connection]:
    server = url.set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
