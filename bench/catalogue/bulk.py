"""Writing many rows: ``executemany`` on SQLite, ``COPY`` on PostgreSQL."""

# Statements are put together of names of tables and columns, which stand in the models.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, inspect, text

from bench.catalogue.rows import Row
from models.base import Base
from models.database import Database

#: While a new database is filled, nothing is lost with it: it is made again.
HASTY = ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-262144")


@contextmanager
def bulk(database: Database) -> Iterator[Connection]:
    """Open a connection that writes many rows at once, and commits in the end."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if database.is_sqlite:
            for pragma in HASTY:
                driver.execute(f"PRAGMA {pragma}")
        with connection.begin():
            yield connection
        if database.is_sqlite and driver.execute("PRAGMA foreign_key_check").fetchone():
            raise AssertionError("a row refers to one that is not there")
    # No other connection is to be hasty.
    database.close()


def write(connection: Connection, waiting: dict[str, list[Row]]) -> None:
    """Write rows, what is referred to before what refers."""
    driver: Any = connection.connection.driver_connection
    put = _execute if connection.dialect.name == "sqlite" else _copy
    for table in Base.metadata.sorted_tables:
        if rows := waiting.get(table.name):
            put(driver, table.name, list(rows[0]), rows)


def _execute(driver: Any, table: str, columns: list[str], rows: list[Row]) -> None:
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
    driver.executemany(statement, [tuple(row.values()) for row in rows])


def _copy(driver: Any, table: str, columns: list[str], rows: list[Row]) -> None:
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


def go_on_after(connection: Connection, last: dict[str, int]) -> None:
    """Let PostgreSQL give its next keys after the last that were written; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table, key in last.items():
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:of, 'id'), :last)"), {"of": table, "last": key}
        )


def gather_statistics(database: Database) -> None:
    """Let PostgreSQL look at its tables, as it does after a while; SQLite does so only when told."""
    if database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")
