"""Rows: what every versioned row has, and what is the same in a row of any noun."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from random import Random
from typing import Any

from models.base import random_key

Row = dict[str, Any]
FIRST_DAY, DAYS = dt.date(2016, 1, 1), 3_900
#: Of a thousand resources so many are drafts, so many deleted, and so many were changed once.
DRAFTS, DELETED, CHANGED = 3, 3, 50


def instant(day: int, second: int = 0) -> str:
    """Return a moment as both databases read it, ``day`` days after the first."""
    date = FIRST_DAY + dt.timedelta(days=day)
    return f"{date}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


class Rows:
    """The rows of every table that are not yet written, and the keys that come next."""

    def __init__(self, random: Random) -> None:
        """Begin every key at 1."""
        self.random = random
        self.waiting: dict[str, list[Row]] = defaultdict(list)
        self.last: Counter[str] = Counter()

    def add(self, table: str, **values: Any) -> None:
        """Add a row that has no key of its own."""
        self.waiting[table].append(values)

    def add_keyed(self, table: str, **values: Any) -> int:
        """Add a row with the next key; return that."""
        self.last[table] += 1
        self.waiting[table].append({"id": self.last[table], **values})
        return self.last[table]

    def add_versioned(self, table: str, type_name: str, day: int, slug: str, label: str, **own: Any) -> int:
        """Add a resource that came on a day: published, but for some; return its key."""
        lot = self.random.randrange(1_000)
        created = instant(day)
        is_changed = DRAFTS + DELETED <= lot < DRAFTS + DELETED + CHANGED and type_name != "film"
        later = instant(min(day + 1 + self.random.randrange(400), DAYS), self.random.randrange(86_400))
        is_deleted = DRAFTS <= lot < DRAFTS + DELETED and type_name in ("quote", "commentary")
        return self.add_keyed(
            table,
            slug=slug,
            label=label,
            status="draft" if lot < DRAFTS and type_name in ("film", "quote", "commentary") else "published",
            revision=2 if is_changed or is_deleted else 1,
            created_at=created,
            updated_at=later if is_changed or is_deleted else created,
            deleted_at=later if is_deleted else None,
            random_key=random_key(type_name, slug),
            pack_digest=None,
            **own,
        )

    def taken(self) -> dict[str, list[Row]]:
        """Return what waits, which waits no longer."""
        taken, self.waiting = self.waiting, defaultdict(list)
        return taken
