"""Rows that are not yet written: the common columns of versioned tables, and the next primary keys."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from random import Random
from typing import Any

from models.base import Base, random_key

Row = dict[str, Any]
FIRST_DAY, DAYS = dt.date(2016, 1, 1), 3_900
#: How many of a thousand resources are drafts, are deleted, or have changed once.
DRAFTS, DELETED, CHANGED = 3, 3, 50


def timestamp(day: int, second: int = 0) -> str:
    """Return a time in a format that both databases accept, ``day`` days after the first."""
    date = FIRST_DAY + dt.timedelta(days=day)
    return f"{date}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


class Rows:
    """The rows of every table that are not yet written, and the last primary keys."""

    def __init__(self, random: Random) -> None:
        """Start every key at 1."""
        self.random = random
        self.pending: dict[str, list[Row]] = defaultdict(list)
        self.last_keys: Counter[str] = Counter()
        tables = Base.metadata.tables.items()
        self.nulls = {name: {one.name: None for one in table.c if one.nullable} for name, table in tables}

    def add(self, table: str, **values: Any) -> None:
        """Add a row without a primary key of its own."""
        self.pending[table].append(values)

    def add_keyed(self, table: str, **values: Any) -> int:
        """Add a row, with NULL in columns that have no value; return its key."""
        self.last_keys[table] += 1
        self.pending[table].append({"id": self.last_keys[table], **self.nulls[table], **values})
        return self.last_keys[table]

    def add_versioned(
        self, table: str, type_name: str, day: int, slug: str, label: str, **values: Any
    ) -> int:
        """Add a resource that was created on a day, mostly a published one; return its key."""
        number, created_at = self.random.randrange(1_000), timestamp(day)
        is_changed = DRAFTS + DELETED <= number < DRAFTS + DELETED + CHANGED and type_name != "film"
        later = timestamp(min(day + 1 + self.random.randrange(400), DAYS), self.random.randrange(86_400))
        is_deleted = DRAFTS <= number < DRAFTS + DELETED and type_name in ("quote", "commentary")
        is_draft = number < DRAFTS and type_name in ("film", "quote", "commentary")
        values |= {"slug": slug, "label": label, "status": "draft" if is_draft else "published"}
        values |= {"revision": 2 if is_changed or is_deleted else 1, "created_at": created_at}
        values |= {"updated_at": later if is_changed or is_deleted else created_at}
        values |= {"deleted_at": later if is_deleted else None, "random_key": random_key(type_name, slug)}
        return self.add_keyed(table, **values)

    def take(self) -> dict[str, list[Row]]:
        """Return the rows that are not yet written, and forget them."""
        rows, self.pending = self.pending, defaultdict(list)
        return rows
