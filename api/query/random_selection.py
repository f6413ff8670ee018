"""Choosing by lot: ``random`` and ``daily``, over the same filters as the lists.

Every candidate draws a lot from the seed and its own id; the lowest win. So the same seed and content
give the same answer, nothing comes twice, and among up to ``MAX_RANKED`` candidates what is added,
changed or deleted alters an answer only where it takes or leaves a place in it. A day is the seed of
its daily item.
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
from models.list_index import ListIndexRow

#: Up to so many candidates are all given a lot; of more, a window of neighbours in random order.
MAX_RANKED = 10_000
WINDOW_SIZE = 200
#: How far ahead of UTC a day begins: where it is today already, today is not the future.
EARLIEST_UTC_OFFSET = dt.timedelta(hours=14)
EARLIEST_ZONE = dt.timezone(EARLIEST_UTC_OFFSET)


def draw_hash(seed: str, slug: str) -> bytes:
    """Return the lot that a resource draws."""
    return hashlib.sha256(f"{seed}\n{slug}".encode("utf-8", "surrogatepass")).digest()


class RandomSelection:
    """The resources that a statement finds, run with its parameters ``now``, each of which can draw a lot.

    ``walk`` finds the same, wherever a walk in random order begins, where they may be many.
    """

    def __init__(
        self,
        session: Session,
        statement: Select[Any],
        model: Any,
        now: dict[str, Any],
        walk: RandomScan | None = None,
    ) -> None:
        """Take the statement, and the noun that it selects."""
        self.session, self.statement, self.model, self.now = session, statement, model, now
        self.walk = walk
        #: What was not created before it is none of them.
        self.until: dt.datetime | None = None

    def sample(self, seed: str, most: int) -> list[str]:
        """Return the ids of at most ``most`` of the resources, in the order of their lots.

        Each is as likely as any other where there are up to ``MAX_RANKED``. Above, each window of
        neighbours in random order is, and each within it: near enough to uniform, and no more rows
        are read however many there are.
        """
        start = int.from_bytes(draw_hash(seed, "")[:8]) >> 1
        found = self._scan_or_all(start)
        if found is None:
            found = self._run(self._all().limit(MAX_RANKED + 1))
        if len(found) > MAX_RANKED:
            found = self._window(start)
        return sorted(found, key=lambda slug: draw_hash(seed, slug))[:most]

    def _all(self) -> Select[Any]:
        """Return the statement for the ids of all."""
        if self.walk is None:
            return self._column(self.model.slug)
        created = self.model.created_at
        if self.until is not None:
            before = select(literal_column("1")).where(created < self.until).limit(MAX_RANKED + 1).subquery()
            if (self.session.scalar(select(func.count()).select_from(before)) or 0) <= MAX_RANKED:
                # In the order of coming nothing that came later is read, as much as it may be.
                ids = self.walk.asked.with_only_columns(self.model.slug, maintain_column_froms=True)
                return ids.order_by(created)
        return self.walk.all_

    def _scan_or_all(self, start: int) -> list[str] | None:
        """Return the window, if it is full so soon that surely more are there than are ranked; else all.

        None, where it takes another statement to say.
        """
        if self.walk is None:
            return None
        statement = self.walk.sample_or_all(start, WINDOW_SIZE, MAX_RANKED + 1)
        rows = self.session.execute(statement, self.now).all()
        if any(step == random_scan.EXHAUSTED for step, _, _ in rows):
            return [slug for step, slug, _ in rows if step != random_scan.EXHAUSTED]
        met = sorted((step, key, slug) for step, slug, key in rows)[:WINDOW_SIZE]
        if not met:
            return None
        step, key, _ = met[-1]
        way = key - start + step * MAX_RANDOM_KEY
        is_crowd = (
            len(met) == WINDOW_SIZE and random_scan.SKIP_COUNT_ABOVE * way < WINDOW_SIZE * MAX_RANDOM_KEY
        )
        return [slug for _, _, slug in met] if is_crowd else None

    def _window(self, start: int) -> list[str]:
        of = ListIndexRow if self.walk else self.model
        key, slugs = of.random_key, self.walk.ids() if self.walk else self._column(of.slug)
        in_order = slugs.order_by(key, of.slug)
        found = self._run(in_order.where(key >= start).limit(WINDOW_SIZE))
        # Behind the last comes the first.
        return found + self._run(in_order.where(key < start).limit(WINDOW_SIZE - len(found)))

    def daily_pick(self, day: dt.date) -> str | None:
        """Return the id of the day's resource; None where there was none yet.

        It is chosen among those created before the day began anywhere, so that nothing added later,
        on that day itself or after, changes it; on the first day among the first that came.
        """
        midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
        created = self.model.created_at
        chosen = self._created_before(earliest_start_of_day(midnight)).sample(str(day), 1)
        if not chosen:
            asked = self.walk.asked if self.walk else self.statement
            that_day = asked.with_only_columns(created, maintain_column_froms=True)
            that_day = that_day.where(created < midnight + dt.timedelta(days=1))
            first = self._run(that_day.order_by(created).limit(1))
            # Nothing came before the first; a range, unlike one value, leaves rows in their random order.
            chosen = self.where(created <= first[0]).sample(str(day), 1) if first else []
        return chosen[0] if chosen else None

    def daily_picks(self, days: list[dt.date]) -> dict[dt.date, str]:
        """Return the same for several days, without those of which there is none.

        Where not too many are candidates they are read once for all of the days.
        """
        columns = self._column(self.model.slug).add_columns(self.model.created_at)
        rows = self.session.execute(columns.limit(MAX_RANKED + 1), self.now).all()
        if len(rows) > MAX_RANKED:
            drawn = {day: self.daily_pick(day) for day in days}
            return {day: slug for day, slug in drawn.items() if slug}
        candidates = {day: _candidates(rows, day) for day in days}
        return {
            day: min(slugs, key=lambda slug: draw_hash(str(day), slug))
            for day, slugs in candidates.items()
            if slugs
        }

    def where(self, condition: ColumnElement[bool]) -> RandomSelection:
        """Return those of them of which a condition holds."""
        walk = self.walk and self.walk.where(condition)
        return RandomSelection(self.session, self.statement.where(condition), self.model, self.now, walk)

    def _created_before(self, moment: dt.datetime) -> RandomSelection:
        """Return those of them that were created before a moment."""
        found = self.where(self.model.created_at < moment)
        found.until = moment
        return found

    def _column(self, column: Any) -> Select[Any]:
        return self.statement.with_only_columns(column, maintain_column_froms=True)

    def _run(self, statement: Select[Any]) -> list[Any]:
        return list(self.session.scalars(statement, self.now))


def _candidates(rows: Sequence[Any], day: dt.date) -> list[str]:
    """Return the ids, among rows of ids and times of creation, of which one is the day's."""
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    before = [slug for slug, created in rows if created < earliest_start_of_day(midnight)]
    first = min((created for _, created in rows), default=None)
    if before or first is None or first >= midnight + dt.timedelta(days=1):
        return before
    return [slug for slug, created in rows if created == first]


def earliest_start_of_day(midnight: dt.datetime) -> dt.datetime:
    """Return when a day begins in the earliest zone, given when it begins in UTC."""
    since_ever = midnight - dt.datetime.min.replace(tzinfo=dt.UTC)
    return midnight - min(EARLIEST_UTC_OFFSET, since_ever)


def exclude_flagged(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what was asked for, without what carries an advisory unless it was asked for too."""
    return asked if {"max_severity", "advisory"} & asked.keys() else asked | {"max_severity": 0}
