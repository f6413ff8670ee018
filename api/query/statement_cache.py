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

from api.query.cursors import Cursor, Key
from api.query.json_projection import item_json
from api.query.pagination import MOST, ListRequest, Page, count, in_order, page_of, terms
from api.query.planner import Lead
from api.query.random_scan import Stroll
from api.schemas.filters import Sought
from api.schemas.sparse_fields import Shape
from models.search.database_syntax import Asked

#: Takes filters (a list's) or nothing (an item's), and the path by keywords.
View = Callable[..., Select[Any]]
#: Statements that are kept, of each kind; whoever tries every form must not fill a worker.
MOST_KEPT = 64
BOUND: dict[type[Any], Any] = {str: String(), int: Integer(), Sought: Asked()}


class Several(NamedTuple):
    """So many ids or numbers, whichever they are."""

    kind: type[Any]
    number: int


#: The names of what is given, each with ``Several`` or, where its values are few, with the value itself.
Form = tuple[tuple[str, Any], ...]


class Row(NamedTuple):
    """An item as it is served, and its revision; None where it has none."""

    json: str
    revision: int | None


def form_of(given: Mapping[str, Any]) -> tuple[Form, dict[str, Any]]:
    """Return the form of what is given, and the parameters that have their values only this time."""
    form: list[tuple[str, Any]] = []
    now: dict[str, Any] = {}
    for name, value in given.items():
        if not isinstance(value, list):
            form.append((name, value))
        elif type(value[0]) in BOUND:
            form.append((name, Several(type(value[0]), len(value))))
            now |= {f"{name}_{index}": one for index, one in enumerate(value)}
        else:
            form.append((name, tuple(value)))
    return tuple(form), now


def stand_ins(form: Form) -> dict[str, Any]:
    """Return what stands for the values in a statement: a parameter each for ids and numbers."""
    return {name: _stand_in(name, what) for name, what in form}


def _stand_in(name: str, what: Any) -> Any:
    if isinstance(what, Several):
        return [bindparam(f"{name}_{index}", type_=BOUND[what.kind]) for index in range(what.number)]
    return list(what) if isinstance(what, tuple) else what


@lru_cache(maxsize=MOST_KEPT)
def _selected(view: View, path: Form, filters: Form | None = None) -> Select[Any]:
    """Return the view's statement for a form."""
    if filters is None:
        return selected(view, stand_ins(path), None)
    return Lead(partial(selected, view), stand_ins(path), stand_ins(filters)).sought


def selected(view: View, path: Mapping[str, Any], filters: Mapping[str, Any] | None) -> Select[Any]:
    """Return the statement of a view that is given what stands for its path and its filters."""
    ids = {name.removeprefix("path_"): value for name, (value,) in path.items()}
    return view(**ids) if filters is None else view(dict(filters), **ids)


@lru_cache(maxsize=MOST_KEPT)
def _item(view: View, path: Form, shape: Shape, base_url: str) -> Select[Any]:
    statement = _selected(view, path)
    noun = _noun(statement)
    columns = (item_json(shape, noun, base_url), getattr(noun, "revision", null()))
    return statement.with_only_columns(*columns, maintain_column_froms=True)


class PageForm(NamedTuple):
    """What a page's statement depends on, besides the list's own."""

    shape: Shape
    base_url: str
    order: tuple[Key, ...]
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


@lru_cache(maxsize=MOST_KEPT)
def _page(view: View, path: Form, filters: Form, page: PageForm) -> Select[Any]:
    lead = Lead(partial(selected, view), stand_ins(path), stand_ins(filters))
    statements, orders, conditions = lead.towards(page.order, MOST)
    key = inspect(lead.noun).primary_key
    named = [column.label(f"own_{number}") for number, column in enumerate(key)]
    keys = [one.with_only_columns(*named, maintain_column_froms=True) for one in statements]
    first = in_order(keys, orders, page.cursor, conditions).subquery("first")
    found = select(first).limit(MOST).subquery("found")
    # An item is written once it is sure to be shown; what is sorted before would all be written else.
    json = select(item_json(page.shape, lead.noun, page.base_url)).select_from(lead.noun)
    item = json.where(*(column == found.c[f"own_{number}"] for number, column in enumerate(key)))
    columns = [found.c[f"key_{number}"] for number in range(len(page.order))]
    return select(item.scalar_subquery(), *columns).order_by(*terms(orders[0], page.cursor, columns))


@lru_cache(maxsize=MOST_KEPT)
def _walk(view: View, path: Form, filters: Form) -> Stroll | None:
    return Lead(partial(selected, view), stand_ins(path), stand_ins(filters)).walk()


@lru_cache(maxsize=MOST_KEPT)
def _keys(view: View, path: Form, filters: Form) -> Select[Any] | None:
    return Lead(partial(selected, view), stand_ins(path), stand_ins(filters)).keys()


@lru_cache(maxsize=MOST_KEPT)
def _counted(view: View, path: Form, filters: Form) -> Select[Any]:
    """Return the statement whose rows are to be counted."""
    return Lead(partial(selected, view), stand_ins(path), stand_ins(filters)).bare()


def _noun(statement: Select[Any]) -> Any:
    return statement.column_descriptions[0]["entity"]


@lru_cache(maxsize=MOST_KEPT)
def _items(noun: Any, shape: Shape, base_url: str) -> Select[Any]:
    columns = (noun.slug, item_json(shape, noun, base_url), noun.revision)
    return select(*columns).where(noun.slug.in_(bindparam("slugs", expanding=True)))


class Reading:
    """One request's reading of what a view selects.

    ``path`` is the values of the path's parameters, wherever it is asked for.
    """

    def __init__(self, session: Session, view: View, base_url: str) -> None:
        """Take the view, and the base of every address."""
        self.session, self.view, self.base_url = session, view, base_url

    def noun(self, path: Mapping[str, Any]) -> Any:
        """Return what the view of an item selects."""
        return _noun(_selected(self.view, _path(path)[0]))

    def selected(
        self, filters: Mapping[str, Any], path: Mapping[str, Any]
    ) -> tuple[Select[Any], dict[str, Any]]:
        """Return the view's statement, and the parameters to run it with."""
        (ids, now), (form, values) = _path(path), form_of(filters)
        return _selected(self.view, ids, form), now | values

    def walk(self, filters: Mapping[str, Any], path: Mapping[str, Any]) -> Stroll | None:
        """Return how what the view selects is soon met in random order; None where it may be rare."""
        return _walk(self.view, _path(path)[0], form_of(filters)[0])

    def keys(self, filters: Mapping[str, Any], path: Mapping[str, Any]) -> Select[Any] | None:
        """Return the statement for the keys of what the view selects, where a list alone says them."""
        return _keys(self.view, _path(path)[0], form_of(filters)[0])

    def item(self, path: Mapping[str, Any], shape: Shape) -> Row | None:
        """Return the item at the path, or None where there is none that anyone may see."""
        form, now = _path(path)
        found = self._run(_item(self.view, form, shape, self.base_url), now).first()
        return Row(*found) if found else None

    def items(self, noun: Any, slugs: list[str], shape: Shape) -> list[Row]:
        """Return the items with these ids, which were found just now, in their order."""
        found = self._run(_items(noun, shape, self.base_url), {"slugs": slugs})
        by_slug = {slug: Row(json, revision) for slug, json, revision in found}
        return [by_slug[slug] for slug in slugs]

    def page(self, asked: ListRequest, path: Mapping[str, Any], shape: Shape) -> Page:
        """Return the page that is asked for; the first column of its rows is the item's JSON.

        Raises:
            Refused: 422, when the cursor is not of this list.
        """
        (ids, now), (filters, values) = _path(path), form_of(asked.filters)
        cursor = asked.cursor
        now |= values | {"most": asked.query["limit"] + 1} | after_values(cursor)
        form = PageForm(shape, self.base_url, tuple(asked.order), after_form(cursor))
        return page_of(self._run(_page(self.view, ids, filters, form), now).all(), asked, cursor)

    def count(self, asked: ListRequest, path: Mapping[str, Any]) -> tuple[int, str]:
        """Return how many items the list has, and whether that is ``exact`` or ``at-least``."""
        (ids, now), (filters, values) = _path(path), form_of(asked.filters)
        return count(self.session, _counted(self.view, ids, filters), now | values)

    def _run(self, statement: Select[Any], now: dict[str, Any]) -> Any:
        # The session would look for objects to make; there are none.
        return self.session.connection().execute(statement, now)


def _path(path: Mapping[str, Any]) -> tuple[Form, dict[str, Any]]:
    return form_of({f"path_{name}": [value] for name, value in path.items()})


def after_form(cursor: Cursor | None) -> tuple[bool, tuple[bool, ...]] | None:
    """Return what a statement must know of a cursor: its direction, and which of its values are null."""
    return (cursor.backwards, tuple(value is None for value in cursor.values)) if cursor else None


def after_values(cursor: Cursor | None) -> dict[str, Any]:
    """Return the values of a cursor by the names of their parameters."""
    values = cursor.values if cursor else []
    return {f"after_{index}": value for index, value in enumerate(values) if value is not None}
