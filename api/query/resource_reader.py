"""The resource reader: reads the items and lists that views select, with cached statements.

Building a statement costs more than running it. A view is therefore called with placeholders instead of a
request's values (``models.statement_placeholders``), and its statement is reused by every request that has as
many values for the same arguments. A view that looks at a placeholder's value raises ``PlaceholderAccess``.

It halves the CPU time of an uncached page or item (1.6 to 2.1 times, docs/benchmarks.md). A combination of
parameters that was not requested before costs 17 to 20 ms, one that was costs 2.5 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, bindparam, inspect, null, select
from sqlalchemy.orm import Session

from api.query.cursors import Cursor
from api.query.index_planner import ListPlanner
from api.query.json_projection import compile_item
from api.query.pagination import (
    ROW_LIMIT,
    ListRequest,
    Page,
    SortKey,
    build_page,
    count_rows,
    order_by_terms,
    paged_statement,
)
from api.schemas.item_shape import Shape
from api.schemas.list_queries import SearchText
from models.search.query_compiler import SearchParameter
from models.statement_placeholders import Placeholder

#: Called with the filters (the view of a list only), and with the path parameters as keywords.
View = Callable[..., Select[Any]]
#: The prefix of path parameters' names in SQL, as a filter may have the same name.
PATH_PREFIX = "path_"
#: The size of each cache here, so that requests for every combination do not fill a worker's memory.
MAX_STATEMENTS = 512
BINDABLE_TYPES: dict[type[Any], Any] = {str: String(), int: Integer(), SearchText: SearchParameter()}


class ValueCount(NamedTuple):
    """The type and number of an argument's values, without the values."""

    value_type: type[Any]
    number: int


#: Argument names, each with a ``ValueCount`` or, for values from a small set, the values themselves.
StatementKey = tuple[tuple[str, Any], ...]


class ItemRow(NamedTuple):
    """An item's JSON, and its revision; None for items without revisions."""

    json: str
    revision: int | None


def split_key_and_params(args: Mapping[str, Any], prefix: str = "") -> tuple[StatementKey, dict[str, Any]]:
    """Return the cache key of a statement with these arguments, and its SQL parameters with their values."""
    key: list[tuple[str, Any]] = []
    params: dict[str, Any] = {}
    for name, value in args.items():
        if not isinstance(value, list):
            key.append((name, value))
        elif type(value[0]) in BINDABLE_TYPES:
            key.append((name, ValueCount(type(value[0]), len(value))))
            params |= {f"{prefix}{name}_{index}": element for index, element in enumerate(value)}
        else:
            key.append((name, tuple(value)))
    return tuple(key), params


def placeholders(key: StatementKey, prefix: str = "") -> dict[str, Any]:
    """Return the arguments to build a statement with: placeholders for ids, numbers and search texts."""
    return {name: _placeholder(name, values, prefix) for name, values in key}


def _placeholder(name: str, values: Any, prefix: str) -> Any:
    if isinstance(values, ValueCount):
        sql_type = BINDABLE_TYPES[values.value_type]
        param_names = (f"{prefix}{name}_{index}" for index in range(values.number))
        return Placeholder(name, [bindparam(param_name, type_=sql_type) for param_name in param_names])
    return list(values) if isinstance(values, tuple) else values


@lru_cache(maxsize=MAX_STATEMENTS)
def list_planner(view: View, path: StatementKey, filters: StatementKey) -> ListPlanner:
    """Return the planner of a list, which caches the statements that it builds."""
    return ListPlanner(
        lambda path, filters: view(dict(filters), **path),
        placeholders(path, PATH_PREFIX),
        placeholders(filters),
    )


@lru_cache(maxsize=MAX_STATEMENTS)
def _item_view_statement(view: View, path: StatementKey) -> Select[Any]:
    return view(**placeholders(path, PATH_PREFIX))


@lru_cache(maxsize=MAX_STATEMENTS)
def _item_statement(view: View, path: StatementKey, shape: Shape, base_url: str) -> Select[Any]:
    statement = _item_view_statement(view, path)
    model = model_of(statement)
    columns = (compile_item(shape, model, base_url), getattr(model, "revision", null()))
    return statement.with_only_columns(*columns, maintain_column_froms=True)


class PageKey(NamedTuple):
    """The part of a page statement's cache key that depends on the page, not on the list."""

    shape: Shape
    base_url: str
    order: tuple[SortKey, ...]
    #: None without a cursor; else whether it goes backwards, and which of its values are null.
    after: tuple[bool, tuple[bool, ...]] | None

    @property
    def cursor(self) -> Cursor | None:
        """The cursor, with SQL parameters instead of values."""
        if self.after is None:
            return None
        backwards, nulls = self.after
        values = [
            None if is_null else bindparam(f"after_{index}", type_=key.column.expression.type)
            for index, (key, is_null) in enumerate(zip(self.order, nulls, strict=bool(nulls)))
        ]
        return Cursor("", backwards, values)


@lru_cache(maxsize=MAX_STATEMENTS)
def _page_statement(view: View, path: StatementKey, filters: StatementKey, page: PageKey) -> Select[Any]:
    """Return the statement for a page (late row lookup): find its primary keys, then build its items' JSON.

    Sorting rows with their JSON would build the JSON of every row that is sorted.
    """
    planner = list_planner(view, path, filters)
    statements, orders, conditions = planner.plan(page.order, ROW_LIMIT)
    primary_key = inspect(planner.model).primary_key
    labels = [column.label(f"pk_{number}") for number, column in enumerate(primary_key)]
    keys = [statement.with_only_columns(*labels, maintain_column_froms=True) for statement in statements]
    ordered = paged_statement(keys, orders, page.cursor, conditions).subquery("ordered")
    rows = select(ordered).limit(ROW_LIMIT).subquery("page")
    json = select(compile_item(page.shape, planner.model, page.base_url)).select_from(planner.model)
    item = json.where(*(column == rows.c[f"pk_{number}"] for number, column in enumerate(primary_key)))
    columns = [rows.c[f"sort_{number}"] for number in range(len(page.order))]
    return select(item.scalar_subquery(), *columns).order_by(*order_by_terms(orders[0], page.cursor, columns))


@lru_cache(maxsize=MAX_STATEMENTS)
def _items_statement(model: Any, shape: Shape, base_url: str) -> Select[Any]:
    columns = (model.slug, compile_item(shape, model, base_url), model.revision)
    return select(*columns).where(model.slug.in_(bindparam("slugs", expanding=True)))


class ResourceReader:
    """Reads the items or lists that a view selects, for one request.

    The ``path`` of its methods maps path parameters to values, and ``filters`` the list's filters.
    """

    def __init__(self, session: Session, view: View, base_url: str) -> None:
        """Take the view, and the base URL of the links in items."""
        self.session, self.view, self.base_url = session, view, base_url

    def item_model(self, path: Mapping[str, Any]) -> Any:
        """Return the model that the view of an item selects."""
        return model_of(
            _item_view_statement(self.view, split_key_and_params(_value_lists(path), PATH_PREFIX)[0])
        )

    def planner(
        self, filters: Mapping[str, Any], path: Mapping[str, Any]
    ) -> tuple[ListPlanner, dict[str, Any]]:
        """Return the planner of the list, and the SQL parameters of its statements."""
        path_key, path_params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        key, params = split_key_and_params(filters)
        return list_planner(self.view, path_key, key), path_params | params

    def item(self, path: Mapping[str, Any], shape: Shape) -> ItemRow | None:
        """Return the item at the path, or None if there is no visible one."""
        key, params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        row = self._run(_item_statement(self.view, key, shape, self.base_url), params).first()
        return ItemRow(*row) if row else None

    def items(self, model: Any, slugs: list[str], shape: Shape) -> list[ItemRow]:
        """Return the items with these ids, in their order; all must exist and be visible."""
        rows = self._run(_items_statement(model, shape, self.base_url), {"slugs": slugs})
        by_slug = {slug: ItemRow(json, revision) for slug, json, revision in rows}
        return [by_slug[slug] for slug in slugs]

    def page(self, request: ListRequest, path: Mapping[str, Any], shape: Shape) -> Page:
        """Return the requested page; the first column of its rows is the item's JSON.

        Raises:
            ProblemException: 422, if the cursor was issued for another list, filter or sort.
        """
        path_key, path_params = split_key_and_params(_value_lists(path), PATH_PREFIX)
        key, params = split_key_and_params(request.filters)
        cursor = request.cursor
        params |= path_params | {"row_limit": request.args["limit"] + 1} | cursor_params(cursor)
        page = PageKey(shape, self.base_url, request.order, cursor_key(cursor))
        rows = self._run(_page_statement(self.view, path_key, key, page), params).all()
        return build_page(rows, request, cursor)

    def count(self, request: ListRequest, path: Mapping[str, Any]) -> tuple[int, str]:
        """Return the number of items in the list, and ``exact`` or ``at-least``."""
        planner, params = self.planner(request.filters, path)
        return count_rows(self.session, planner.count_statement, params)

    def _run(self, statement: Select[Any], params: dict[str, Any]) -> Any:
        # Not Session.execute: it would look for ORM objects to load.
        return self.session.connection().execute(statement, params)


def model_of(statement: Select[Any]) -> Any:
    """Return the model that a statement selects."""
    return statement.column_descriptions[0]["entity"]


def _value_lists(path: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [value] for name, value in path.items()}


def cursor_key(cursor: Cursor | None) -> tuple[bool, tuple[bool, ...]] | None:
    """Return the cache key of a cursor: whether it goes backwards, and which of its values are null."""
    return (cursor.backwards, tuple(value is None for value in cursor.values)) if cursor else None


def cursor_params(cursor: Cursor | None) -> dict[str, Any]:
    """Return the SQL parameters of a cursor, with their values."""
    values = cursor.values if cursor else []
    return {f"after_{index}": value for index, value in enumerate(values) if value is not None}
