"""Stored records: add a key to those of past revisions, so that old and new databases have the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

_revisions = sa.table(
    "revisions", sa.column("id", sa.Integer), sa.column("type_name", sa.String), sa.column("record", sa.JSON)
)
#: The number of records that are changed at once.
BATCH_SIZE = 500


def add_to_records(
    connection: Connection, type_name: str, key: str, value: Callable[[dict[str, Any]], Any], *, after: str
) -> None:
    """Add a key after another one to every record of a type; records that have it already are not changed.

    ``value`` takes the record. A downgrade leaves the key: an older version reads records with more keys.
    """
    columns, last = _revisions.c, 0
    statement = sa.select(columns.id, columns.record).where(columns.type_name == type_name)
    while rows := connection.execute(
        statement.where(columns.id > last).order_by(columns.id).limit(BATCH_SIZE)
    ).all():
        last = rows[-1].id
        for id_, record in rows:
            if key not in record:
                values = {"record": _with_key(record, key, value(record), after)}
                connection.execute(sa.update(_revisions).where(columns.id == id_).values(values))


def _with_key(record: dict[str, Any], key: str, value: Any, after: str) -> dict[str, Any]:
    extended = {}
    for name, present in record.items():
        extended[name] = present
        if name == after:
            extended[key] = value
    return extended
