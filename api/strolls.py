"""Strolls: a short way through what there is, in random order, on which much is soon met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, literal, literal_column, null, or_, select, union_all

#: What is met as often as if there were so many is not counted: surely it is more than is ranked.
CROWD = 15_000
#: A stroll passes by so many resources at most.
LONGEST = 10_000
LAST_KEY = 2**63 - 1
#: The step of a row that says that everything was looked through.
ALL = 3


@dataclass(frozen=True)
class Stroll:
    """A statement that is read in random order, a short way, where what it finds is met often.

    ``number`` is how many resources there are to walk by, and ``least`` how many of them it may find, in SQL.
    """

    statement: Select[Any]
    number: Any
    least: Any

    def or_all(self, found: Select[Any], noun: Any, start: int, most: int, most_ranked: int) -> Any:
        """Return the statement for ids and random keys: of the first ``most`` that are met from ``start`` on.

        Behind the last key comes the first, which has a step of 1. Keys are spread evenly, and so ``LONGEST``
        resources over a part of them that is known. Where there may not be many it is instead, with a step
        of 2, the ids of what is ``found``, and a row with the step ``ALL`` that says so.
        """
        room, nowhere = literal(LAST_KEY - start, BigInteger), literal(-1, BigInteger)
        is_few = or_(self.least <= CROWD, self.number <= CROWD)
        width = case((is_few, nowhere), else_=cast(LONGEST * float(LAST_KEY) / self.number, BigInteger))
        ahead = case((width > room, room), else_=width)
        behind = case((width > room, width - room - 1), else_=nowhere)
        ranked = found.with_only_columns(
            noun.slug, cast(null(), BigInteger).label("random_key"), maintain_column_froms=True
        )
        few = select(ranked.limit(most_ranked).subquery()).limit(case((is_few, most_ranked), else_=0))
        steps = (self._stretch(noun, start, ahead, most), self._stretch(noun, 0, behind, most), few)
        numbered = [
            select(literal_column(str(number)).label("step"), *one.subquery().c)
            for number, one in enumerate(steps)
        ]
        said: Any = select(literal_column(str(ALL)), literal(""), cast(null(), BigInteger))
        return union_all(*numbered, said.where(is_few))

    def _stretch(self, noun: Any, start: int, way: Any, most: int) -> Select[Any]:
        key = noun.random_key
        columns = self.statement.with_only_columns(noun.slug, key, maintain_column_froms=True)
        return (
            columns.where(key.between(start, literal(start, BigInteger) + way))
            .order_by(key, noun.slug)
            .limit(most)
        )
