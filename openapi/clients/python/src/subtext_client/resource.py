"""What the methods of the generated resources call."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, Self, TypeVar

from subtext_client.errors import UnexpectedResponseError
from subtext_client.pages import AsyncPages, Pages


class Model(Protocol):
    """A generated model."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self: ...


M = TypeVar("M", bound=Model)
Query = Mapping[str, Any]
Request = Callable[[str, Query], bytes]
AsyncRequest = Callable[[str, Query], Awaitable[bytes]]


class Resource:
    """Operations of one resource."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def _item(self, path: str, query: Query, model: type[M]) -> M:
        return parse(model, path, self._request(path, query))

    def _pages(self, path: str, query: Query, model: Any) -> Any:
        def request(cursor: str | None) -> Any:
            return parse(model, path, self._request(path, query_of_page(query, cursor)))

        return Pages(request)

    def _text(self, path: str, query: Query) -> str:
        return self._request(path, query).decode()


class AsyncResource:
    """Operations of one resource."""

    def __init__(self, request: AsyncRequest) -> None:
        self._request = request

    async def _item(self, path: str, query: Query, model: type[M]) -> M:
        return parse(model, path, await self._request(path, query))

    def _pages(self, path: str, query: Query, model: Any) -> Any:
        async def request(cursor: str | None) -> Any:
            return parse(model, path, await self._request(path, query_of_page(query, cursor)))

        return AsyncPages(request)

    async def _text(self, path: str, query: Query) -> str:
        return (await self._request(path, query)).decode()


def parse(model: type[M], path: str, body: bytes) -> M:
    """Return a body as an object of its model.

    Raises:
        UnexpectedResponseError: It is no such object, such as the page of a network's login.
    """
    try:
        return model.from_dict(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnexpectedResponseError(200, path, body[:1000].decode(errors="replace")) from error


def query_of_page(query: Query, cursor: str | None) -> Query:
    """Return a query with the cursor of a page; the first page may have one of the caller's."""
    return query if cursor is None else {**query, "cursor": cursor}
