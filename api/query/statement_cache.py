"""Reading: the statements of lists and items, built once for all requests of one form.

Building a statement costs more than running it. So a view is called not with the values of a request
but with SQL parameters in their place, and the statement is kept for every request that gives as many
values for the same parameters. A view must not look at the values that it passes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, bindparam, inspect, null, select
from sqlalchemy.orm import Session

from api.query.cursors import Cursor, SortKey
from api.query.json_projection import compile_item
from api.query.pagination import (
    ROW_LIMIT,
    ListRequest,
    Page,
    build_page,
    count_rows,
    order_by_terms,
    paged_statement,
)
from api.query.planner import ListPlanner
from api.query.random_scan import RandomScan
from api.schemas.filters import SearchText
from api.schemas.sparse_fields import Shape
from models.search.database_syntax import SearchParameter

#: Takes filters (a list's) or nothing (an item's), and the path by keywords.
View = Callable[..., Select[Any]]
#: Statements that are kept, of each kind; whoever tries every form must not fill a worker.
MAX_STATEMENTS = 64
BINDABLE_TYPES: dict[type[Any], Any] = {str: String(), int: Integer(), SearchText: SearchParameter()}


class ListPlaceholder(NamedTuple):
    """So many ids or numbers, whichever they are."""

    kind: type[Any]
    number: int


#: Argument names, each with a ``ListPlaceholder`` or, for a value from a small set, the value itself.
StatementKey = tuple[tuple[str, Any], ...]


class ItemRow(NamedTuple):
    """An item as it is served, and its revision; None where it has none."""

    json: str
    revision: int | None


def split_key_and_params(given: Mapping[str, Any]) -> tuple[StatementKey, dict[str, Any]]:
    """Return the form of what is given, and the parameters that have their values only this time."""
    form: list[tuple[str, Any]] = []
    now: dict[str, Any] = {}
    for name, value in given.items():
        if not isinstance(value, list):
            form.append((name, value))
        elif type(value[0]) in BINDABLE_TYPES:
            form.append((name, ListPlaceholder(type(value[0]), len(value))))
            now |= {f"{name}_{index}": one for index, one in enumerate(value)}
        else:
            form.append((name, tuple(value)))
    return tuple(form), now


def placeholders(form: StatementKey) -> dict[str, Any]:
    """Return what stands for the values in a statement: a parameter each for ids and numbers."""
    return {name: _placeholder(name, what) for name, what in form}


def _placeholder(name: str, what: Any) -> Any:
    if isinstance(what, ListPlaceholder):
        return [bindparam(f"{name}_{index}", type_=BINDABLE_TYPES[what.kind]) for index in range(what.number)]
    return list(what) if isinstance(what, tuple) else what


@lru_cache(maxsize=MAX_STATEMENTS)
def _view_statement(view: View, path: StatementKey, filters: StatementKey | None = None) -> Select[Any]:
    """Return the view's statement for a form."""
    if filters is None:
        return call_view(view, placeholders(path), None)
    return ListPlanner(partial(call_view, view), placeholders(path), placeholders(filters)).search_statement


def call_view(view: View, path: Mapping[str, Any], filters: Mapping[str, Any] | None) -> Select[Any]:
    """Return the statement of a view that is given what stands for its path and its filters."""
    ids = {name.removeprefix("path_"): value for name, (value,) in path.items()}
    return view(**ids) if filters is None else view(dict(filters), **ids)


@lru_cache(maxsize=MAX_STATEMENTS)
def _item_statement(view: View, path: StatementKey, shape: Shape, base_url: str) -> Select[Any]:
    statement = _view_statement(view, path)
    model = _model_of(statement)
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
    lead = ListPlanner(partial(call_view, view), placeholders(path), placeholders(filters))
    statements, orders, conditions = lead.plan(page.order, ROW_LIMIT)
    key = inspect(lead.model).primary_key
    named = [column.label(f"own_{number}") for number, column in enumerate(key)]
    keys = [one.with_only_columns(*named, maintain_column_froms=True) for one in statements]
    first = paged_statement(keys, orders, page.cursor, conditions).subquery("first")
    found = select(first).limit(ROW_LIMIT).subquery("found")
    # An item is written once it is sure to be shown; what is sorted before would all be written else.
    json = select(compile_item(page.shape, lead.model, page.base_url)).select_from(lead.model)
    item = json.where(*(column == found.c[f"own_{number}"] for number, column in enumerate(key)))
    columns = [found.c[f"key_{number}"] for number in range(len(page.order))]
    return select(item.scalar_subquery(), *columns).order_by(*order_by_terms(orders[0], page.cursor, columns))


@lru_cache(maxsize=MAX_STATEMENTS)
def _random_scan(view: View, path: StatementKey, filters: StatementKey) -> RandomScan | None:
    return ListPlanner(partial(call_view, view), placeholders(path), placeholders(filters)).walk()


@lru_cache(maxsize=MAX_STATEMENTS)
def _key_statement(view: View, path: StatementKey, filters: StatementKey) -> Select[Any] | None:
    return ListPlanner(partial(call_view, view), placeholders(path), placeholders(filters)).keys()


@lru_cache(maxsize=MAX_STATEMENTS)
def _count_statement(view: View, path: StatementKey, filters: StatementKey) -> Select[Any]:
    """Return the statement whose rows are to be counted."""
    return ListPlanner(partial(call_view, view), placeholders(path), placeholders(filters)).count_statement()


def _model_of(statement: Select[Any]) -> Any:
    return statement.column_descriptions[0]["entity"]


@lru_cache(maxsize=MAX_STATEMENTS)
def _items_statement(model: Any, shape: Shape, base_url: str) -> Select[Any]:
    columns = (model.slug, compile_item(shape, model, base_url), model.revision)
    return select(*columns).where(model.slug.in_(bindparam("slugs", expanding=True)))


class ResourceReader:
    """One request's reading of what a view selects.

    ``path`` is the values of the path's parameters, wherever it is asked for.
    """

    def __init__(self, session: Session, view: View, base_url: str) -> None:
        """Take the view, and the base of every address."""
        self.session, self.view, self.base_url = session, view, base_url

    def model(self, path: Mapping[str, Any]) -> Any:
        """Return what the view of an item selects."""
        return _model_of(_view_statement(self.view, _split_path(path)[0]))

    def statement(
        self, filters: Mapping[str, Any], path: Mapping[str, Any]
    ) -> tuple[Select[Any], dict[str, Any]]:
        """Return the view's statement, and the parameters to run it with."""
        (ids, now), (form, values) = _split_path(path), split_key_and_params(filters)
        return _view_statement(self.view, ids, form), now | values

    def walk(self, filters: Mapping[str, Any], path: Mapping[str, Any]) -> RandomScan | None:
        """Return how what the view selects is soon met in random order; None where it may be rare."""
        return _random_scan(self.view, _split_path(path)[0], split_key_and_params(filters)[0])

    def keys(self, filters: Mapping[str, Any], path: Mapping[str, Any]) -> Select[Any] | None:
        """Return the statement for the keys of what the view selects, where a list alone says them."""
        return _key_statement(self.view, _split_path(path)[0], split_key_and_params(filters)[0])

    def item(self, path: Mapping[str, Any], shape: Shape) -> ItemRow | None:
        """Return the item at the path, or None where there is none that anyone may see."""
        form, now = _split_path(path)
        found = self._run(_item_statement(self.view, form, shape, self.base_url), now).first()
        return ItemRow(*found) if found else None

    def items(self, model: Any, slugs: list[str], shape: Shape) -> list[ItemRow]:
        """Return the items with these ids, which were found just now, in their order."""
        found = self._run(_items_statement(model, shape, self.base_url), {"slugs": slugs})
        by_slug = {slug: ItemRow(json, revision) for slug, json, revision in found}
        return [by_slug[slug] for slug in slugs]

    def page(self, asked: ListRequest, path: Mapping[str, Any], shape: Shape) -> Page:
        """Return the page that is asked for; the first column of its rows is the item's JSON.

        Raises:
            ProblemException: 422, when the cursor is not of this list.
        """
        (ids, now), (filters, values) = _split_path(path), split_key_and_params(asked.filters)
        cursor = asked.cursor
        now |= values | {"most": asked.query["limit"] + 1} | cursor_params(cursor)
        form = PageKey(shape, self.base_url, tuple(asked.order), cursor_key(cursor))
        return build_page(self._run(_page_statement(self.view, ids, filters, form), now).all(), asked, cursor)

    def count(self, asked: ListRequest, path: Mapping[str, Any]) -> tuple[int, str]:
        """Return how many items the list has, and whether that is ``exact`` or ``at-least``."""
        (ids, now), (filters, values) = _split_path(path), split_key_and_params(asked.filters)
        return count_rows(self.session, _count_statement(self.view, ids, filters), now | values)

    def _run(self, statement: Select[Any], now: dict[str, Any]) -> Any:
        # The session would look for objects to make; there are none.
        return self.session.connection().execute(statement, now)


def _split_path(path: Mapping[str, Any]) -> tuple[StatementKey, dict[str, Any]]:
    return split_key_and_params({f"path_{name}": [value] for name, value in path.items()})


def cursor_key(cursor: Cursor | None) -> tuple[bool, tuple[bool, ...]] | None:
    """Return what a statement must know of a cursor: its direction, and which of its values are null."""
    return (cursor.backwards, tuple(value is None for value in cursor.values)) if cursor else None


def cursor_params(cursor: Cursor | None) -> dict[str, Any]:
    """Return the values of a cursor by the names of their parameters."""
    values = cursor.values if cursor else []
    return {f"after_{index}": value for index, value in enumerate(values) if value is not None}
