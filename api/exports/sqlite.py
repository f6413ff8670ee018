"""The format ``sqlite``: a database file with a table of each resource type and of each list in its items.

Beside it is ``metadata.yml``, with which Datasette shows what the tables and columns are. The file is no copy
of the database of the service: it only has what the API returns, and no history.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
import yaml  # type: ignore[import-untyped]

from api.core.version import VERSION
from api.exports.folder import ExportFolder
from api.exports.source import ExportSource
from api.exports.tables import Column, Kind, ListColumn, Table, table_of
from models import MODELS_BY_TYPE, RESOURCES
from models.sqlite_driver import sqlite

FILE, METADATA = "export.sqlite3", "metadata.yml"
#: The file is complete or deleted, so a journal would only cost time.
PRAGMAS = ("journal_mode=OFF", "synchronous=OFF", "trusted_schema=OFF")
ABOUT = "about"
INTEGERS = (Kind.INTEGER, Kind.BOOLEAN)


def write(source: ExportSource, folder: ExportFolder) -> None:
    """Write the files of the format."""
    tables = {model: table_of(model) for model in RESOURCES}
    path = folder.path / FILE
    count = 0
    with _disk_errors(path), closing(sqlite.connect(path, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        _write_about(connection, source)
        for model, table in tables.items():
            _create(connection, table)
            for batch in source.items(model):
                _insert(connection, table, [orjson.loads(item) for item in batch])
                count += len(batch)
        for table in tables.values():
            _index(connection, table)
        connection.execute("COMMIT")
        # The file keeps no mode that needs files beside it.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("ANALYZE")
    folder.add(FILE, "items", count=count)
    metadata = yaml.safe_dump(describe(list(tables.values())), sort_keys=False, allow_unicode=True, width=110)
    with folder.create(METADATA, "metadata", compress=False) as file:
        file.write(metadata.encode(), 0)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Raise an error of the disk as what it is.

    Raises:
        OSError: SQLite cannot write the file.
    """
    try:
        yield
    except sqlite.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        codes = {"SQLITE_FULL": errno.ENOSPC, "SQLITE_IOERR": errno.EIO, "SQLITE_CANTOPEN": errno.EACCES}
        code = next((code for start, code in codes.items() if name.startswith(start)), None)
        if code is None:
            raise
        raise OSError(code, os.strerror(code), str(path)) from None


def list_table(table: Table, column: ListColumn) -> str:
    """Return the name of the table of a list: ``quote_themes``."""
    return f"{table.type_name}_{column.name}"


def _write_about(connection: Any, source: ExportSource) -> None:
    connection.execute(f"CREATE TABLE {ABOUT} (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
    state = source.state
    values: dict[str, Any] = {"base_url": source.base_url, "release": VERSION, "epoch": state.epoch}
    values |= {"generation": state.generation, "changed_at": state.changed_at}
    _insert_rows(connection, ABOUT, [list(pair) for pair in values.items()])


def _create(connection: Any, table: Table) -> None:
    columns = [
        f"{_definition(column)}{' PRIMARY KEY' if column.name == 'id' else ''}" for column in table.columns
    ]
    connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(columns)}) WITHOUT ROWID')
    owner = Column(f"{table.type_name}_id", ("id",), "", refers_to=table.type_name)
    for each in table.lists:
        columns = [_definition(owner), '"position" INTEGER', *map(_definition, each.columns)]
        key = f'PRIMARY KEY ("{owner.name}", "position")'
        name = list_table(table, each)
        connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)}, {key}) WITHOUT ROWID')


def _definition(column: Column) -> str:
    sql = f'"{column.name}" {"INTEGER" if column.kind in INTEGERS else "TEXT"}'
    if column.refers_to is None:
        return sql
    return f'{sql} REFERENCES "{MODELS_BY_TYPE[column.refers_to].__tablename__}" ("id")'


def _insert(connection: Any, table: Table, items: list[dict[str, Any]]) -> None:
    _insert_rows(connection, table.name, [[column.value(item) for column in table.columns] for item in items])
    for each in table.lists:
        rows = [
            [item["id"], position, *row] for item in items for position, row in enumerate(each.rows(item), 1)
        ]
        _insert_rows(connection, list_table(table, each), rows)


def _insert_rows(connection: Any, name: str, rows: list[list[Any]]) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)  # noqa: S608 (our names)


def _index(connection: Any, table: Table) -> None:
    """Create an index of each reference, for joins in both directions."""
    own = [(table.name, column) for column in table.columns]
    own += [(list_table(table, each), column) for each in table.lists for column in each.columns]
    for name, column in own:
        if column.refers_to:
            connection.execute(f'CREATE INDEX "{name}_{column.name}" ON "{name}" ("{column.name}")')


def describe(tables: list[Table]) -> dict[str, Any]:
    """Return the metadata for Datasette: what the tables and columns are, how rows are called, and facets."""
    described: dict[str, Any] = {
        ABOUT: {"description": "The service that this was exported from, and as of which state."}
    }
    for table in tables:
        described[table.name] = {
            "description": f"The {table.name} of the service.",
            "label_column": "label",
            "columns": {column.name: column.description for column in table.columns if column.description},
            "facets": [column.name for column in table.columns if column.refers_to or column.name == "kind"],
        }
        for each in table.lists:
            columns = {"position": "The place in the list, from 1."}
            columns |= {column.name: column.description for column in each.columns if column.description}
            described[list_table(table, each)] = {"description": each.description, "columns": columns}
    return {
        "title": "Film commentary of Subtext",
        "description": "The public content of a Subtext service: films, scenes, quotes and commentary.",
        "databases": {Path(FILE).stem: {"tables": described}},
    }
