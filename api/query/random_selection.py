"""Random selection by hash rank, for random and daily items, with the filters of the lists.

Each candidate gets a hash of the seed and its id; the lowest hashes win. The same seed and content return the
same items, without repetition. Among up to ``MAX_RANKED`` candidates, a change of content alters a selection
only if it adds or removes a selected item. The seed of a daily item is its date.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session

from api.query import random_scan
from api.query.random_scan import MAX_RANDOM_KEY, RandomScan
from models.list_index_table import ListIndexRow

#: Up to this many candidates, all are ranked; beyond, a window of neighbours in random order.
MAX_RANKED = 10_000
WINDOW_SIZE = 200
#: A day begins first at UTC+14; a date is in the future until then.
EARLIEST_UTC_OFFSET = dt.timedelta(hours=14)
EARLIEST_ZONE = dt.timezone(EARLIEST_UTC_OFFSET)


def draw_hash(seed: str, slug: str) -> bytes:
    """Return the hash that ranks a resource for a seed."""
    return hashlib.sha256(f"{seed}\n{slug}".encode("utf-8", "surrogatepass")).digest()


class RandomSelection:
    """Selects at random among the rows of a statement, the candidates; ``params`` are its SQL parameters.

    ``scan`` reads the same rows in random order; None if it would find too few of them.
    """

    def __init__(
        self,
        session: Session,
        statement: Select[Any],
        model: Any,
        params: dict[str, Any],
        scan: RandomScan | None = None,
    ) -> None:
        """Take the statement, and the model that it selects."""
        self.session, self.statement, self.model, self.params = session, statement, model, params
        self.scan = scan
        #: All candidates were published before this time; None if it is not known.
        self.published_before: dt.datetime | None = None

    def sample(self, seed: str, limit: int) -> list[str]:
        """Return the ids of up to ``limit`` candidates, lowest hash first.

        Up to ``MAX_RANKED`` candidates are equally likely. Beyond, each window of neighbours in random order
        is, and each candidate in it: nearly uniform, and the number of rows read is bounded.
        """
        start = int.from_bytes(draw_hash(seed, "")[:8]) >> 1
        slugs = self._scan_or_all(start)
        if slugs is None:
            slugs = self._run(self._all().limit(MAX_RANKED + 1))
        if len(slugs) > MAX_RANKED:
            slugs = self._window(start)
        return sorted(slugs, key=lambda slug: draw_hash(seed, slug))[:limit]

    def _all(self) -> Select[Any]:
        """Return the statement for the ids of all candidates."""
        if self.scan is None:
            return self._column(self.model.slug)
        created_at = self.model.created_at
        if self.published_before is not None:
            earlier = (
                select(literal_column("1"))
                .where(created_at < self.published_before)
                .limit(MAX_RANKED + 1)
                .subquery()
            )
            if (self.session.scalar(select(func.count()).select_from(earlier)) or 0) <= MAX_RANKED:
                # In the order of publication, no row that was published later is read.
                ids = self.scan.row_filter_statement.with_only_columns(
                    self.model.slug, maintain_column_froms=True
                )
                return ids.order_by(created_at)
        return self.scan.full_statement

    def _scan_or_all(self, start: int) -> list[str] | None:
        """Return the ids of a window if it is dense, or of all candidates if there are few.

        A window is dense if the scan filled it so soon that there must be more candidates than are ranked.
        Return None if neither is certain.
        """
        if self.scan is None:
            return None
        statement = self.scan.sample_or_all(start, WINDOW_SIZE, MAX_RANKED + 1)
        rows = self.session.execute(statement, self.params).all()
        if any(step == random_scan.EXHAUSTED for step, _, _ in rows):
            return [slug for step, slug, _ in rows if step != random_scan.EXHAUSTED]
        window = sorted((step, key, slug) for step, slug, key in rows)[:WINDOW_SIZE]
        if not window:
            return None
        step, key, _ = window[-1]
        width = key - start + step * MAX_RANDOM_KEY
        is_dense = (
            len(window) == WINDOW_SIZE and random_scan.SKIP_COUNT_ABOVE * width < WINDOW_SIZE * MAX_RANDOM_KEY
        )
        return [slug for _, _, slug in window] if is_dense else None

    def _window(self, start: int) -> list[str]:
        owner = ListIndexRow if self.scan else self.model
        key, ids = owner.random_key, self.scan.ids() if self.scan else self._column(owner.slug)
        ordered = ids.order_by(key, owner.slug)
        slugs = self._run(ordered.where(key >= start).limit(WINDOW_SIZE))
        # Wrap around after the last key.
        return slugs + self._run(ordered.where(key < start).limit(WINDOW_SIZE - len(slugs)))

    def daily_pick(self, day: dt.date) -> str | None:
        """Return the id of the day's item, or None for days before the first item.

        It is selected among the items that were published before the day began in any time zone, so items
        that are published later do not change it. On the day of the first items, it is selected among these.
        ``created_at`` is the time of first publication.
        """
        midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
        created_at = self.model.created_at
        slugs = self._published_before(earliest_start_of_day(midnight)).sample(str(day), 1)
        if not slugs:
            statement = self.scan.row_filter_statement if self.scan else self.statement
            times = statement.with_only_columns(created_at, maintain_column_froms=True)
            times = times.where(created_at < midnight + dt.timedelta(days=1))
            first = self._run(times.order_by(created_at).limit(1))
            # <= means ==, as no item is older; a range lets databases keep the random order of the rows.
            slugs = self.where(created_at <= first[0]).sample(str(day), 1) if first else []
        return slugs[0] if slugs else None

    def daily_picks(self, days: list[dt.date]) -> dict[dt.date, str]:
        """Return the ids of the daily items by day, without the days that have none.

        Up to ``MAX_RANKED`` candidates are read once for all days.
        """
        columns = self._column(self.model.slug).add_columns(self.model.created_at)
        rows = self.session.execute(columns.limit(MAX_RANKED + 1), self.params).all()
        if len(rows) > MAX_RANKED:
            picks = {day: self.daily_pick(day) for day in days}
            return {day: slug for day, slug in picks.items() if slug}
        candidates = {day: _candidates(rows, day) for day in days}
        return {
            day: min(slugs, key=lambda slug: draw_hash(str(day), slug))
            for day, slugs in candidates.items()
            if slugs
        }

    def where(self, condition: ColumnElement[bool]) -> RandomSelection:
        """Return the selection with a further condition on the candidates."""
        scan = self.scan and self.scan.where(condition)
        return RandomSelection(self.session, self.statement.where(condition), self.model, self.params, scan)

    def _published_before(self, time: dt.datetime) -> RandomSelection:
        """Return the selection among the candidates that were published before ``time``."""
        selection = self.where(self.model.created_at < time)
        selection.published_before = time
        return selection

    def _column(self, column: Any) -> Select[Any]:
        return self.statement.with_only_columns(column, maintain_column_froms=True)

    def _run(self, statement: Select[Any]) -> list[Any]:
        return list(self.session.scalars(statement, self.params))


def _candidates(rows: Sequence[Any], day: dt.date) -> list[str]:
    """Return the ids of the candidates for a day, from ``(id, created_at)`` rows; see ``daily_pick``."""
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    slugs = [slug for slug, created_at in rows if created_at < earliest_start_of_day(midnight)]
    first = min((created_at for _, created_at in rows), default=None)
    if slugs or first is None or first >= midnight + dt.timedelta(days=1):
        return slugs
    return [slug for slug, created_at in rows if created_at == first]


def earliest_start_of_day(midnight: dt.datetime) -> dt.datetime:
    """Return when a day begins in the earliest time zone; ``midnight`` is when it begins in UTC."""
    since_year_1 = midnight - dt.datetime.min.replace(tzinfo=dt.UTC)
    return midnight - min(EARLIEST_UTC_OFFSET, since_year_1)


def exclude_flagged(args: dict[str, Any]) -> dict[str, Any]:
    """Return the query parameters with ``max_severity=0``, unless they filter by advisory or severity."""
    return args if {"max_severity", "advisory"} & args.keys() else args | {"max_severity": 0}
