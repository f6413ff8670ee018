"""The statement of a page as text: keyset pagination over the rows that a list's access plan finds.

Only the FROM and WHERE clauses depend on the filters; only the sort columns, the seek conditions and the
ORDER BY clause depend on the sort and the cursor. All are joined for each request.
"""

# The SQL is composed of compiled fragments, constants of this module and names of parameters.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import inspect

from api.query.cursors import Cursor
from api.query.pagination import ROW_LIMIT, SortKey
from api.query.sql_text import element_text, limit_clause, parameter_text
from api.schemas.list_queries import MAX_PAGE_SIZE
from models.list_index_table import LIST_ORDER

#: A second LIMIT, as a literal: PostgreSQL can reuse a plan made for a known limit. With a bound LIMIT the
#: planner assumes the worst case.
MAX_ROWS = MAX_PAGE_SIZE + 1


class BranchText(NamedTuple):
    """A branch of an access plan as text (``index_planner.Branch``)."""

    from_and_where: str
    is_list_order: bool
    condition: str | None


class ListText(NamedTuple):
    """The model of a list, and the branches of its access plan in one kind of order."""

    model: Any
    branches: list[BranchText]


class _SortColumn(NamedTuple):
    """A column of a page's rows: its SQL, its ORDER BY keywords, and the SQL of the cursor's value."""

    sql: str
    is_reversed: bool
    nullable: bool
    parameter: str | None

    def order_by(self, column: str, backwards: bool) -> str:
        """Return the ORDER BY term; nulls are last, or first going backwards."""
        nulls = (" NULLS FIRST" if backwards else " NULLS LAST") if self.nullable else ""
        return f"{column} {'DESC' if self.is_reversed else 'ASC'}{nulls}"

    @property
    def equals(self) -> str:
        """The condition that a row has the cursor's value."""
        return f"{self.sql} IS NULL" if self.parameter is None else f"{self.sql} = {self.parameter}"

    def is_after(self, backwards: bool) -> str:
        """Return the condition that a row sorts after the cursor's value or, if ``backwards``, before it."""
        if self.parameter is None:
            return f"{self.sql} IS NOT NULL" if backwards else "1 = 0"
        beyond = f"{self.sql} {'<' if self.is_reversed else '>'} {self.parameter}"
        return f"({beyond} OR {self.sql} IS NULL)" if self.nullable and not backwards else beyond


def page_sql(rows: ListText, item: str, order: Sequence[SortKey], cursor: Cursor | None, dialect: str) -> str:
    """Return the statement for a page (late row lookup): find its primary keys, then build its items' JSON.

    Its columns are the item and the sort keys, and its parameters those of the branches, ``row_limit`` and
    ``after_0``, ``after_1``, … for the values of the cursor that are not null. Sorting rows with their JSON
    would build the JSON of every row that is sorted.
    """
    backwards = cursor is not None and cursor.backwards
    names = [f"sort_{number}" for number in range(len(order))]
    members = [
        (member, branch.condition)
        for branch in rows.branches
        for member in _branch_members(rows.model, branch, order, cursor, dialect)
    ]
    columns = _sort_columns(order, cursor, False, dialect)
    if len(members) == 1:
        ordered = members[0][0]
    else:
        terms = _order_by(columns, names, backwards)
        merged = " UNION ALL ".join(_union_member(*member, dialect) for member in members)
        ordered = f"{merged} ORDER BY {terms}{limit_clause(MAX_ROWS, dialect)}"
    table, keys = rows.model.__tablename__, _primary_key(rows.model)
    matches = " AND ".join(f"{table}.{key} = page.pk_{number}" for number, key in enumerate(keys))
    row_limit = parameter_text(ROW_LIMIT.type, ROW_LIMIT.key, dialect)
    page = f"SELECT * FROM ({ordered}) AS ordered{limit_clause(row_limit, dialect)}"
    shown = [f"page.{name}" for name in names]
    return (
        f"SELECT (SELECT {item} FROM {table} WHERE {matches}), {', '.join(shown)}"
        f" FROM ({page}) AS page ORDER BY {_order_by(columns, shown, backwards)}"
    )


def _branch_members(
    model: Any, branch: BranchText, order: Sequence[SortKey], cursor: Cursor | None, dialect: str
) -> list[str]:
    """Return one statement for each seek condition: the rows after the cursor, in order."""
    columns = _sort_columns(order, cursor, branch.is_list_order, dialect)
    backwards = cursor is not None and cursor.backwards
    selected = [f"{model.__tablename__}.{key} AS pk_{n}" for n, key in enumerate(_primary_key(model))]
    selected += [f"{column.sql} AS sort_{number}" for number, column in enumerate(columns)]
    rows = f"SELECT {', '.join(selected)} {branch.from_and_where}"
    terms = _order_by(columns, [column.sql for column in columns], backwards)
    end = f" ORDER BY {terms}{limit_clause(MAX_ROWS, dialect)}"
    conditions = _seek_conditions(columns, backwards) if cursor and cursor.values else [""]
    return [f"{rows} AND {condition}{end}" if condition else rows + end for condition in conditions]


def _seek_conditions(columns: Sequence[_SortColumn], backwards: bool) -> list[str]:
    """Return the seek conditions: rows after the cursor or, going backwards, before it.

    A row meets at most one of them, and rows that meet a later one come later. Each is a range scan of an
    index in list order; joined by OR, they would make databases scan the index from its start.
    """
    if len({column.is_reversed for column in columns}) == 1 and not any(c.nullable for c in columns):
        # A row value comparison (SQL:2016, 8.2) is one range scan.
        row = ", ".join(column.sql for column in columns)
        position = ", ".join(str(column.parameter) for column in columns)
        return [f"({row}) {'<' if columns[0].is_reversed else '>'} ({position})"]
    return [
        " AND ".join([*(column.equals for column in columns[:index]), columns[index].is_after(backwards)])
        for index in reversed(range(len(columns)))
    ]


def _union_member(statement: str, condition: str | None, dialect: str) -> str:
    """Return the statement as a member of a union, without rows if the condition is false."""
    rows = f"SELECT * FROM ({statement}) AS branch"
    if condition is None:
        return rows
    # Databases do not run a subquery with LIMIT 0.
    limit = limit_clause(f"CASE WHEN {condition} THEN {MAX_ROWS} ELSE 0 END", dialect)
    return f"SELECT * FROM ({rows}{limit}) AS conditional"


def _order_by(columns: Sequence[_SortColumn], names: Sequence[str], backwards: bool) -> str:
    return ", ".join(column.order_by(name, backwards) for column, name in zip(columns, names, strict=True))


def _sort_columns(
    order: Sequence[SortKey], cursor: Cursor | None, is_list_order: bool, dialect: str
) -> list[_SortColumn]:
    backwards = cursor is not None and cursor.backwards
    values = cursor.values if cursor and cursor.values else [None] * len(order)
    return [
        _SortColumn(
            _column_text(LIST_ORDER.get(key.name, key.column) if is_list_order else key.column, dialect),
            key.descending != backwards,
            key.nullable,
            None if value is None else parameter_text(key.sql_type, f"after_{number}", dialect),
        )
        for number, (key, value) in enumerate(zip(order, values, strict=True))
    ]


def _column_text(column: Any, dialect: str) -> str:
    return element_text(column.expression, dialect)


@cache
def _primary_key(model: Any) -> tuple[str, ...]:
    return tuple(column.name for column in inspect(model).primary_key)
