"""What the methods of the generated resources call."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, Self, TypeVar

from subtext_client.errors import UnexpectedResponseError
from subtext_client.exchange import Call, Reply
from subtext_client.pages import AsyncPages, Pages
from subtext_client.writes import Versioned


class Model(Protocol):
    """A generated model."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self: ...


M = TypeVar("M", bound=Model)
Query = Mapping[str, Any]
Request = Callable[[Call], Reply]
AsyncRequest = Callable[[Call], Awaitable[Reply]]


class Resource:
    """Operations of one resource."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def _item(self, path: str, query: Query, model: type[M]) -> M:
        return parse(model, path, self._request(Call(path, query)).body)

    def _pages(self, path: str, query: Query, model: Any) -> Any:
        def request(cursor: str | None) -> Any:
            return parse(model, path, self._request(Call(path, query_of_page(query, cursor))).body)

        return Pages(request)

    def _text(self, path: str, query: Query) -> str:
        return self._request(Call(path, query)).body.decode()

    def _versioned(self, call: Call, model: type[M]) -> Versioned[M]:
        return parse_versioned(model, call.path, self._request(call))

    def _result(self, call: Call, model: type[M]) -> M:
        return parse(model, call.path, self._request(call).body)


class AsyncResource:
    """Operations of one resource."""

    def __init__(self, request: AsyncRequest) -> None:
        self._request = request

    async def _item(self, path: str, query: Query, model: type[M]) -> M:
        return parse(model, path, (await self._request(Call(path, query))).body)

    def _pages(self, path: str, query: Query, model: Any) -> Any:
        async def request(cursor: str | None) -> Any:
            return parse(model, path, (await self._request(Call(path, query_of_page(query, cursor)))).body)

        return AsyncPages(request)

    async def _text(self, path: str, query: Query) -> str:
        return (await self._request(Call(path, query))).body.decode()

    async def _versioned(self, call: Call, model: type[M]) -> Versioned[M]:
        return parse_versioned(model, call.path, await self._request(call))

    async def _result(self, call: Call, model: type[M]) -> M:
        return parse(model, call.path, (await self._request(call)).body)


def parse(model: type[M], path: str, body: bytes) -> M:
    """Return a body as an object of its model.

    Raises:
        UnexpectedResponseError: It is no such object, such as the page of a network's login.
    """
    try:
        return model.from_dict(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnexpectedResponseError(200, path, body[:1000].decode(errors="replace")) from error


def parse_versioned(model: type[M], path: str, reply: Reply) -> Versioned[M]:
    """Return an item with its ETag.

    A proxy that compresses a response makes its ETag weak (``W/"…"``). The service compares the part of it
    that names the revision, and refuses weak ETags, so the mark is removed.

    Raises:
        UnexpectedResponseError: It is no such item, or has no ETag.
    """
    item = parse(model, path, reply.body)
    if not reply.etag:
        raise UnexpectedResponseError(200, path, "The response has no ETag.")
    return Versioned(item, reply.etag.removeprefix("W/"))


def query_of_page(query: Query, cursor: str | None) -> Query:
    """Return a query with the cursor of a page; the first page may have one of the caller's."""
    return query if cursor is None else {**query, "cursor": cursor}
