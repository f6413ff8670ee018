"""Lists that request the next page when it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from subtext_client.errors import SubtextError
from subtext_client.models import Page

Item = TypeVar("Item", covariant=True)  # noqa: PLC0105  (as typing's own)
List = TypeVar("List", bound="ListPage", covariant=True)  # noqa: PLC0105


class ListPage(Protocol):
    """What all pages have in common."""

    @property
    def data(self) -> Any: ...

    @property
    def page(self) -> Page: ...


class Pages(Generic[Item, List]):
    """A list, whose pages are requested one after the other.

    Iterate to get all items, over `pages` to get page after page, with facets and totals.
    """

    def __init__(self, request: Callable[[str | None], List]) -> None:
        self._request = request

    def __iter__(self) -> Iterator[Item]:
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[List]:
        """Iterate over the pages, each with ``data``, ``page``, ``facets`` and ``notice``."""
        page = self.first_page()
        yield page
        cursor: str | None = None
        while (cursor := next_cursor(page.page, cursor)) is not None:
            page = self._request(cursor)
            yield page

    def first_page(self) -> List:
        """Request the first page only."""
        return self._request(None)


class AsyncPages(Generic[Item, List]):
    """A list, whose pages are requested one after the other.

    Iterate to get all items, over `pages` to get page after page, with facets and totals.
    """

    def __init__(self, request: Callable[[str | None], Awaitable[List]]) -> None:
        self._request = request

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page.data:
                yield item

    async def pages(self) -> AsyncIterator[List]:
        """Iterate over the pages, each with ``data``, ``page``, ``facets`` and ``notice``."""
        page = await self.first_page()
        yield page
        cursor: str | None = None
        while (cursor := next_cursor(page.page, cursor)) is not None:
            page = await self._request(cursor)
            yield page

    async def first_page(self) -> List:
        """Request the first page only."""
        return await self._request(None)


def next_cursor(page: Page, current: str | None) -> str | None:
    """Return the cursor of the next page; None on the last one. Requests only go to the client's base URL."""
    if page.next_cursor is not None and page.next_cursor == current:
        raise SubtextError(f"The next page has the same cursor as this one: {current}")
    return page.next_cursor
