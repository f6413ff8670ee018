"""Bulk writing: ``executemany`` on SQLite, ``COPY`` on PostgreSQL."""

# SQL is built from names of tables and columns, which come from the models.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, inspect, text

from bench.catalogue.rows import Row
from models.base import Base
from models.database import Database

#: A new database need not survive a crash, because it can be generated again.
UNSAFE_PRAGMAS = ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-262144")


@contextmanager
def bulk_connection(database: Database) -> Iterator[Connection]:
    """Yield a connection with settings for bulk inserts; commit after the block."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for pragma in UNSAFE_PRAGMAS if database.is_sqlite else ():
            driver.execute(f"PRAGMA {pragma}")
        with connection.begin():
            yield connection
        if database.is_sqlite and driver.execute("PRAGMA foreign_key_check").fetchone():
            raise AssertionError("a row refers to one that does not exist")
    # Other connections must not have these settings.
    database.close()


def write(connection: Connection, rows_by_table: dict[str, list[Row]]) -> None:
    """Write the rows, referenced ones first."""
    driver: Any = connection.connection.driver_connection
    for table in Base.metadata.sorted_tables:
        if rows := rows_by_table.get(table.name):
            values, columns = [tuple(row.values()) for row in rows], ", ".join(rows[0])
            if connection.dialect.name == "sqlite":
                placeholders = ", ".join("?" * len(rows[0]))
                driver.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({placeholders})", values)
                continue
            with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)


def set_sequences(connection: Connection, last_keys: dict[str, int]) -> None:
    """Set PostgreSQL's sequences to the last keys; SQLite needs no such step."""
    statement = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :key)")
    for table, key in last_keys.items() if connection.dialect.name != "sqlite" else ():
        connection.execute(statement, {"table": table, "key": key})


def analyze(database: Database) -> None:
    """Run ANALYZE on PostgreSQL, as autovacuum would. SQLite has no statistics in production either."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in inspect(connection).get_table_names():
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")
