"""The format ``csv``: a file of each resource type for spreadsheets, as in RFC 4180. Programs read NDJSON.

A list is one cell, its entries joined by ``; ``. Spreadsheets calculate a cell that begins like a formula, so
that words of others could run commands or send data: such a text begins with an apostrophe here.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson

from api.exports.folder import ExportFolder
from api.exports.source import ExportSource
from api.exports.tables import ListColumn, Table, table_of
from models import RESOURCES

SEPARATOR = "; "
#: The beginnings that spreadsheets take for a formula, or skip before one; the full-width forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(source: ExportSource, folder: ExportFolder) -> None:
    """Write the files of the format."""
    for model in RESOURCES:
        table = table_of(model)
        with folder.create(f"{table.name}.csv", "items", type_name=table.type_name) as file:
            file.write(_encode([header(table)]), 0)
            for batch in source.items(model):
                file.write(_encode(cells(table, orjson.loads(item)) for item in batch), len(batch))


def header(table: Table) -> list[str]:
    """Return the names of the columns."""
    return [column.name for column in table.columns] + [each.name for each in table.lists]


def cells(table: Table, item: dict[str, Any]) -> list[str]:
    """Return the cells of an item."""
    lists = (SEPARATOR.join(_entry_text(each, row) for row in each.rows(item)) for each in table.lists)
    return [safe_cell(value) for value in (*(column.value(item) for column in table.columns), *lists)]


def _entry_text(column: ListColumn, row: list[Any]) -> str:
    """Return an entry of a list as text: the name of a person, or else all values."""
    names = [each.name for each in column.columns]
    values = [row[names.index("name")]] if "name" in names else row
    return " ".join(str(value) for value in values if value is not None)


def safe_cell(value: Any) -> str:
    """Return the text of a cell that no spreadsheet takes for a formula; an empty one for None."""
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _encode(rows: Any) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()
