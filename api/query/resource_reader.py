"""The resource reader: reads the items and lists that views select, with statements joined from SQL text.

Building a statement costs more than running it. A view is therefore called with placeholders instead of a
request's values (``models.statement_placeholders``), and the FROM and WHERE clauses of its statement are
reused by every request that has as many values for the same arguments. A view that looks at a
placeholder's value raises ``PlaceholderAccess``. The rest of a statement is joined for each request
(``api.query.page_sql``, ``api.query.json_projection``).
"""

# The SQL is composed of compiled fragments and constants of this module.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, bindparam
from sqlalchemy.orm import Session

from api.http.responses import etag_hash
from api.query.cursors import Cursor
from api.query.index_planner import ListPlanner
from api.query.json_projection import item_sql
from api.query.page_sql import BranchText, ListText, page_sql
from api.query.pagination import COUNT_CAP, ListRequest, Page, build_page, capped_total
from api.query.sql_text import compile_from_and_where, compile_text, limit_clause, parameter_text, run
from api.schemas.item_shape import Shape
from api.schemas.list_queries import SearchText
from models.pin import PIN_DIGEST_LENGTH, Pin
from models.search.query_compiler import SearchParameter
from models.statement_placeholders import Placeholder
from models.stored_revision import PACK_EDITOR

#: Called with the filters (the view of a list only), and with the path parameters as keywords.
View = Callable[..., Select[Any]]
#: The prefix of path parameters' names in SQL, as a filter may have the same name.
PATH_PREFIX = "path_"
#: The numbers of planners (100 KB) and of statements' texts (1 to 10 KB) that are cached: requests for every
#: combination must not fill a worker's memory.
MAX_PLANNERS, MAX_TEXTS = 8, 128
BINDABLE_TYPES: dict[type[Any], Any] = {str: String(), int: Integer(), SearchText: SearchParameter()}


class ValueCount(NamedTuple):
    """The type and number of an argument's values, without the values."""

    value_type: type[Any]
    number: int


#: Argument names, each with a ``ValueCount`` or, for values from a small set, the values themselves.
StatementKey = tuple[tuple[str, Any], ...]


class ItemRow(NamedTuple):
    """An item's JSON, its revision and, if an editor made that, the beginning of its digest.

    Both are None for items without revisions.
    """

    json: str
    revision: int | None
    digest: str | None

    def etag(self, body: bytes) -> str:
        """Return the ETag of a representation: the validator of the revision (ADR 0035), and a hash."""
        if self.revision is None:
            return etag_hash(body)
        pin = Pin(self.revision, self.digest or None)
        return f"{pin}.{etag_hash(body)}"


def split_key_and_params(args: Mapping[str, Any], prefix: str = "") -> tuple[StatementKey, dict[str, Any]]:
    """Return the cache key of a statement with these arguments, and its SQL parameters with their values."""
    key: list[tuple[str, Any]] = []
    params: dict[str, Any] = {}
    for name, value in args.items():
        if not isinstance(value, list):
            key.append((name, value))
        elif (value_type := _bindable_type(value[0])) is not None:
            key.append((name, ValueCount(value_type, len(value))))
            params |= {f"{prefix}{name}_{index}": element for index, element in enumerate(value)}
        else:
            key.append((name, tuple(value)))
    return tuple(key), params


def _bindable_type(value: Any) -> type[Any] | None:
    if isinstance(value, StrEnum):
        return str
    return type(value) if type(value) in BINDABLE_TYPES else None


def placeholders(key: StatementKey, prefix: str = "") -> dict[str, Any]:
    """Return the arguments to build a statement with: placeholders for ids, numbers and search texts."""
    return {name: _placeholder(name, values, prefix) for name, values in key}


def _placeholder(name: str, values: Any, prefix: str) -> Any:
    if isinstance(values, ValueCount):
        sql_type = BINDABLE_TYPES[values.value_type]
        param_names = (f"{prefix}{name}_{index}" for index in range(values.number))
        return Placeholder(name, [bindparam(param_name, type_=sql_type) for param_name in param_names])
    return list(values) if isinstance(values, tuple) else values


@lru_cache(maxsize=MAX_PLANNERS)
def list_planner(view: View, path: StatementKey, filters: StatementKey) -> ListPlanner:
    """Return the planner of a list, which caches the statements that it builds."""
    return ListPlanner(
        lambda path, filters: view(dict(filters), **path),
        placeholders(path, PATH_PREFIX),
        placeholders(filters),
    )


class SelectText(NamedTuple):
    """A model, and the FROM and WHERE clauses of a statement for its rows."""

    model: Any
    from_and_where: str


# Not bounded by a size: there are as many as routes with an id in the path.
@cache
def _item_select(view: View, path: StatementKey, dialect: str) -> SelectText:
    statement = view(**placeholders(path, PATH_PREFIX))
    return SelectText(model_of(statement), compile_from_and_where(statement, dialect))


@lru_cache(maxsize=MAX_TEXTS)
def _list_text(
    view: View, path: StatementKey, filters: StatementKey, is_default_order: bool, dialect: str
) -> ListText:
    planner = list_planner(view, path, filters)
    branches = [
        BranchText(
            compile_from_and_where(branch.statement, dialect),
            branch.is_list_order,
            None if branch.condition is None else compile_text(branch.condition, dialect),
        )
        for branch in planner.plan(is_default_order)
    ]
    return ListText(planner.model, branches)


class ListRows(NamedTuple):
    """The FROM and WHERE clauses of a list's statements, without a sort order.

    ``keys`` are those of a shorter statement for the primary keys, if there is one (``ListPlanner``).
    """

    from_and_where: str
    counted: str
    keys: str | None


@lru_cache(maxsize=MAX_TEXTS)
def _list_rows(view: View, path: StatementKey, filters: StatementKey, dialect: str) -> ListRows:
    planner = list_planner(view, path, filters)
    statements = (planner.search_statement, planner.count_statement, planner.key_statement)
    rows, counted, keys = (
        None if statement is None else compile_from_and_where(statement, dialect) for statement in statements
    )
    return ListRows(str(rows), str(counted), keys)


class ResourceReader:
    """Reads the items or lists that a view selects, for one request.

    The ``path`` of its methods maps path parameters to values, and ``filters`` the list's filters.
    """

    def __init__(self, session: Session, view: View, base_url: str) -> None:
        """Take the view, and the base URL of the links in items."""
        self.session, self.view, self.base_url = session, view, base_url

    @property
    def dialect(self) -> str:
        """The name of the database's dialect."""
        return self.session.connection().dialect.name

    def item_model(self, path: Mapping[str, Any]) -> Any:
        """Return the model that the view of an item selects."""
        return _item_select(self.view, self.statement_key(path), self.dialect).model

    def planner(
        self, filters: Mapping[str, Any], path: Mapping[str, Any]
    ) -> tuple[ListPlanner, dict[str, Any]]:
        """Return the planner of the list, and the SQL parameters of its statements."""
        path_key, path_params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        key, params = split_key_and_params(filters)
        return list_planner(self.view, path_key, key), path_params | params

    def statement_key(self, path: Mapping[str, Any]) -> StatementKey:
        """Return the cache key of the path parameters."""
        return split_key_and_params(_value_lists(path), PATH_PREFIX)[0]

    def list_rows(
        self, filters: Mapping[str, Any], path: Mapping[str, Any]
    ) -> tuple[ListRows, dict[str, Any]]:
        """Return the clauses of the list's statements, and their SQL parameters."""
        path_key, path_params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        key, params = split_key_and_params(filters)
        return _list_rows(self.view, path_key, key, self.dialect), path_params | params

    def item(self, path: Mapping[str, Any], shape: Shape) -> ItemRow | None:
        """Return the item at the path, or None if there is no visible one."""
        key, params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        model, rows = _item_select(self.view, key, self.dialect)
        found = self._run(f"SELECT {self._item(shape, model)}, {_validator(model)} {rows}", params)
        return ItemRow(*found[0]) if found else None

    def items(self, model: Any, slugs: list[str], shape: Shape) -> list[ItemRow]:
        """Return the items with these ids, in their order; all must exist and be visible."""
        if not slugs:
            return []
        params = {f"slug_{number}": slug for number, slug in enumerate(slugs)}
        table, slug_type = model.__tablename__, model.slug.expression.type
        names = ", ".join(parameter_text(slug_type, name, self.dialect) for name in params)
        columns = f"{table}.slug, {self._item(shape, model)}, {_validator(model)}"
        rows = self._run(f"SELECT {columns} FROM {table} WHERE {table}.slug IN ({names})", params)
        by_slug = {slug: ItemRow(*columns) for slug, *columns in rows}
        return [by_slug[slug] for slug in slugs]

    def page(self, request: ListRequest, path: Mapping[str, Any], shape: Shape) -> Page:
        """Return the requested page; the first column of its rows is the item's JSON.

        Raises:
            ProblemException: 422, if the cursor was issued for another list, filter or sort.
        """
        path_key, path_params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        key, params = split_key_and_params(request.filters)
        cursor, order, dialect = request.cursor, request.order, self.dialect
        params |= path_params | {"row_limit": request.args["limit"] + 1} | cursor_params(cursor)
        rows = _list_text(self.view, path_key, key, order[0].name == "film", dialect)
        sql = page_sql(rows, self._item(shape, rows.model), order, cursor, dialect)
        return build_page(self._run(sql, params), request, cursor, dialect)

    def count(self, request: ListRequest, path: Mapping[str, Any]) -> tuple[int, str]:
        """Return the number of items in the list, up to ``COUNT_CAP``, and ``exact`` or ``at-least``."""
        rows, params = self.list_rows(request.filters, path)
        capped = f"SELECT 1 {rows.counted}{limit_clause(COUNT_CAP + 1, self.dialect)}"
        ((count,),) = self._run(f"SELECT count(*) FROM ({capped}) AS capped", params)
        return capped_total(count)

    def _item(self, shape: Shape, model: Any) -> str:
        return item_sql(shape, model, self.base_url, self.dialect)

    def _run(self, sql: str, params: dict[str, Any]) -> list[Any]:
        return run(self.session.connection(), sql, params)


def model_of(statement: Select[Any]) -> Any:
    """Return the model that a statement selects."""
    return statement.column_descriptions[0]["entity"]


def _value_lists(path: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [value] for name, value in path.items()}


def _validator(model: Any) -> str:
    """Return the columns of an item's revision, and of its digest as in ``Revision.validator``."""
    if not hasattr(model, "revision"):
        return "NULL, NULL"
    table = model.__tablename__
    own = f"r.type_name = '{model.type_name}' AND r.resource_id = {table}.id AND r.number = {table}.revision"
    digest = f"substr(r.digest, 1, {PIN_DIGEST_LENGTH})"
    return f"{table}.revision, (SELECT {digest} FROM revisions r WHERE {own} AND r.editor <> '{PACK_EDITOR}')"


def cursor_params(cursor: Cursor | None) -> dict[str, Any]:
    """Return the SQL parameters of a cursor, with their values."""
    values = cursor.values if cursor else []
    return {f"after_{index}": value for index, value in enumerate(values) if value is not None}
