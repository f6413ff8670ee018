"""What a database has: rows per table, content generation, migration, and a digest of all rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, inspect, select, text

from models import ContentGeneration, migrations

#: Rows that are read at once.
BATCH = 1000


@dataclass(frozen=True)
class Inventory:
    """The content of a database at one moment.

    ``digest`` is the SHA-256 of the rows of all tables in the order of their keys, without the full-text
    index, which follows from them. ``generation`` is 0 if there was never any content.
    """

    migration: str | None
    generation: int
    rows: dict[str, int]
    digest: str

    @property
    def total(self) -> int:
        """The number of rows of all tables."""
        return sum(self.rows.values())


def take_inventory(connection: Connection) -> Inventory:
    """Read the whole database, in the connection's transaction."""
    digest, rows = hashlib.sha256(), {}
    for table in table_names(connection):
        digest.update(f"{table}\n".encode())
        rows[table] = 0
        for row in _rows(connection, table):
            digest.update(orjson.dumps(row, default=_to_text, option=orjson.OPT_APPEND_NEWLINE))
            rows[table] += 1
    generation = connection.scalar(select(ContentGeneration.number)) if rows else 0
    return Inventory(migrations.current(connection), generation or 0, rows, digest.hexdigest())


def table_names(connection: Connection) -> list[str]:
    """Return the names of the tables, without those of the full-text index."""
    names = inspect(connection).get_table_names()
    return sorted(name for name in names if migrations.is_modelled(name, "table", None))


def _rows(connection: Connection, table: str) -> Iterator[list[Any]]:
    columns = [column["name"] for column in inspect(connection).get_columns(table)]
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"] or columns
    quote = connection.dialect.identifier_preparer.quote
    names, order = (", ".join(map(quote, some)) for some in (columns, key))
    # Values as the driver returns them, whatever the models make of them.
    statement = text(f"SELECT {names} FROM {quote(table)} ORDER BY {order}")  # noqa: S608 (quoted names)
    with connection.execution_options(yield_per=BATCH).execute(statement) as result:
        for row in result:
            yield list(row)


def _to_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes | memoryview) else str(value)
