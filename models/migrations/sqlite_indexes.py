"""Alembic on SQLite with descending indexes: SQLAlchemy reflects every index of SQLite as ascending.

``batch_alter_table`` copies a table with its reflected indexes; autogenerate compares them with the models.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from alembic.ddl.impl import ComparisonResult
from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Connection, Dialect, Index
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.schema import CreateIndex


class SQLiteWithDirections(SQLiteImpl):
    """Replaces Alembic's class for SQLite, which Alembic looks up by ``__dialect__``."""

    __dialect__ = "sqlite"

    def __init__(self, dialect: Dialect, *args: Any, **options: Any) -> None:
        super().__init__(dialect, *args, **options)
        # SQLAlchemy's inspector calls it; there is no event to add to a reflected index.
        dialect.get_indexes = partial(reflect_indexes, dialect)  # type: ignore[method-assign]

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """Compare the statements that create the indexes. Alembic compares only the names of the columns."""
        expected, actual = (
            str(CreateIndex(index).compile(dialect=self.dialect))
            for index in (metadata_index, reflected_index)
        )
        if expected == actual:
            return ComparisonResult.Equal()
        return ComparisonResult.Different(f"{actual} to {expected}")


def reflect_indexes(
    dialect: Dialect, connection: Connection, table_name: str, schema: str | None = None, **options: Any
) -> list[ReflectedIndex]:
    """Return what SQLAlchemy reflects, and ``column_sorting``, which it has only for PostgreSQL."""
    indexes = type(dialect).get_indexes(dialect, connection, table_name, schema, **options)
    for index in indexes:
        columns = connection.exec_driver_sql(f'PRAGMA index_xinfo("{index["name"]}")')
        index["column_sorting"] = {column.name: ("desc",) for column in columns if column.key and column.desc}
    return indexes
