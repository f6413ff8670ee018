"""Statement cache: the statements of lists and items, built once for all requests of one shape.

Building a statement costs more than running it. A view is therefore called with placeholders instead of a
request's values (``models.placeholders``), and its statement is reused by every request that has as many
values for the same arguments. A view that looks at a placeholder's value raises ``PlaceholderAccess``.

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
from api.query.planner import ListPlanner
from api.schemas.item_shape import Shape
from api.schemas.list_queries import SearchText
from models.placeholders import Placeholder
from models.search.query_compiler import SearchParameter

#: Takes filters (a list's) or nothing (an item's), and the path's parameters by keyword.
View = Callable[..., Select[Any]]
#: Prefix of the SQL parameters of path parameters: a filter may have the same name.
PATH = "path_"
#: The bound of each cache here: a client that tries every combination must not fill a worker's memory.
MAX_STATEMENTS = 512
BINDABLE_TYPES: dict[type[Any], Any] = {str: String(), int: Integer(), SearchText: SearchParameter()}


class ValueCount(NamedTuple):
    """How many values of one type an argument has, whichever they are."""

    kind: type[Any]
    number: int


#: Argument names, each with a ``ValueCount`` or, for values from a small set, the values themselves.
StatementKey = tuple[tuple[str, Any], ...]


class ItemRow(NamedTuple):
    """An item's finished JSON, and its revision; None where it has none."""

    json: str
    revision: int | None


def split_key_and_params(args: Mapping[str, Any], prefix: str = "") -> tuple[StatementKey, dict[str, Any]]:
    """Return what a statement's shape depends on, and the SQL parameters that hold the values."""
    key: list[tuple[str, Any]] = []
    params: dict[str, Any] = {}
    for name, value in args.items():
        if not isinstance(value, list):
            key.append((name, value))
        elif type(value[0]) in BINDABLE_TYPES:
            key.append((name, ValueCount(type(value[0]), len(value))))
            params |= {f"{prefix}{name}_{index}": one for index, one in enumerate(value)}
        else:
            key.append((name, tuple(value)))
    return tuple(key), params


def placeholders(key: StatementKey, prefix: str = "") -> dict[str, Any]:
    """Return the arguments of a statement's shape: a placeholder for ids, numbers and search texts."""
    return {name: _placeholder(name, values, prefix) for name, values in key}


def _placeholder(name: str, values: Any, prefix: str) -> Any:
    if isinstance(values, ValueCount):
        kind = BINDABLE_TYPES[values.kind]
        names = (f"{prefix}{name}_{index}" for index in range(values.number))
        return Placeholder(name, [bindparam(one, type_=kind) for one in names])
    return list(values) if isinstance(values, tuple) else values


@lru_cache(maxsize=MAX_STATEMENTS)
def list_planner(view: View, path: StatementKey, filters: StatementKey) -> ListPlanner:
    """Return the planner of a list, and with it every statement that it has built."""
    return ListPlanner(
        lambda path, filters: view(dict(filters), **path), placeholders(path, PATH), placeholders(filters)
    )


@lru_cache(maxsize=MAX_STATEMENTS)
def _item_view_statement(view: View, path: StatementKey) -> Select[Any]:
    return view(**placeholders(path, PATH))


@lru_cache(maxsize=MAX_STATEMENTS)
def _item_statement(view: View, path: StatementKey, shape: Shape, base_url: str) -> Select[Any]:
    statement = _item_view_statement(view, path)
    model = model_of(statement)
    columns = (compile_item(shape, model, base_url), getattr(model, "revision", null()))
    return statement.with_only_columns(*columns, maintain_column_froms=True)


class PageKey(NamedTuple):
    """What a page's statement depends on, besides the list's own."""

    shape: Shape
    base_url: str
    order: tuple[SortKey, ...]
    #: None without a cursor; else its direction, and which of its values are null.
    after: tuple[bool, tuple[bool, ...]] | None

    @property
    def cursor(self) -> Cursor | None:
        """The cursor, with SQL parameters for values."""
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
    """Return the statement for a page: the keys of its rows are found first, then their items written.

    Sorting finished items would write all of them, shown or not (late row lookup).
    """
    planner = list_planner(view, path, filters)
    statements, orders, conditions = planner.plan(page.order, ROW_LIMIT)
    key = inspect(planner.model).primary_key
    labels = [column.label(f"own_{number}") for number, column in enumerate(key)]
    keys = [one.with_only_columns(*labels, maintain_column_froms=True) for one in statements]
    ordered = paged_statement(keys, orders, page.cursor, conditions).subquery("first")
    rows = select(ordered).limit(ROW_LIMIT).subquery("found")
    json = select(compile_item(page.shape, planner.model, page.base_url)).select_from(planner.model)
    item = json.where(*(column == rows.c[f"own_{number}"] for number, column in enumerate(key)))
    columns = [rows.c[f"key_{number}"] for number in range(len(page.order))]
    return select(item.scalar_subquery(), *columns).order_by(*order_by_terms(orders[0], page.cursor, columns))


@lru_cache(maxsize=MAX_STATEMENTS)
def _items_statement(model: Any, shape: Shape, base_url: str) -> Select[Any]:
    columns = (model.slug, compile_item(shape, model, base_url), model.revision)
    return select(*columns).where(model.slug.in_(bindparam("slugs", expanding=True)))


class ResourceReader:
    """Reads what a view selects, for one request.

    ``path`` holds the values of the path's parameters, ``filters`` those of the list's filters.
    """

    def __init__(self, session: Session, view: View, base_url: str) -> None:
        """Take the view, and the base of every URL."""
        self.session, self.view, self.base_url = session, view, base_url

    def item_model(self, path: Mapping[str, Any]) -> Any:
        """Return the model that the view of an item selects."""
        return model_of(_item_view_statement(self.view, split_key_and_params(_lists(path), PATH)[0]))

    def planner(
        self, filters: Mapping[str, Any], path: Mapping[str, Any]
    ) -> tuple[ListPlanner, dict[str, Any]]:
        """Return the planner of the list, and the parameters to run its statements with."""
        path_key, path_params = split_key_and_params(_lists(path), PATH)
        key, params = split_key_and_params(filters)
        return list_planner(self.view, path_key, key), path_params | params

    def item(self, path: Mapping[str, Any], shape: Shape) -> ItemRow | None:
        """Return the item at the path, or None where there is none that anyone may see."""
        key, params = split_key_and_params(_lists(path), PATH)
        row = self._run(_item_statement(self.view, key, shape, self.base_url), params).first()
        return ItemRow(*row) if row else None

    def items(self, model: Any, slugs: list[str], shape: Shape) -> list[ItemRow]:
        """Return the items with these ids, which a statement of this request has returned, in their order."""
        rows = self._run(_items_statement(model, shape, self.base_url), {"slugs": slugs})
        by_slug = {slug: ItemRow(json, revision) for slug, json, revision in rows}
        return [by_slug[slug] for slug in slugs]

    def page(self, request: ListRequest, path: Mapping[str, Any], shape: Shape) -> Page:
        """Return the page that is requested; the first column of its rows is the item's JSON.

        Raises:
            ProblemException: 422, when the cursor was issued for another list.
        """
        path_key, path_params = split_key_and_params(_lists(path), PATH)
        key, params = split_key_and_params(request.filters)
        cursor = request.cursor
        params |= path_params | {"most": request.query["limit"] + 1} | cursor_params(cursor)
        page = PageKey(shape, self.base_url, request.order, cursor_key(cursor))
        rows = self._run(_page_statement(self.view, path_key, key, page), params).all()
        return build_page(rows, request, cursor)

    def count(self, request: ListRequest, path: Mapping[str, Any]) -> tuple[int, str]:
        """Return how many items the list has, and whether that is ``exact`` or ``at-least``."""
        planner, params = self.planner(request.filters, path)
        return count_rows(self.session, planner.count_statement, params)

    def _run(self, statement: Select[Any], params: dict[str, Any]) -> Any:
        # The session would look for objects to load; there are none.
        return self.session.connection().execute(statement, params)


def model_of(statement: Select[Any]) -> Any:
    """Return the model that a statement selects."""
    return statement.column_descriptions[0]["entity"]


def _lists(path: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [value] for name, value in path.items()}


def cursor_key(cursor: Cursor | None) -> tuple[bool, tuple[bool, ...]] | None:
    """Return what a statement depends on in a cursor: its direction, and which of its values are null."""
    return (cursor.backwards, tuple(value is None for value in cursor.values)) if cursor else None


def cursor_params(cursor: Cursor | None) -> dict[str, Any]:
    """Return the values of a cursor by the names of their SQL parameters."""
    values = cursor.values if cursor else []
    return {f"after_{index}": value for index, value in enumerate(values) if value is not None}
