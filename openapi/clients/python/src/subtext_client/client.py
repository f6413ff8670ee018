"""The clients, synchronous and asynchronous."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from subtext_client.async_resources import AsyncOperations
from subtext_client.cache import Cache
from subtext_client.exchange import Exchange, Pause, exchange
from subtext_client.query import encode_query
from subtext_client.resources import Operations
from subtext_client.retries import Retry
from subtext_client.version import __version__

#: How many redirects are followed: an item that was renamed is redirected once.
MAX_REDIRECTS = 5


class _Settings:
    """What both clients have in common."""

    def __init__(
        self,
        base_url: str,
        retry: Retry | None,
        cache: Cache | bool,
        headers: Mapping[str, str] | None,
        user_agent: str | None,
    ) -> None:
        self.base_url = httpx.URL(base_url.rstrip("/"))
        if self.base_url.scheme not in ("http", "https") or not self.base_url.host or self.base_url.query:
            raise ValueError(f"The base URL must be like https://subtext.example, not {base_url!r}.")
        self.retry = retry or Retry()
        self.cache = (Cache() if cache else None) if isinstance(cache, bool) else cache
        agent = f"subtext-client-python/{__version__}"
        self.headers = {
            "Accept": "application/json",
            "User-Agent": f"{user_agent} {agent}" if user_agent else agent,
            **(headers or {}),
        }

    def exchange(self, path: str, arguments: Mapping[str, Any]) -> Exchange:
        """Return the exchange that requests a path with these arguments."""
        url = httpx.URL(f"{self.base_url}{path}", params=encode_query(arguments))
        # The API chooses other formats by a parameter, which the Accept header must not contradict.
        headers = self.headers | ({"Accept": "*/*"} if "format" in arguments else {})
        return exchange(url, headers, self.retry, self.cache)


class Subtext(Operations):
    """A client for a Subtext service. Threads may share it.

    Args:
        base_url: The URL of the service, such as ``https://subtext.example``; it may have a path.
        timeout: The seconds to wait for a connection, and for each part of a response.
        retry: How often and how long to repeat failed requests.
        cache: Where responses are kept to be revalidated with their ETag; False for no cache.
        headers: Headers of each request, such as those that a gateway in front of the service asks for.
        user_agent: The name of your program, which is put before that of this package.
        http_client: Sends the requests, in place of a client of its own; it is not closed.
        sleep: Waits before a retry.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | httpx.Timeout = 10.0,
        retry: Retry | None = None,
        cache: Cache | bool = True,
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        http_client: httpx.Client | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings = _Settings(base_url, retry, cache, headers, user_agent)
        self._owns_http_client = http_client is None
        self._http_client = http_client or httpx.Client(timeout=timeout, max_redirects=MAX_REDIRECTS)
        self._sleep = sleep
        super().__init__(self._request)

    def close(self) -> None:
        """Close the connections, unless the HTTP client was passed in."""
        if self._owns_http_client:
            self._http_client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _request(self, path: str, arguments: Mapping[str, Any]) -> bytes:
        steps = self._settings.exchange(path, arguments)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    request = self._http_client.build_request("GET", step.url, headers=step.headers)
                    response = self._http_client.send(request, follow_redirects=True)
                except httpx.HTTPError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            body: bytes = done.value
            return body


class AsyncSubtext(AsyncOperations):
    """An asynchronous client for a Subtext service. The arguments are those of `Subtext`."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | httpx.Timeout = 10.0,
        retry: Retry | None = None,
        cache: Cache | bool = True,
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        http_client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings = _Settings(base_url, retry, cache, headers, user_agent)
        self._owns_http_client = http_client is None
        self._http_client = http_client or httpx.AsyncClient(timeout=timeout, max_redirects=MAX_REDIRECTS)
        self._sleep = sleep
        super().__init__(self._request)

    async def close(self) -> None:
        """Close the connections, unless the HTTP client was passed in."""
        if self._owns_http_client:
            await self._http_client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _request(self, path: str, arguments: Mapping[str, Any]) -> bytes:
        steps = self._settings.exchange(path, arguments)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    await self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    request = self._http_client.build_request("GET", step.url, headers=step.headers)
                    response = await self._http_client.send(request, follow_redirects=True)
                except httpx.HTTPError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            body: bytes = done.value
            return body
