"""Where the pages of static lists end: content-defined chunking, so that one change leaves most pages alone.

If every page had twenty items, an inserted item would move the last item of each later page to the next one,
and so rewrite all of them. So a page ends at items that the order of the list does not choose: those whose
``random_key``, a hash of the id, is divisible by :data:`MEAN_PAGE_SIZE`. An item that is inserted, deleted or
moved changes the page that it is on and, if it ends a page, one neighbour.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from api.core.app_context import session, settings
from api.core.resource_registry import get_schema_class
from api.http.errors import ProblemException
from api.pages.page_data import list_of, shape_of
from api.query.internal_reader import select_list
from api.query.resource_reader import ResourceReader
from api.schemas.list_queries import MAX_PAGE_SIZE
from models.base import random_key

#: The mean number of items on a page. A page has at most ``MAX_PAGE_SIZE``; one of 170 does without an end.
MEAN_PAGE_SIZE = 20


class PageRange(NamedTuple):
    """The page of a list after an item: the cursor at that item, and the number of items on the page."""

    cursor: str | None
    limit: int


def is_page_end(type_name: str, slug: str) -> bool:
    """Whether a page ends with this item, in every list that has it."""
    return random_key(type_name, slug) % MEAN_PAGE_SIZE == 0


def page_range(type_name: str, filters: dict[str, str], after: str | None) -> PageRange:
    """Return the page that begins after the item ``after``, or at the start of the list.

    Raises:
        ProblemException: 404, if the list does not have the item.
    """
    given = {**filters, "limit": str(MAX_PAGE_SIZE)}
    args: dict[str, Any] = get_schema_class(type_name, "Query")().load(given)
    cursor = None if after is None else _cursor_at(type_name, args, after)
    rows = _page(type_name, args | ({"cursor": cursor} if cursor else {})).rows
    # The last sort key of every list is the id.
    slugs = [row[-1] for row in rows]
    limit = next((n for n, slug in enumerate(slugs, 1) if is_page_end(type_name, slug)), len(slugs))
    return PageRange(cursor, max(limit, 1))


def _cursor_at(type_name: str, args: dict[str, Any], slug: str) -> str:
    read = _reader(type_name)
    rows = _page(type_name, args | {"id": [slug]}).rows
    if not rows:
        raise ProblemException("not-found", f"This list has no page after “{slug}”: it has no such item.")
    return str(list_of(type_name, args).cursor_for(rows[0], False, read.dialect))


def _page(type_name: str, args: dict[str, Any]) -> Any:
    return _reader(type_name).page(list_of(type_name, args), {}, shape_of(type_name, ()))


def _reader(type_name: str) -> ResourceReader:
    return ResourceReader(session(), select_list(type_name), settings().base_url)
