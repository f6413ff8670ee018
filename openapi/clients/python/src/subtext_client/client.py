"""The clients, synchronous and asynchronous."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

import httpx

from subtext_client.async_resources import AsyncOperations
from subtext_client.cache import Cache
from subtext_client.exchange import Call, Exchange, Pause, Reply, exchange
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
        *,
        key: str | None,
        allow_http: bool,
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
        # The `repr` of httpx's class hides `Authorization`, for example from tracebacks that show variables.
        self.headers = httpx.Headers(
            {
                "Accept": "application/json",
                "User-Agent": f"{user_agent} {agent}" if user_agent else agent,
                **(headers or {}),
            }
        )
        if key is not None:
            _check_key(key, self.base_url, allow_http)
            self.headers["Authorization"] = f"Bearer {key}"

    def exchange(self, call: Call) -> Exchange:
        """Return the exchange of a call."""
        url = httpx.URL(f"{self.base_url}{call.path}", params=encode_query(call.query))
        headers = httpx.Headers(self.headers)
        if "format" in call.query:
            # The API chooses other formats by a parameter, which the Accept header must not contradict.
            headers["Accept"] = "*/*"
        return exchange(call, url, headers, self.retry, self.cache)


def _check_key(key: str, base_url: httpx.URL, allow_http: bool) -> None:
    """Raise a ValueError, which does not show the key, if it cannot be sent or would be sent in the clear."""
    if not re.fullmatch(r"[!-~]+", key):
        raise ValueError("An API key has no spaces or line breaks. If it was read from a file, strip it.")
    if base_url.scheme == "http" and not _is_loopback(base_url.host) and not allow_http:
        raise ValueError(
            f"Over http, everybody between here and {base_url.host} can read the API key. Use https, or pass "
            "allow_http=True within a network that you trust."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Subtext(Operations):
    """A client for a Subtext service. Threads may share it.

    Args:
        base_url: The URL of the service, such as ``https://subtext.example``; it may have a path.
        key: An API key, to write. It is not sent to other origins that the service redirects to.
        allow_http: Whether to send the key to another machine without encryption, which else is an error.
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
        key: str | None = None,
        allow_http: bool = False,
        timeout: float | httpx.Timeout = 10.0,
        retry: Retry | None = None,
        cache: Cache | bool = True,
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        http_client: httpx.Client | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings = _Settings(
            base_url,
            key=key,
            allow_http=allow_http,
            retry=retry,
            cache=cache,
            headers=headers,
            user_agent=user_agent,
        )
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

    def _request(self, call: Call) -> Reply:
        steps = self._settings.exchange(call)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    request = self._http_client.build_request(
                        step.method, step.url, headers=step.headers, content=step.body
                    )
                    response = self._http_client.send(request, follow_redirects=step.follow_redirects)
                except httpx.HTTPError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            reply: Reply = done.value
            return reply


class AsyncSubtext(AsyncOperations):
    """An asynchronous client for a Subtext service. The arguments are those of `Subtext`."""

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        allow_http: bool = False,
        timeout: float | httpx.Timeout = 10.0,
        retry: Retry | None = None,
        cache: Cache | bool = True,
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        http_client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings = _Settings(
            base_url,
            key=key,
            allow_http=allow_http,
            retry=retry,
            cache=cache,
            headers=headers,
            user_agent=user_agent,
        )
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

    async def _request(self, call: Call) -> Reply:
        steps = self._settings.exchange(call)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    await self._sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    request = self._http_client.build_request(
                        step.method, step.url, headers=step.headers, content=step.body
                    )
                    response = await self._http_client.send(request, follow_redirects=step.follow_redirects)
                except httpx.HTTPError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            reply: Reply = done.value
            return reply
